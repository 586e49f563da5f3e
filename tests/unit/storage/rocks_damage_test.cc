// SPDX-License-Identifier: Apache-2.0
//
// Damage in the first block of a sorted file that is not the first of its level. RocksDB 7.8 by
// itself skips the file's entries in a scan and reports success (see iterator_factory.h).

#include "conformance/store_fixture.h"
#include "storage/rocks/rocks_store.h"
#include "support/renew_watermark.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <fstream>
#include <random>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::Plan;
using ::idem::testing::ReadAll;
using ::idem::testing::RowKey;
using ::idem::testing::TempDirectory;

constexpr int kRows = 3'000;

// Moves everything into sorted files of level 1, and returns the paths of all but the first one.
std::vector<fs::path> CompactIntoManyFiles(const fs::path& store) {
  rocksdb::Options options;
  options.target_file_size_base = 64 << 10;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* raw = nullptr;
  EXPECT_TRUE(rocksdb::DB::Open(options, store.string(), &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  EXPECT_TRUE(db->Flush({}).ok());
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  EXPECT_TRUE(db->CompactRange(compact, nullptr, nullptr).ok());
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.smallestkey < b.smallestkey; });
  std::vector<fs::path> paths;
  for (const auto& file : files) {
    EXPECT_GE(file.level, 1);
    if (&file != &files.front()) paths.push_back(store / fs::path(file.name).relative_path());
  }
  return paths;
}

void FlipABit(const fs::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x10));
  ASSERT_TRUE(file.good());
}

// Walks the whole store: the number of entries, or the error that ended the walk.
Result<int> Count(const Store& store) {
  auto view = store.NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan("", "");
  if (!cursor) return cursor.error();
  for (int entries = 0;; ++entries) {
    const Result<bool> more = (*cursor)->Next();
    if (!more) {
      EXPECT_FALSE((*cursor)->Next()) << "a cursor stays at its error";
      return more.error();
    }
    if (!*more) return entries;
  }
}

void Fill(const fs::path& path) {
  const auto store = OpenRocksStore(path, {}).value();
  std::mt19937_64 random(7);
  for (int i = 0; i < kRows; ++i) {
    std::string value;
    while (value.size() < 200) value += std::to_string(random());
    Plan().Put(RowKey(std::to_string(i)), value).CommitTo(store.get()).value();
  }
}

// Keys asked for in any order, in many sorted files of one level: each is found in its own.
TEST(RocksFiles, ReadsFindKeysInAllOfThem) {
  const TempDirectory directory;
  const fs::path path = directory.path() / "store";
  Fill(path);
  ASSERT_GE(CompactIntoManyFiles(path).size(), 4U);
  testing::RenewWatermark(path);
  std::vector<std::string> keys;
  for (int i = 0; i < kRows; ++i) keys.push_back(RowKey(std::to_string(i * 997 % kRows)));
  const auto store = OpenRocksStore(path, {}).value();
  for (const auto& value : ReadAll(*store, keys)) ASSERT_TRUE(value.has_value());
}

TEST(RocksDamage, AScanReportsItAndNeverSkips) {
  const TempDirectory directory;
  const fs::path original = directory.path() / "store";
  Fill(original);
  const std::vector<fs::path> victims = CompactIntoManyFiles(original);
  ASSERT_GE(victims.size(), 4U);
  testing::RenewWatermark(original);
  EXPECT_EQ(Count(*OpenRocksStore(original, {}).value()).value(), kRows + 1);

  for (const fs::path& victim : victims) {
    const TempDirectory copies;
    const fs::path copy = copies.path() / "store";
    fs::copy(original, copy, fs::copy_options::recursive);
    FlipABit(copy / victim.filename(), 100);

    const Result<int> read = Count(*OpenRocksReader(copy, {}).value());
    ASSERT_FALSE(read) << "the reader's scan found " << *read << " entries";
    EXPECT_EQ(read.error().code(), ErrorCode::kCorruption) << read.error().ToString();

    const Result<int> scan = Count(*OpenRocksStore(copy, {}).value());
    ASSERT_FALSE(scan) << "the scan found " << *scan << " entries";
    EXPECT_EQ(scan.error().code(), ErrorCode::kCorruption);
  }
}

}  // namespace
}  // namespace idem::storage
