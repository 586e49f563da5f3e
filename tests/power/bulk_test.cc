// SPDX-License-Identifier: Apache-2.0
//
// A bulk commit on the store itself, cut off at each of its operations on the disk. Its keys lie
// apart from those of the commit before it, so that RocksDB by itself would take its files over
// without a look at the memtable: nothing but the store keeps the two in order.

#include "conformance/store_fixture.h"
#include "power/crash_file_system.h"
#include "power/outside.h"
#include "power/still_env.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace idem::power {
namespace {

using testing::Entries;
using testing::Plan;
using testing::RowKey;
using testing::ScanAll;

const std::string kAbout = "\x03";       // an entry that is no row
const std::string kLarge(1 << 20, 'x');  // so that rows and the rest go to different files

// What there is before an operation, and at the end.
struct Moment {
  Disk disk;
  OutsideFiles outside;
};

class BulkCommit : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return directory_.path() / "store"; }

  // The moments of a bulk commit of two tables, after one that is in the log alone.
  std::vector<Moment> Record() {
    std::vector<Moment> moments;
    const auto disk = std::make_shared<CrashFileSystem>(path().string(), Disk());
    StillEnv env(disk);
    const auto store = storage::OpenRocksStore(path(), {}, {}, &env).value();
    Plan().Put(RowKey("a"), "1").CommitTo(store.get(), Durability::kAsync).value();
    disk->set_observer([&](std::size_t, const Disk& now) {
      moments.push_back({now, ReadOutside(path())});
    });
    Plan()
        .Put(kAbout, "2")
        .Put(RowKey("b"), "2")
        .Put(RowKey("b", /*table=*/2), kLarge)
        .Bulk()
        .CommitTo(store.get(), Durability::kAsync)
        .value();
    disk->set_observer({});
    moments.push_back({disk->disk(), ReadOutside(path())});
    return moments;
  }

  // What a writer finds; unset: it is refused.
  std::optional<Entries> Reopen(const Disk& disk, const OutsideFiles& outside) {
    RestoreOutside(outside, path());
    const auto files = std::make_shared<CrashFileSystem>(path().string(), disk);
    StillEnv env(files);
    const auto store = storage::OpenRocksStore(path(), {}, {}, &env);
    if (!store) return std::nullopt;
    std::vector<std::string> names;
    EXPECT_TRUE(files->GetChildren(path().string(), {}, &names, nullptr).ok());
    const auto left = std::find_if(names.begin(), names.end(), [](const std::string& name) {
      return name.starts_with("IDEM_BULK_");
    });
    EXPECT_EQ(left, names.end()) << *left << " was left behind";
    return ScanAll(**store);
  }

  testing::TempDirectory directory_;
  const Entries none_;
  const Entries before_ = {{RowKey("a"), "1"}};
  const Entries both_ = {
      {RowKey("a"), "1"}, {kAbout, "2"}, {RowKey("b"), "2"}, {RowKey("b", 2), kLarge}};
};

TEST_F(BulkCommit, IsWholeOrNotThereWhereverItsProcessIsKilled) {
  const std::vector<Moment> moments = Record();
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const auto found = Reopen(moments[i].disk, moments[i].outside);
    ASSERT_TRUE(found) << "operation " << i;
    EXPECT_TRUE(*found == before_ || *found == both_) << "operation " << i;
    if (i == 0) {
      EXPECT_EQ(*found, before_);
    }
    if (i + 1 == moments.size()) {
      EXPECT_EQ(*found, both_);
    }
  }
}

TEST_F(BulkCommit, IsNeverThereWithoutTheCommitBeforeIt) {
  const std::vector<Moment> moments = Record();
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (std::size_t loss = 0; loss < kLosses; ++loss) {
      const Disk left = moments[i].disk.AfterPowerLoss(static_cast<Loss>(loss), 7 * i + loss);
      const auto found = Reopen(left, moments[i].outside);
      const std::string where =
          "operation " + std::to_string(i) + ", loss " + std::string(ToString(Loss(loss)));
      if (!found) {
        EXPECT_TRUE(LeavesDamage(static_cast<Loss>(loss))) << where;
        continue;
      }
      EXPECT_TRUE(*found == none_ || *found == before_ || *found == both_) << where;
      if (i + 1 == moments.size()) {
        EXPECT_EQ(*found, both_) << where << ": it was acknowledged";
      }
    }
  }
}

}  // namespace
}  // namespace idem::power
