// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/guarded_files.h"

#include "storage/rocks/file_system_env.h"
#include "storage/rocks/watermark_file.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace idem::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// What a test and its files have in common.
struct Disk {
  int failing = 0;  // how many syncs still fail; afterwards they succeed, as they do on Linux
  int syncs = 0;
  std::function<void()> beside_directory_sync;
};

class DiskFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  DiskFile(std::unique_ptr<rocksdb::FSWritableFile> file, Disk* disk)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}

  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    ++disk_->syncs;
    return disk_->failing-- > 0 ? IOStatus::IOError("told to") : IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  Disk* const disk_;
};

class DiskDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  DiskDirectory(std::unique_ptr<rocksdb::FSDirectory> directory, Disk* disk)
      : FSDirectoryWrapper(std::move(directory)), disk_(disk) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = FSDirectoryWrapper::Fsync(options, debug);
    if (disk_->beside_directory_sync) disk_->beside_directory_sync();
    return status;
  }

 private:
  Disk* const disk_;
};

class DiskFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit DiskFiles(Disk* disk) : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "DiskFiles"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<DiskFile>(std::move(*file), disk_);
    return status;
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<DiskDirectory>(std::move(*directory), disk_);
    return status;
  }

 private:
  Disk* const disk_;
};

class GuardedFiles : public ::testing::Test {
 protected:
  IOStatus Make(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile>* file) {
    return env_->GetFileSystem()->NewWritableFile((directory_.path() / name).string(), {}, file,
                                                  nullptr);
  }
  static void Append(const std::string& bytes, rocksdb::FSWritableFile* file) {
    ASSERT_TRUE(file->Append(bytes, IOOptions(), nullptr).ok());
  }

  // As RocksDB begins a manifest and makes CURRENT name it.
  void MakeCurrent(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> manifest;
    std::unique_ptr<rocksdb::FSWritableFile> current;
    ASSERT_TRUE(Make(name, &manifest).ok());
    Append("a file", manifest.get());
    ASSERT_TRUE(manifest->Sync(IOOptions(), nullptr).ok());
    ASSERT_TRUE(Make("000009.dbtmp", &current).ok());
    const std::string path = directory_.path().string() + "/";
    ASSERT_TRUE(env_->GetFileSystem()
                    ->RenameFile(path + "000009.dbtmp", path + "CURRENT", IOOptions(), nullptr)
                    .ok());
  }

  std::vector<std::string> Manifests() const {
    std::vector<std::string> names;
    for (const codec::FileMark& mark : watermark_->image().manifests) names.push_back(mark.name);
    return names;
  }

  const testing::TempDirectory directory_;
  const std::shared_ptr<WatermarkFile> watermark_ =
      WatermarkFile::Create(directory_.path(), Uuid{}).value();
  bool owned_ = true;
  Disk disk_;
  const std::unique_ptr<rocksdb::Env> disk_env_ =
      NewFileSystemEnv(rocksdb::Env::Default(), std::make_shared<DiskFiles>(&disk_));
  const std::unique_ptr<rocksdb::Env> env_ = NewGuardedEnv(
      disk_env_.get(), watermark_,
      [this] { return owned_ ? Result<void>() : Error(ErrorCode::kFenced, "told to"); },
      std::make_shared<const Creation>(), std::make_shared<LogGate>());
};

TEST_F(GuardedFiles, ALogIsSyncedAndMarkedBeforeTheNextOneIsBegun) {
  std::unique_ptr<rocksdb::FSWritableFile> first, second;
  ASSERT_TRUE(Make("000001.log", &first).ok());
  Append("a commit", first.get());
  ASSERT_TRUE(Make("000002.log", &second).ok());
  EXPECT_EQ(disk_.syncs, 1);
  ASSERT_EQ(watermark_->image().logs.size(), 1U);
  EXPECT_EQ(watermark_->image().logs[0].bytes, 8U);
}

// What a failed sync has lost the next one does not bring back, but may say that all is well.
TEST_F(GuardedFiles, NoSyncOfAFileSucceedsAfterOneThatFailed) {
  std::unique_ptr<rocksdb::FSWritableFile> first, second;
  ASSERT_TRUE(Make("000001.log", &first).ok());
  Append("a commit", first.get());
  disk_.failing = 1;
  EXPECT_TRUE(first->Sync(IOOptions(), nullptr).IsIOError());
  EXPECT_TRUE(first->Sync(IOOptions(), nullptr).IsIOError());
  EXPECT_TRUE(first->Fsync(IOOptions(), nullptr).IsIOError());
  EXPECT_TRUE(Make("000002.log", &second).IsIOError()) << "it would count as complete";
  EXPECT_TRUE(watermark_->image().logs.empty());
  EXPECT_EQ(disk_.syncs, 1);
}

TEST_F(GuardedFiles, NorDoesThatOfAManifest) {
  std::unique_ptr<rocksdb::FSWritableFile> manifest;
  ASSERT_TRUE(Make("MANIFEST-000001", &manifest).ok());
  Append("a file", manifest.get());
  disk_.failing = 1;
  EXPECT_TRUE(manifest->Sync(IOOptions(), nullptr).IsIOError());
  EXPECT_TRUE(manifest->Sync(IOOptions(), nullptr).IsIOError());
  EXPECT_TRUE(watermark_->image().manifests.empty());
}

// A log without a mark may be missing; one that has a mark is missed.
TEST_F(GuardedFiles, ALogIsRemovedOnlyWhenItsMarkIsGone) {
  std::unique_ptr<rocksdb::FSWritableFile> first, second;
  ASSERT_TRUE(Make("000001.log", &first).ok());
  Append("a commit", first.get());
  ASSERT_TRUE(Make("000002.log", &second).ok());
  const std::string path = (directory_.path() / "000001.log").string();
  rocksdb::FileSystem* const files = env_->GetFileSystem().get();
  owned_ = false;
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(files->DeleteFile(path, IOOptions(), nullptr).IsIOError());
    EXPECT_EQ(watermark_->image().logs.size(), 1U);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  owned_ = true;
  EXPECT_TRUE(files->DeleteFile(path, IOOptions(), nullptr).ok());
  EXPECT_TRUE(watermark_->image().logs.empty());
  EXPECT_FALSE(std::filesystem::exists(path));
}

// CURRENT may name either until a sync that began after the renaming.
TEST_F(GuardedFiles, ASyncSaysNothingOfWhatIsRenamedMeanwhile) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  ASSERT_TRUE(env_->GetFileSystem()
                  ->NewDirectory(directory_.path().string(), IOOptions(), &directory, nullptr)
                  .ok());
  MakeCurrent("MANIFEST-000001");
  disk_.beside_directory_sync = [this] { MakeCurrent("MANIFEST-000002"); };
  ASSERT_TRUE(directory->Fsync(IOOptions(), nullptr).ok());
  EXPECT_EQ(Manifests(), (std::vector<std::string>{"MANIFEST-000001", "MANIFEST-000002"}));
  disk_.beside_directory_sync = nullptr;
  ASSERT_TRUE(directory->Fsync(IOOptions(), nullptr).ok());
  EXPECT_EQ(Manifests(), std::vector<std::string>{"MANIFEST-000002"});
}

}  // namespace
}  // namespace idem::storage
