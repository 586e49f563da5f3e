// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/status.h"

#include <gtest/gtest.h>

namespace idem::storage {
namespace {

TEST(RocksStatus, AFailedTrialOfTheFileSystemIsAnIoError) {
  const auto tried = rocksdb::Status::InvalidArgument(
      "Found options incompatible with filesystem",
      "IO error: While open a file for random read: CURRENT: Too many open files");
  EXPECT_EQ(OpenError(tried, "store").code(), ErrorCode::kIoError);
  const auto unknown = rocksdb::Status::InvalidArgument("unknown option");
  EXPECT_EQ(OpenError(unknown, "store").code(), ErrorCode::kFormatUnsupported);
}

TEST(RocksStatus, AMissingFileIsDamage) {
  const auto gone = rocksdb::Status::PathNotFound("000012.sst");
  EXPECT_EQ(OpenError(gone, "store").code(), ErrorCode::kCorruption);
}

TEST(RocksStatus, OnlyALockThatSomebodyHoldsIsALock) {
  const auto held = rocksdb::Status::IOError("While lock file: /data/store/LOCK",
                                             "Resource temporarily unavailable");
  EXPECT_EQ(OpenError(held, "store").code(), ErrorCode::kStoreLocked);
  const auto held_here = rocksdb::Status::IOError(
      "lock hold by current process, acquire time 1 acquiring thread 2: /data/store/LOCK",
      "No locks available");
  EXPECT_EQ(OpenError(held_here, "store").code(), ErrorCode::kStoreLocked);
  const auto broken = rocksdb::Status::IOError(
      "While open a file for random read: /data/block lock store/000012.sst", "Input/output error");
  EXPECT_EQ(OpenError(broken, "store").code(), ErrorCode::kIoError);
  const auto unopened = rocksdb::Status::IOError("while open a file for lock: /data/store/LOCK",
                                                 "Too many open files");
  EXPECT_EQ(OpenError(unopened, "store").code(), ErrorCode::kIoError);
}

}  // namespace
}  // namespace idem::storage
