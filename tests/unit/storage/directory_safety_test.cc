// SPDX-License-Identifier: Apache-2.0
//
// Who may read and write a store's directory, and which directories are no place for a store.

#include "conformance/store_fixture.h"
#include "storage/rocks/private_files.h"
#include "storage/rocks/rocks_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::Plan;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;

constexpr uid_t kSomebodyElse = 65534;

mode_t ModeOf(const fs::path& path) {
  struct stat status = {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & mode_t{07777};
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

class DirectorySafety : public ::testing::Test {
 protected:
  fs::path path() const { return directory_.path() / "store"; }

  void MakeStore() {
    const auto store = OpenRocksStore(path(), {}).value();
    Plan().Put("a", "1").CommitTo(store.get()).value();
  }

  // The store is refused, with a remedy, by whatever way it is named.
  static void ExpectUnsafe(const fs::path& directory) {
    const auto store = OpenRocksStore(directory, {});
    ASSERT_FALSE(store) << directory;
    EXPECT_EQ(store.error().code(), ErrorCode::kUnsafeDirectory) << store.error().message();
    EXPECT_EQ(store.error().next_step(), NextStep::kFixInput);
    EXPECT_NE(store.error().message().find("; "), std::string::npos) << "says what to do";
  }

  void ExpectWell() const { EXPECT_EQ(ScanAll(*OpenRocksStore(path(), {}).value()).at("a"), "1"); }

  const TempDirectory directory_;
};

TEST_F(DirectorySafety, EverythingIsForItsOwnerAloneWhateverTheUmask) {
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}, mode_t{0777}}) {
    const Umask umask(mask);
    const fs::path store_path = directory_.path() / std::to_string(mask);
    SinkOptions options;
    options.write_buffer_bytes = 64 << 10;
    for (int opening = 0; opening < 2; ++opening) {
      const auto store = OpenRocksStore(store_path, options).value();
      for (int i = 0; i < 50; ++i) {
        Plan plan;
        plan.Put(RowKey(std::to_string(i)), std::string(4'000, 'x'));
        if (i % 25 == 0) plan.Bulk();
        plan.CommitTo(store.get()).value();
      }
    }
    EXPECT_EQ(ModeOf(store_path), mode_t{0700}) << mask;
    bool sorted_file = false;
    for (const auto& entry : fs::directory_iterator(store_path)) {
      EXPECT_EQ(ModeOf(entry.path()), mode_t{0600}) << entry.path() << " with umask " << mask;
      sorted_file = sorted_file || entry.path().extension() == ".sst";
    }
    EXPECT_TRUE(sorted_file) << "the background's files are looked at too";
  }
}

// The system's files, and what others may do with each when it has just been opened.
class WatchedFiles final : public rocksdb::FileSystemWrapper {
 public:
  WatchedFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "WatchedFiles"; }
  const std::vector<mode_t>& modes() const { return modes_; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    return Seen(path, FileSystemWrapper::NewWritableFile(path, options, file, debug));
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override {
    return Seen(path, FileSystemWrapper::ReopenWritableFile(path, options, file, debug));
  }
  rocksdb::IOStatus LockFile(const std::string& path, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override {
    return Seen(path, FileSystemWrapper::LockFile(path, options, lock, debug));
  }

 private:
  rocksdb::IOStatus Seen(const std::string& path, rocksdb::IOStatus status) {
    modes_.push_back(ModeOf(path));
    return status;
  }

  std::vector<mode_t> modes_;
};

// Who opens one in between reads on, whatever becomes of its mode.
TEST_F(DirectorySafety, NoFileIsReadableForOthersForAMoment) {
  const Umask umask(mode_t{0});
  const auto watched = std::make_shared<WatchedFiles>();
  const auto files = NewPrivateFiles(watched);
  const std::string file = (directory_.path() / "file").string();
  std::unique_ptr<rocksdb::FSWritableFile> writable;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(files->NewWritableFile(file, {}, &writable, nullptr).ok());
    ASSERT_TRUE(files->ReopenWritableFile(file + "2", {}, &writable, nullptr).ok());
  }
  rocksdb::FileLock* lock = nullptr;
  ASSERT_TRUE(files->LockFile(file + "3", {}, &lock, nullptr).ok());
  ASSERT_TRUE(files->UnlockFile(lock, {}, nullptr).ok());
  EXPECT_EQ(watched->modes(), std::vector<mode_t>(5, mode_t{0600}));

  const std::string link = (directory_.path() / "link").string();
  fs::create_symlink(file, link);
  EXPECT_TRUE(files->NewWritableFile(link, {}, &writable, nullptr).IsIOError());
  const std::string nowhere = (directory_.path() / "nowhere" / "file").string();
  EXPECT_TRUE(files->NewWritableFile(nowhere, {}, &writable, nullptr).IsPathNotFound());
}

TEST_F(DirectorySafety, ALinkIsRefusedButOneFurtherUpIsFollowed) {
  MakeStore();
  const fs::path link = directory_.path() / "link";
  fs::create_directory_symlink(path(), link);
  ExpectUnsafe(link);
  ExpectUnsafe(link.string() + "/");
  fs::remove(link);
  fs::create_directory_symlink(directory_.path() / "nowhere", link);
  ExpectUnsafe(link);
  EXPECT_FALSE(fs::exists(directory_.path() / "nowhere"));
  fs::create_directory_symlink(directory_.path(), directory_.path() / "up");
  EXPECT_TRUE(OpenRocksStore(directory_.path() / "up" / "store", {}));
  ExpectWell();
}

TEST_F(DirectorySafety, WhatOthersMayWriteToIsRefused) {
  MakeStore();
  for (const mode_t mode : {mode_t{0777}, mode_t{0770}, mode_t{0702}, mode_t{01777}}) {
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
    ExpectUnsafe(path());
    EXPECT_EQ(ModeOf(path()), mode) << "nothing is changed";
  }
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);
  ExpectWell();
  EXPECT_EQ(ModeOf(path()), mode_t{0755}) << "a directory that exists keeps its permissions";
}

TEST_F(DirectorySafety, WhatBelongsToSomebodyElseIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  MakeStore();
  ASSERT_EQ(::chown(path().c_str(), kSomebodyElse, kSomebodyElse), 0);
  ExpectUnsafe(path());
  ASSERT_EQ(::chown(path().c_str(), ::geteuid(), ::getegid()), 0);
  for (const char* name : {"IDEM_LOCK", "IDEM_FORMAT"}) {
    ASSERT_EQ(::chown((path() / name).c_str(), kSomebodyElse, kSomebodyElse), 0);
    ExpectUnsafe(path());
    ASSERT_EQ(::chown((path() / name).c_str(), ::geteuid(), ::getegid()), 0);
  }
  ExpectWell();
}

TEST_F(DirectorySafety, WhatIsNoPlainFileIsRefusedAndNotWaitedFor) {
  MakeStore();
  const fs::path away = directory_.path() / "away";
  for (const char* name : {"IDEM_LOCK", "IDEM_FORMAT"}) {
    fs::rename(path() / name, away);
    fs::create_symlink(away, path() / name);
    ExpectUnsafe(path());
    fs::remove(path() / name);
    ASSERT_EQ(::mkfifo((path() / name).c_str(), 0600), 0);
    ExpectUnsafe(path());
    EXPECT_FALSE(std::string(name) == "IDEM_FORMAT" && OpenRocksReader(path(), {}));
    fs::remove(path() / name);
    fs::rename(away, path() / name);
  }
  ExpectWell();
}

}  // namespace
}  // namespace idem::storage
