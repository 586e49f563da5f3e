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

}  // namespace
}  // namespace idem::storage
