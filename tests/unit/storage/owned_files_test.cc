// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/owned_files.h"

#include "storage/rocks/file_system_env.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/sure_files.h"
#include "support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
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

TEST_F(OwnedFilesTest, StayTheWritersWhenItTakesCurrentAway) {
  EXPECT_TRUE(files_.DeleteFile(Path("CURRENT"), {}, nullptr).ok());
  EXPECT_TRUE(files_.Check());
  ReplaceCurrentFromOutside();
  EXPECT_EQ(files_.Check().error().code(), ErrorCode::kFenced);
}

// RocksDB asks the environment, and not its file system, to remove an obsolete manifest and to
// rename its options.
TEST_F(OwnedFilesTest, AreLeftAloneByTheEnvironmentToo) {
  const std::shared_ptr<OwnedFiles> files(&files_, [](OwnedFiles*) {});
  const auto env = NewFileSystemEnv(rocksdb::Env::Default(), files);
  ASSERT_TRUE(Make("MANIFEST-000007").ok());
  ASSERT_TRUE(Make("MANIFEST-000008").ok());
  ASSERT_TRUE(Make("OPTIONS-000009.dbtmp").ok());
  EXPECT_TRUE(env->DeleteFile(Path("MANIFEST-000007")).ok());
  EXPECT_TRUE(env->RenameFile(Path("OPTIONS-000009.dbtmp"), Path("OPTIONS-000009")).ok());
  EXPECT_FALSE(files_.WasRobbed()) << "the writer did it itself";
  ReplaceCurrentFromOutside();
  EXPECT_TRUE(env->DeleteFile(Path("MANIFEST-000008")).IsIOError());
  EXPECT_TRUE(env->RenameFile(Path("OPTIONS-000009"), Path("OPTIONS-000010")).IsIOError());
  EXPECT_TRUE(fs::exists(Path("MANIFEST-000008")));
  EXPECT_TRUE(fs::exists(Path("OPTIONS-000009")));
}

// Commits look beside the thread that begins a manifest.
TEST_F(OwnedFilesTest, StayTheWritersWhileItReplacesCurrent) {
  std::atomic<bool> over = false;
  auto looked = std::async(std::launch::async, [&] {
    Result<void> check = files_.Check();
    while (check && !over) check = files_.Check();
    return check;
  });
  for (int i = 0; i < 2'000; ++i) {
    EXPECT_TRUE(Make("next").ok());
    EXPECT_TRUE(RenameToCurrent("next").ok());
  }
  over = true;
  EXPECT_TRUE(looked.get());
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

TEST_F(OwnedFilesTest, AFileThatIsTakenOverIsKeptUntilThatIsCertain) {
  ASSERT_TRUE(Make("IDEM_BULK_0").ok());
  EXPECT_TRUE(files_.LinkFile(Path("IDEM_BULK_0"), Path("000008.sst"), {}, nullptr).ok());
  EXPECT_FALSE(fs::exists(Path("IDEM_BULK_0"))) << "no file has two names";
  EXPECT_TRUE(files_.DeleteFile(Path("IDEM_BULK_0"), {}, nullptr).ok()) << "it is gone already";
  EXPECT_TRUE(files_.DeleteFile(Path("000008.sst"), {}, nullptr).ok());
  EXPECT_TRUE(fs::exists(Path("000008.sst"))) << "a manifest may name it";
  files_.SettleTaken();
  EXPECT_TRUE(files_.DeleteFile(Path("000008.sst"), {}, nullptr).ok());
  EXPECT_FALSE(fs::exists(Path("000008.sst")));
  EXPECT_FALSE(files_.DeleteFile(Path("000008.sst"), {}, nullptr).ok());
}

TEST_F(OwnedFilesTest, AFileToBeTakenOverIsTakenByItsWriterAlone) {
  ASSERT_TRUE(Make("IDEM_BULK_0").ok());
  ReplaceCurrentFromOutside();
  EXPECT_FALSE(files_.LinkFile(Path("IDEM_BULK_0"), Path("000008.sst"), {}, nullptr).ok());
  EXPECT_TRUE(fs::exists(Path("IDEM_BULK_0")));
}

TEST(SureFile, ItsEndCanBeReadWhateverBecomesOfTheDisk) {
  const TempDirectory directory;
  const std::string path = directory.path() / "file";
  std::ofstream(path) << std::string(20'000, 'a') << "the end";
  const auto system = rocksdb::FileSystem::Default();
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  ASSERT_TRUE(system->NewRandomAccessFile(path, {}, &file, nullptr).ok());
  ASSERT_TRUE(MakeSure(system.get(), path, &file).ok());
  fs::resize_file(path, 10'000);
  char scratch[16];
  rocksdb::Slice read;
  ASSERT_TRUE(file->Read(20'000, 16, {}, &read, scratch, nullptr).ok());
  EXPECT_EQ(read.ToString(), "the end");
  ASSERT_TRUE(file->Read(2'000, 2, {}, &read, scratch, nullptr).ok());
  EXPECT_EQ(read.ToString(), "aa") << "the rest is read when it is asked for";
  EXPECT_FALSE(MakeSure(system.get(), directory.path() / "none", &file).ok());
}

TEST(SureFile, AFileInMemoryHoldsWhatItsFileHeld) {
  const TempDirectory directory;
  const std::string path = directory.path() / "file";
  std::ofstream(path) << "0123456789";
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  ASSERT_TRUE(NewFileInMemory(rocksdb::FileSystem::Default().get(), path, &file).ok());
  fs::remove(path);
  char scratch[16];
  rocksdb::Slice read;
  ASSERT_TRUE(file->Read(7, 9, {}, &read, scratch, nullptr).ok());
  EXPECT_EQ(read.ToString(), "789");
  ASSERT_TRUE(file->Read(11, 9, {}, &read, scratch, nullptr).ok());
  EXPECT_EQ(read.ToString(), "");
  EXPECT_FALSE(NewFileInMemory(rocksdb::FileSystem::Default().get(), path, &file).ok());
}

}  // namespace
}  // namespace idem::storage
