// SPDX-License-Identifier: Apache-2.0
//
// MakeRocksStore: a store that begins with something.
#include "count_files.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/store_directory.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::TempDirectory;

constexpr int kPlans = 15;  // more than universal compaction leaves apart

std::string RowKey(int number) { return "\x60" + std::to_string(100 + number); }

Result<void> CommitRow(int number, Store* to) {
  const std::string key = RowKey(number);
  WritePlan plan{0, {{key, "value"}}, WritePath::kSortedFiles};
  return to->Commit(plan, Durability::kSync);
}

// Of its manifests `left` more writes succeed.
class TornManifest final : public rocksdb::FileSystemWrapper {
 public:
  TornManifest() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "TornManifest"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (status.ok() && path.find("MANIFEST-") != std::string::npos) {
      *file = std::make_unique<File>(std::move(*file), &left);
    }
    return status;
  }

  std::atomic<int> left = INT_MAX;

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, std::atomic<int>* left)
        : FSWritableFileOwnerWrapper(std::move(file)), left_(left) {}

    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if ((*left_)-- <= 0) return rocksdb::IOStatus::IOError("told to");
      return FSWritableFileOwnerWrapper::Append(bytes, options, debug);
    }

   private:
    std::atomic<int>* const left_;
  };
};

class MakingARocksStore : public ::testing::Test {
 protected:
  Result<void> Make(const Filling& fill) const { return MakeRocksStore(path_, {}, fill); }

  std::vector<std::string> Names() const {
    std::vector<std::string> names = EntriesOf(path_).value();
    std::sort(names.begin(), names.end());
    return names;
  }

  const TempDirectory directory_;
  const fs::path path_ = directory_.path() / "store";
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

TEST_F(MakingARocksStore, TakesAwayWhatItMadeWhenItRunsOutOfMemory) {
  const Result<void> made = Make([](Store* to) -> Result<void> {
    EXPECT_TRUE(CommitRow(1, to));
    throw std::bad_alloc();
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kIoError);
  EXPECT_EQ(Names(), std::vector<std::string>{kLockFile});
}

// A copy of the directory is what a crash at that moment leaves.
TEST_F(MakingARocksStore, BeginsAnewWhereOneEndedMidway) {
  const fs::path crashed = directory_.path() / "crashed";
  ASSERT_TRUE(Make([&](Store* to) -> Result<void> {
    EXPECT_TRUE(CommitRow(1, to));
    fs::copy(path_, crashed);
    std::ofstream(crashed / "IDEM_BULK_0") << "of a commit";
    return {};
  }));
  fs::permissions(crashed, fs::perms::owner_all);
  EXPECT_EQ(InspectDirectory(crashed)->kind, DirectoryKind::kCreating);
  ASSERT_TRUE(MakeRocksStore(crashed, {}, [](Store* to) { return CommitRow(2, to); }));
  EXPECT_FALSE(fs::exists(crashed / "IDEM_BULK_0"));
  const auto store = OpenRocksStore(crashed, {}).value();
  EXPECT_FALSE(store->NewView().value()->Get(RowKey(1)).value());
  EXPECT_TRUE(store->NewView().value()->Get(RowKey(2)).value());
}

// RocksDB would keep a file whose record in the manifest failed: it may be there all the same.
TEST_F(MakingARocksStore, TakesAwayAFileWhoseTakingOverFailed) {
  for (int writes = 0; writes < 4; ++writes) {
    const auto files = std::make_shared<TornManifest>();
    const auto env = rocksdb::NewCompositeEnv(files);
    const Filling fill = [&](Store* to) -> Result<void> {
      EXPECT_TRUE(CommitRow(1, to));
      files->left = writes;
      return CommitRow(2, to);
    };
    const Result<void> made = MakeRocksStore(path_, {}, fill, env.get());
    EXPECT_EQ(made.has_value(), files->left >= 0) << writes;
    if (made) break;
    EXPECT_EQ(Names(), std::vector<std::string>{kLockFile}) << writes;
  }
}

TEST_F(MakingARocksStore, LeavesTheStoreOfAnotherThatTookItsPlace) {
  const fs::path another = directory_.path() / "another";
  ASSERT_TRUE(MakeRocksStore(another, {}, [](Store* to) { return CommitRow(2, to); }));
  const fs::path aside = directory_.path() / "aside";
  const Result<void> made = Make([&](Store* to) -> Result<void> {
    EXPECT_TRUE(CommitRow(1, to));
    fs::rename(path_, aside);
    fs::rename(another, path_);
    return CommitRow(3, to);
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kFenced);
  EXPECT_NE(made.error().message().find("what was written of it was not taken away"),
            std::string::npos);
  EXPECT_EQ(InspectDirectory(aside)->kind, DirectoryKind::kCreating);
  const auto store = OpenRocksStore(path_, {.create_if_missing = false});
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_TRUE((*store)->NewView().value()->Get(RowKey(2)).value());
}

TEST_F(MakingARocksStore, AsksForRoomBeforeAnythingElse) {
  const SinkOptions options{.keep_free_bytes = UINT64_MAX / 2};
  const Result<void> made = MakeRocksStore(path_, options, [](Store*) -> Result<void> {
    ADD_FAILURE() << "nothing is to be filled";
    return {};
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kNoSpace);
  EXPECT_EQ(Names(), std::vector<std::string>{kLockFile});
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

  std::ofstream(path_ / kFormatFile) << "damaged";
  EXPECT_EQ(Make({}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(Names(), names);
  EXPECT_EQ(MakeRocksStore("", {}, {}).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace idem::storage
