// SPDX-License-Identifier: Apache-2.0
//
// MakeRocksStore: a store that begins with something.
#include "count_files.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/store_directory.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace idem::storage {
namespace {

using ::idem::testing::TempDirectory;

constexpr int kPlans = 15;  // more than universal compaction leaves apart

std::string RowKey(int number) { return "\x60" + std::to_string(100 + number); }

Result<void> CommitRow(int number, Store* to) {
  const std::string key = RowKey(number);
  WritePlan plan{0, {{key, "value"}}, WritePath::kSortedFiles};
  return to->Commit(plan, Durability::kSync);
}

class MakingARocksStore : public ::testing::Test {
 protected:
  Result<void> Make(const Filling& fill) const { return MakeRocksStore(path_, {}, fill); }

  std::vector<std::string> Names() const {
    std::vector<std::string> names = EntriesOf(path_).value();
    std::sort(names.begin(), names.end());
    return names;
  }

  const TempDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "store";
};

TEST_F(MakingARocksStore, LeavesItsFilesWhereTheyWerePut) {
  ASSERT_TRUE(Make([](Store* to) -> Result<void> {
    for (int i = 0; i < kPlans; ++i) {
      if (auto ok = CommitRow(i, to); !ok) return ok;
    }
    return {};
  }));
  EXPECT_EQ(testing::CountFiles(path_, ".sst"), kPlans + 1U) << "and one for the header";
  const auto store = OpenRocksStore(path_, {}).value();
  EXPECT_EQ(store->TakeEpoch().value(), 1U);
  EXPECT_TRUE(store->NewView().value()->Get(RowKey(7)).value());
}

TEST_F(MakingARocksStore, TakesAwayWhatItMadeWhenItFails) {
  const Result<void> made = Make([](Store* to) -> Result<void> {
    EXPECT_TRUE(CommitRow(1, to));
    return Error(ErrorCode::kInvalidArgument, "told to");
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message(), "told to");
  EXPECT_EQ(Names(), std::vector<std::string>{kLockFile});
  EXPECT_TRUE(OpenRocksStore(path_, {})) << "one may be made there";
}

TEST_F(MakingARocksStore, BeginsAnewWhereOneEndedMidway) {
  const Result<void> made = Make([](Store* to) -> Result<void> {
    EXPECT_TRUE(CommitRow(1, to));
    throw std::bad_alloc();
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(InspectDirectory(path_)->kind, DirectoryKind::kCreating);
  ASSERT_TRUE(Make([](Store* to) { return CommitRow(2, to); }));
  const auto store = OpenRocksStore(path_, {}).value();
  EXPECT_FALSE(store->NewView().value()->Get(RowKey(1)).value());
  EXPECT_TRUE(store->NewView().value()->Get(RowKey(2)).value());
}

TEST_F(MakingARocksStore, LeavesAStoreThatIsThere) {
  { ASSERT_TRUE(OpenRocksStore(path_, {})); }
  const auto names = Names();
  const Result<void> made = Make([](Store*) -> Result<void> {
    ADD_FAILURE() << "nothing is to be filled";
    return {};
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(Names(), names);
}

}  // namespace
}  // namespace idem::storage
