// SPDX-License-Identifier: Apache-2.0
//
// What it takes to make, to open and to close a store.

#include "conformance/store_fixture.h"
#include "count_files.h"
#include "hanging_file_system.h"
#include "storage/rocks/file_system_env.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/file_system.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <string>

namespace idem::storage {
namespace {

using ::idem::testing::CountFiles;
using ::idem::testing::HangingFileSystem;
using ::idem::testing::Plan;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;

// Counts how often a directory is synced.
class CountingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  CountingFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "CountingFileSystem"; }
  int synced() const { return *synced_; }

  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>(std::move(*directory), synced_);
    return status;
  }

 private:
  using Count = std::shared_ptr<std::atomic<int>>;

  class Directory final : public rocksdb::FSDirectoryWrapper {
   public:
    Directory(std::unique_ptr<rocksdb::FSDirectory> directory, Count synced)
        : FSDirectoryWrapper(std::move(directory)), synced_(std::move(synced)) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      ++*synced_;
      return FSDirectoryWrapper::Fsync(options, debug);
    }
    rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                          rocksdb::IODebugContext* debug,
                                          const rocksdb::DirFsyncOptions& what) override {
      ++*synced_;
      return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, what);
    }

   private:
    const Count synced_;
  };

  const Count synced_ = std::make_shared<std::atomic<int>>(0);
};

TEST(RocksLifetime, MakingAStoreSyncsItsNamesOnceAndOpeningOneAsOftenAsTheyChange) {
  const TempDirectory directory;
  const auto files = std::make_shared<CountingFileSystem>();
  const auto env = NewFileSystemEnv(rocksdb::Env::Default(), files);
  const SinkOptions options;
  OpenRocksStore(directory.path(), options, {}, env.get()).value();
  EXPECT_EQ(files->synced(), 1) << "a crash before that has it made anew";
  const auto store = OpenRocksStore(directory.path(), options, {}, env.get()).value();
  EXPECT_GE(files->synced(), 2) << "CURRENT names a new manifest";
}

// It is waited for in any case, so it had better be kept.
TEST(RocksLifetime, AFlushThatRunsWhenTheStoreClosesIsKept) {
  const TempDirectory directory;
  const auto files = std::make_shared<HangingFileSystem>(".sst");
  const auto env = NewFileSystemEnv(rocksdb::Env::Default(), files);
  SinkOptions options;
  options.write_buffer_bytes = 64 << 10;
  auto store = OpenRocksStore(directory.path(), options, {}, env.get()).value();
  files->gate().Close();
  int rows = 0;
  while (CountFiles(directory.path(), ".log") < 2) {
    Plan()
        .Put(RowKey(std::to_string(rows++)), std::string(4'000, 'x'))
        .CommitTo(store.get())
        .value();
  }
  files->gate().AwaitSomebody();
  auto closed = std::async(std::launch::async, [&] { store.reset(); });
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  files->gate().Open();
  closed.get();
  EXPECT_EQ(CountFiles(directory.path(), ".sst"), 1U);
  EXPECT_EQ(CountFiles(directory.path(), ".log"), 1U) << "the other one is in the file";
  store = OpenRocksStore(directory.path(), options).value();
  EXPECT_EQ(ScanAll(*store).size(), static_cast<std::size_t>(rows));
}

// The child has the mutexes as they were, and not the threads that would give them back.
TEST(RocksLifetime, AChildThatIsForkedDuringACommitIsRefusedAndEnds) {
  const TempDirectory directory;
  const auto disk = std::make_shared<HangingFileSystem>(".log");
  const auto env = rocksdb::NewCompositeEnv(disk);
  auto store = OpenRocksStore(directory.path() / "store", {}, {}, env.get()).value();
  disk->gate().Close();
  auto committed =
      std::async(std::launch::async, [&] { return Plan().Put("a", "1").CommitTo(store.get()); });
  disk->gate().AwaitSomebody();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    const Result<void> commit = Plan().Put("b", "2").CommitTo(store.get());
    const bool refused = !commit && commit.error().code() == ErrorCode::kStoreLocked;
    const bool taken = store->TakeEpoch().has_value();
    store.reset();
    ::_exit(refused && !taken ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  disk->gate().Open();
  EXPECT_TRUE(committed.get());
}

TEST(RocksLifetime, AnOpeningTakesAsManyThreadsAsItHasFilesToLookAt) {
  const TempDirectory directory;
  const auto threads_with = [&](int files) {
    for (int i = 0; i < files; ++i) {
      std::ofstream(directory.path() / (std::to_string(100'000 + i) + ".sst"));
    }
    return ForOpening({}, directory.path().string()).max_file_opening_threads;
  };
  EXPECT_EQ(threads_with(0), 1);
  EXPECT_EQ(threads_with(4), 1);
  EXPECT_EQ(threads_with(40), 10);
  EXPECT_EQ(threads_with(400), 16);
  EXPECT_EQ(ForOpening({}, "/no/such/directory").max_file_opening_threads, 1);
}

}  // namespace
}  // namespace idem::storage
