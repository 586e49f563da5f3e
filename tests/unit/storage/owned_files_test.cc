// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/owned_files.h"

#include "storage/rocks/rocks_store.h"
#include "support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::TempDirectory;
using ::testing::HasSubstr;

// A locked directory with a CURRENT of this writer's.
class OwnedFilesTest : public ::testing::Test {
 protected:
  OwnedFilesTest()
      : lock_(DirectoryLock::Acquire(directory_.path()).value()),
        files_(rocksdb::FileSystem::Default(), lock_.get(), directory_.path()) {
    EXPECT_TRUE(Make("first").ok());
    EXPECT_TRUE(RenameToCurrent("first").ok());
  }

  std::string Path(const std::string& name) const { return directory_.path() / name; }

  rocksdb::IOStatus Make(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    return files_.NewWritableFile(Path(name), {}, &file, nullptr);
  }
  rocksdb::IOStatus RenameToCurrent(const std::string& name) {
    return files_.RenameFile(Path(name), Path("CURRENT"), {}, nullptr);
  }

  // What the opening of another writer does.
  void ReplaceCurrentFromOutside() {
    std::ofstream(Path("theirs")) << "MANIFEST-000099\n";
    fs::rename(Path("theirs"), Path("CURRENT"));
  }

  const TempDirectory directory_;
  std::unique_ptr<DirectoryLock> lock_;
  OwnedFiles files_;
};

TEST_F(OwnedFilesTest, AreChangedFreelyByTheirWriter) {
  EXPECT_TRUE(files_.Check());
  EXPECT_TRUE(Make("000007.sst").ok());
  EXPECT_TRUE(files_.DeleteFile(Path("000007.sst"), {}, nullptr).ok());
  EXPECT_TRUE(Make("second").ok());
  EXPECT_TRUE(RenameToCurrent("second").ok()) << "a new manifest of this writer's";
  EXPECT_TRUE(files_.Check());
}

TEST_F(OwnedFilesTest, AreLeftAloneOnceTheLockFileIsGone) {
  ASSERT_TRUE(Make("000007.sst").ok());
  fs::remove(Path(kLockFile));
  EXPECT_EQ(files_.Check().error().code(), ErrorCode::kFenced);
  EXPECT_TRUE(files_.DeleteFile(Path("000007.sst"), {}, nullptr).IsIOError());
  EXPECT_TRUE(fs::exists(Path("000007.sst")));
  EXPECT_TRUE(Make("000008.sst").IsIOError());
  EXPECT_FALSE(fs::exists(Path("000008.sst")));
  EXPECT_TRUE(RenameToCurrent("000007.sst").IsIOError());
  std::unique_ptr<rocksdb::FSWritableFile> file;
  EXPECT_TRUE(files_.ReopenWritableFile(Path("000007.sst"), {}, &file, nullptr).IsIOError());
}

TEST_F(OwnedFilesTest, AreLeftAloneOnceAnotherWriterHasOpenedTheStore) {
  ReplaceCurrentFromOutside();
  const Result<void> check = files_.Check();
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code(), ErrorCode::kFenced);
  EXPECT_THAT(check.error().message(), HasSubstr("must not write any more"));
  EXPECT_TRUE(Make("000008.sst").IsIOError());
}

TEST_F(OwnedFilesTest, AreLeftAloneWhenCurrentIsGone) {
  fs::remove(Path("CURRENT"));
  EXPECT_EQ(files_.Check().error().code(), ErrorCode::kFenced);
}

// RocksDB removes the files that it does not know when it closes: here those of the next writer.
TEST(OwnedFiles, AWriterThatLostTheStoreRemovesNothingWhenItCloses) {
  const TempDirectory directory;
  const SinkOptions options;
  auto first = OpenRocksStore(directory.path(), options).value();
  ASSERT_TRUE(first->TakeEpoch());
  const fs::path kept = directory.path() / "000001.sst";
  std::ofstream(kept) << "a sorted file of the next writer";
  fs::remove(directory.path() / kLockFile);
  first.reset();
  EXPECT_TRUE(fs::exists(kept));
}

}  // namespace
}  // namespace idem::storage
