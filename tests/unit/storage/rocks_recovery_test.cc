// SPDX-License-Identifier: Apache-2.0
//
// What a recovery makes of a disk that does not answer a read.

#include "conformance/store_fixture.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/store_recovery.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <memory>
#include <string>

namespace idem::storage {
namespace {

using ::idem::testing::Plan;
using ::idem::testing::RowKey;
using ::idem::testing::TempDirectory;

// The one read of a sorted file that fails, counted from 1; and how many there were.
struct Reads {
  int fails = 0;
  int count = 0;
};

class CountedFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  CountedFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, Reads* reads)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), reads_(reads) {}

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t n, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override {
    if (++reads_->count == reads_->fails) return rocksdb::IOStatus::IOError("the test broke it");
    return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
  }

 private:
  Reads* const reads_;
};

class CountedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  CountedFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "CountedFileSystem"; }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<CountedFile>(std::move(*file), &reads);
    return status;
  }

  Reads reads;
};

TEST(RocksRecovery, AReadThatFailsIsNoDamage) {
  const TempDirectory directory;
  const std::filesystem::path path = directory.path() / "store";
  {
    const auto store = OpenRocksStore(path, {}).value();
    Plan().Put(RowKey("a"), "1").CommitTo(store.get()).value();
    Plan().Put(RowKey("b"), "2").Bulk().CommitTo(store.get()).value();  // all of it is in files
  }
  const auto disk = std::make_shared<CountedFileSystem>();
  const auto env = rocksdb::NewCompositeEnv(disk);
  int refused = 0;
  for (int fails = 1;; ++fails) {
    disk->reads = {fails, 0};
    const auto recovery = BeginRocksRecovery(path, {}, env.get());
    if (disk->reads.count < fails) break;
    if (!recovery) {
      EXPECT_EQ(recovery.error().code(), ErrorCode::kIoError) << recovery.error().ToString();
      ++refused;
      continue;
    }
    EXPECT_TRUE((*recovery)->damage().empty()) << fails << (*recovery)->damage()[0];
  }
  EXPECT_GT(refused, 3);
}

}  // namespace
}  // namespace idem::storage
