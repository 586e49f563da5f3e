// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/watermark_file.h"

#include "support/random.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

const Uuid kStore = Uuid::Parse("63d9586d-899f-4d33-b8a7-52739781b3fc").value();
const codec::FileMark kManifest = {"MANIFEST-000005", 117, {1, 2}};

class Watermark : public ::testing::Test {
 protected:
  fs::path path() const { return directory_.path() / kWatermarkFile; }

  std::string Bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void SetBytes(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary) << bytes;
  }
  Result<codec::WatermarkImage> Read() const {
    return WatermarkFile::Read(directory_.path(), kStore);
  }

  testing::TempDirectory directory_;
};

TEST_F(Watermark, TheNewestImageCounts) {
  const auto file = WatermarkFile::Create(directory_.path(), kStore, {kManifest}).value();
  EXPECT_EQ(Read().value().note, "");
  for (int i = 0; i < 10; ++i) {
    file->KeepNote("note " + std::to_string(i)).value();
    EXPECT_EQ(Read().value().note, "note " + std::to_string(i));
    if (i == 6) file->Sync().value();
  }
  file->KeepFiles({}, {kManifest}).value();
  EXPECT_EQ(Read().value().manifests, Marks());
  EXPECT_EQ(Read().value().logs, Marks({kManifest}));
  EXPECT_EQ(Read().value().note, "note 9");
}

TEST_F(Watermark, OpensAtTheNewestImageAndGoesOn) {
  WatermarkFile::Create(directory_.path(), kStore, {kManifest}).value()->KeepNote("one").value();
  const std::string before = Bytes();
  const auto file = WatermarkFile::Open(directory_.path(), kStore).value();
  EXPECT_EQ(file->image().note, "one");
  EXPECT_EQ(file->image().manifests, Marks({kManifest}));
  EXPECT_EQ(Bytes(), before);
  file->KeepNote("two").value();
  EXPECT_EQ(Read().value().note, "two");
}

// One that is longer than a block reaches over those of the others without touching them.
TEST_F(Watermark, ImagesGrowAndShrinkBesideEachOther) {
  const auto file = WatermarkFile::Create(directory_.path(), kStore).value();
  testing::Random random(1);
  std::string before;
  for (int i = 0; i < 200; ++i) {
    const std::string note(random.Below(20'000), static_cast<char>('a' + i % 26));
    file->KeepNote(note).value();
    if (random.Below(10) == 0) file->Sync().value();
    EXPECT_EQ(Read().value().note, note);
  }
  EXPECT_LE(fs::file_size(path()), 3 * 24'576U);
}

// A process that dies while it writes an image leaves the one before; a loss of power may leave
// both of those unsynced torn, and never the one that was synced last.
TEST_F(Watermark, WhateverHappensToTheUnsyncedOnesTheSyncedOneStays) {
  const auto file = WatermarkFile::Create(directory_.path(), kStore).value();
  const std::string large(10'000, 'x');
  file->KeepNote("synced" + large).value();
  file->Sync().value();
  const std::string synced = Bytes();
  for (int i = 0; i < 7; ++i) {
    file->KeepNote(std::to_string(i) + large).value();
    std::string torn = Bytes();
    for (std::size_t at = 0; at < torn.size(); ++at) {
      if (at >= synced.size() || torn[at] != synced[at]) torn[at] = '\xee';
    }
    const std::string whole = Bytes();
    SetBytes(torn);
    EXPECT_EQ(Read().value().note, "synced" + large) << i;
    SetBytes(whole);
  }
}

TEST_F(Watermark, AnUnsyncedImageThatIsTornLeavesTheOneBefore) {
  const auto file = WatermarkFile::Create(directory_.path(), kStore).value();
  file->KeepNote("one").value();
  const std::string before = Bytes();
  file->KeepNote("two").value();
  std::string torn = Bytes();
  ASSERT_GT(torn.size(), before.size());
  torn.resize(before.size() + 20);
  SetBytes(torn);
  EXPECT_EQ(Read().value().note, "one");
}

TEST_F(Watermark, NothingIsKeptAfterAnError) {
  const auto file = WatermarkFile::Create(directory_.path(), kStore, {kManifest}).value();
  file->KeepNote("one").value();
  struct rlimit limit = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  const Result<void> failed = file->KeepNote("two");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::kIoError);
  EXPECT_EQ(file->KeepNote("three").error().message(), failed.error().message());
  EXPECT_FALSE(file->KeepFiles({}, {}));
  EXPECT_FALSE(file->Sync());
  EXPECT_EQ(Read().value().note, "one");
  EXPECT_EQ(Read().value().manifests, Marks({kManifest}));
}

TEST_F(Watermark, MissingDamagedOrForeignIsCorruption) {
  EXPECT_EQ(Read().error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(WatermarkFile::Open(directory_.path(), kStore).error().code(), ErrorCode::kCorruption);
  WatermarkFile::Create(directory_.path(), kStore).value();
  EXPECT_EQ(WatermarkFile::Read(directory_.path(), Uuid()).error().code(), ErrorCode::kCorruption);
  std::string bytes = Bytes();
  for (std::size_t at = 0; at < bytes.size(); at += 4096) bytes[at] = 'X';
  SetBytes(bytes);
  const auto damaged = Read();
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), ErrorCode::kCorruption);
  EXPECT_NE(damaged.error().message().find("idem recover"), std::string::npos);
  SetBytes("");
  EXPECT_EQ(Read().error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace idem::storage
