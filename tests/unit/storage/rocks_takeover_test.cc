// SPDX-License-Identifier: Apache-2.0
//
// Openings beside a process that still changes the store's files: one whose lock file somebody
// removed. They fail without harm and say so, and the next one succeeds.

#include "conformance/store_fixture.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/renew_watermark.h"
#include "support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::Entries;
using ::idem::testing::Plan;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;
using ::testing::HasSubstr;

using Interruption = std::function<void(const std::string& path)>;

void Once(Interruption* what, const std::string& path) {
  if (const Interruption now = std::exchange(*what, nullptr)) now(path);
}

class InterruptedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  InterruptedFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, Interruption* before_append)
      : FSWritableFileOwnerWrapper(std::move(file)), before_append_(before_append) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    Once(before_append_, {});
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* debug) override {
    Once(before_append_, {});
    return FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
  }

 private:
  Interruption* const before_append_;
};

// Lets the test do something once, just before a step of whoever uses the disk.
class InterruptedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  InterruptedFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "InterruptedFileSystem"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    if (path.find("MANIFEST") != std::string::npos) Once(&before_manifest_is_read, path);
    return FileSystemWrapper::NewSequentialFile(path, options, file, debug);
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (to.ends_with("/CURRENT")) Once(&before_current_is_renamed, from);
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (status.ok() && path.ends_with(".log")) {
      *file = std::make_unique<InterruptedFile>(std::move(*file), &before_log_is_written);
    }
    return status;
  }

  Interruption before_manifest_is_read;
  Interruption before_current_is_renamed;  // with what becomes CURRENT
  Interruption before_log_is_written;
};

class RocksTakeover : public ::testing::Test {
 protected:
  fs::path path() const { return directory_.path() / "store"; }

  Result<std::unique_ptr<Store>> Open() { return OpenRocksStore(path(), {}, {}, env_.get()); }

  void MakeStore() {
    const auto store = OpenRocksStore(path(), {}).value();
    Plan().Put("a", "1").CommitTo(store.get()).value();
  }

  void ExpectAnotherProcess(const Result<std::unique_ptr<Store>>& opened) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kStoreLocked) << opened.error().ToString();
    EXPECT_EQ(opened.error().next_step(), NextStep::kRetry);
    EXPECT_THAT(opened.error().message(), HasSubstr("another process"));
  }
  void ExpectFenced(const Result<std::unique_ptr<Store>>& opened) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kFenced) << opened.error().ToString();
  }

  const TempDirectory directory_;
  const std::shared_ptr<InterruptedFileSystem> disk_ = std::make_shared<InterruptedFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

// Both openings number their files alike, so the last step of the older one takes what the newer
// one has just made.
TEST_F(RocksTakeover, AFileThatTheOpeningMadeIsTakenByAnother) {
  MakeStore();
  disk_->before_current_is_renamed = [](const std::string& file) { fs::remove(file); };
  ExpectAnotherProcess(Open());
  EXPECT_EQ(ScanAll(**Open()), (Entries{{"a", "1"}}));
}

TEST_F(RocksTakeover, AFileOfANewStoreIsTakenByAnother) {
  disk_->before_current_is_renamed = [](const std::string& file) { fs::remove(file); };
  ExpectAnotherProcess(Open());
  EXPECT_TRUE(ScanAll(**Open()).empty());
}

TEST_F(RocksTakeover, TheManifestIsReplacedWhileTheStoreIsLookedAt) {
  MakeStore();
  disk_->before_manifest_is_read = [this](const std::string&) {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), &db).ok());
    delete db;
  };
  ExpectAnotherProcess(Open());
  testing::RenewWatermark(path());  // which the other would have done itself
  EXPECT_EQ(ScanAll(**Open()), (Entries{{"a", "1"}}));
}

TEST_F(RocksTakeover, WhatIsMissingThoughNobodyTookItIsDamage) {
  MakeStore();
  for (const auto& entry : fs::directory_iterator(path())) {
    if (entry.path().filename().string().starts_with("MANIFEST")) fs::remove(entry.path());
  }
  const auto opened = Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption) << opened.error().ToString();
}

// Whoever loses the lock while it opens may not write any more, and that is what it is told.
TEST_F(RocksTakeover, TheLockIsTakenAwayWhileTheStoreIsOpened) {
  const auto remove_lock = [this](const std::string&) { fs::remove(path() / kLockFile); };
  disk_->before_current_is_renamed = remove_lock;
  ExpectFenced(Open());
  fs::remove_all(path());
  MakeStore();
  disk_->before_manifest_is_read = remove_lock;
  ExpectFenced(Open());
  disk_->before_current_is_renamed = remove_lock;
  ExpectFenced(Open());
  EXPECT_EQ(ScanAll(**Open()), (Entries{{"a", "1"}}));
}

TEST_F(RocksTakeover, TheLockIsTakenAwayWhileTheEpochIsTaken) {
  const auto store = Open().value();
  disk_->before_log_is_written = [this](const std::string&) { fs::remove(path() / kLockFile); };
  EXPECT_EQ(store->TakeEpoch().error().code(), ErrorCode::kFenced);
}

// What a commit wrote may be there, so it is not for the lock to say that it is not.
TEST_F(RocksTakeover, TheLockIsTakenAwayWhileACommitIsWritten) {
  const auto store = Open().value();
  disk_->before_log_is_written = [this](const std::string&) { fs::remove(path() / kLockFile); };
  EXPECT_EQ(Plan().Put("a", "1").CommitTo(store.get()).error().code(), ErrorCode::kCommitUnknown);
}

}  // namespace
}  // namespace idem::storage
