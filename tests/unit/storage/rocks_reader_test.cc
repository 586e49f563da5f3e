// SPDX-License-Identifier: Apache-2.0
//
// Reading beside a live writer.

#include "conformance/store_fixture.h"
#include "storage/rocks/rocks_store.h"
#include "support/renew_watermark.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <rocksdb/db.h>

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::Entries;
using ::idem::testing::Plan;
using ::idem::testing::ReadAll;
using ::idem::testing::RowKey;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;
using ::idem::testing::Values;

// The folder for temporary files is another one while this lives.
class OtherTemporaries {
 public:
  explicit OtherTemporaries(const fs::path& folder) {
    ::setenv("TMPDIR", folder.c_str(), /*overwrite=*/1);
  }
  ~OtherTemporaries() {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), /*overwrite=*/1);
    }
  }
  OtherTemporaries(const OtherTemporaries&) = delete;
  OtherTemporaries& operator=(const OtherTemporaries&) = delete;

 private:
  const std::string before_ = ::getenv("TMPDIR") != nullptr ? ::getenv("TMPDIR") : "";
};

class RocksReader : public ::testing::Test {
 protected:
  RocksReader() {
    SinkOptions options;
    options.write_buffer_bytes = 128 << 10;
    writer_ = OpenRocksStore(path(), options).value();
  }

  fs::path path() const { return directory_.path() / "store"; }

  // Names, sizes and times of the store's files.
  Entries Files() const {
    Entries files;
    for (const auto& entry : fs::directory_iterator(path())) {
      files[entry.path().string()] =
          std::to_string(entry.file_size()) + " " +
          std::to_string(entry.last_write_time().time_since_epoch().count());
    }
    return files;
  }

  // Rows 0, 1, 2 ... and which of them is the last.
  void CommitNext(bool bulk = false) {
    Plan plan;
    plan.Put(RowKey(std::to_string(next_)), std::string(500, 'x'));
    plan.Put(RowKey("last"), std::to_string(next_));
    if (bulk) plan.Bulk();
    plan.CommitTo(writer_.get()).value();
    acknowledged_ = next_++;
  }

  // A view of all that was acknowledged before, without a hole.
  void ExpectWhole(const Store& reader) {
    const int known = acknowledged_;
    const auto view = reader.NewView();
    ASSERT_TRUE(view.has_value()) << view.error().message();
    const auto last = (*view)->Get(RowKey("last")).value();
    const int seen = last ? std::stoi(*last) : -1;
    EXPECT_GE(seen, known);
    EXPECT_EQ(ScanAll(**view).size(), static_cast<std::size_t>(seen + (last ? 2 : 1)));
  }

  // The names of the files that end in `suffix`.
  std::set<std::string> Names(const std::string& suffix) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() == suffix) names.insert(entry.path().filename());
    }
    return names;
  }

  TempDirectory directory_;
  std::unique_ptr<Store> writer_;
  int next_ = 0;
  std::atomic<int> acknowledged_ = -1;
};

TEST_F(RocksReader, SaysWhereItNeedsAFolderForTemporaryFiles) {
  const fs::path nowhere = directory_.path() / "nowhere";
  const OtherTemporaries other(nowhere);
  const auto reader = OpenRocksReader(path(), {});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::kIoError);
  EXPECT_NE(reader.error().message().find(nowhere.string()), std::string::npos);
  EXPECT_NE(reader.error().message().find("TMPDIR"), std::string::npos);
}

TEST_F(RocksReader, SeesWhatTheWriterHasInItsLogAlone) {
  Plan().Put("a", "1").Put(RowKey("b"), "2").CommitTo(writer_.get(), Durability::kAsync).value();
  const auto reader = OpenRocksReader(path(), {}).value();
  EXPECT_EQ(ScanAll(*reader), ScanAll(*writer_));
  EXPECT_EQ(ReadAll(*reader, {RowKey("b"), "x", "a"}), (Values{"2", std::nullopt, "1"}));
}

TEST_F(RocksReader, MovesOnOnlyWhenNobodyLooks) {
  Plan().Put("a", "1").CommitTo(writer_.get()).value();
  const auto reader = OpenRocksReader(path(), {}).value();
  auto first = reader->NewView().value();
  Plan().Put("a", "2").CommitTo(writer_.get()).value();
  auto second = reader->NewView().value();
  EXPECT_EQ(second->Get("a").value(), "1") << "an earlier view is alive";
  auto cursor = first->Scan("a", "b").value();
  first.reset();
  second.reset();
  EXPECT_EQ(reader->NewView().value()->Get("a").value(), "1") << "a cursor is alive";
  ASSERT_TRUE(cursor->Next().value());
  EXPECT_EQ(cursor->value(), "1");
  cursor.reset();
  EXPECT_EQ(reader->NewView().value()->Get("a").value(), "2");
}

TEST_F(RocksReader, RefusesToWrite) {
  const auto reader = OpenRocksReader(path(), {}).value();
  EXPECT_EQ(Plan().Put("a", "1").CommitTo(reader.get()).error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(reader->TakeEpoch().error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(reader->Sync().error().code(), ErrorCode::kUnsupported);
}

TEST_F(RocksReader, ChangesNoFileAndLeavesNoneBehind) {
  for (int i = 0; i < 500; ++i) {
    Plan().Put(RowKey(std::to_string(i)), std::string(1000, 'x')).CommitTo(writer_.get()).value();
  }
  writer_.reset();
  const Entries before = Files();
  const TempDirectory temporary;
  ASSERT_EQ(::setenv("TMPDIR", temporary.path().c_str(), 1), 0);
  {
    const auto reader = OpenRocksReader(path(), {}).value();
    EXPECT_EQ(ScanAll(*reader).size(), 500U);
    reader->NewView().value();
  }
  ::unsetenv("TMPDIR");
  EXPECT_EQ(Files(), before);
  EXPECT_TRUE(fs::is_empty(temporary.path()));
}

// A small file is all end, and that is read with its opening (sure_files.h).
TEST_F(RocksReader, HoldsTheEndOfEachSortedFileWhateverBecomesOfTheDisk) {
  CommitNext(/*bulk=*/true);
  const auto reader = OpenRocksReader(path(), {}).value();
  const auto view = reader->NewView().value();
  for (const std::string& name : Names(".sst")) fs::resize_file(path() / name, 0);
  EXPECT_EQ(view->Get(RowKey("last")).value(), "0");
  EXPECT_EQ(ScanAll(*view).size(), 2U);
}

// While the writer flushes, compacts and takes files over, logs and sorted files come and go under
// the reader. A RocksDB secondary by itself then shows holes (rows missing that are older than the
// last) and old values (of the last) as if nothing were wrong. Of bulk commits there are two a view
// at most: a writer that changes its files faster than they can be opened is followed by nobody.
TEST_F(RocksReader, FollowsABusyWriter) {
  constexpr int kViews = 60;
  std::atomic<int> viewed = 0;
  const std::jthread writer([&](const std::stop_token& stop) {
    for (int bulk = 0; !stop.stop_requested();) {
      const bool is_bulk = next_ % 2 == 1 && bulk < 2 * (viewed + 1);
      CommitNext(is_bulk);
      bulk += is_bulk ? 1 : 0;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  });
  const auto reader = OpenRocksReader(path(), {}).value();
  for (; viewed < kViews; ++viewed) ExpectWhole(*reader);
}

// What RocksDB says when it has begun to read the manifest, and when it begins to read a log.
constexpr std::string_view kAtManifest = "Options for column family";
constexpr std::string_view kAtLog = "Recovering log #";

// Lets the writer move on each time that the reader comes to a place.
class MovingLogger final : public Logger {
 public:
  MovingLogger(std::string_view place, std::function<void()> move)
      : place_(place), move_(std::move(move)) {}

  void Log(LogLevel, std::string_view text) noexcept override {
    if (text.find(place_) == std::string_view::npos) return;
    ++moves;
    move_();
  }
  int moves = 0;

 private:
  const std::string_view place_;
  const std::function<void()> move_;
};

class MovingWriter : public RocksReader {
 protected:
  // Five views, each of which is opened anew because of `move`.
  void Follow(std::string_view place, std::function<void()> move) {
    MovingLogger logger(place, std::move(move));
    SinkOptions options;
    options.logger = &logger;
    CommitNext();
    const auto reader = OpenRocksReader(path(), options).value();
    for (int i = 0; i < 5; ++i) ExpectWhole(*reader);
    EXPECT_GE(logger.moves, 6);
  }
};

// As where the writer flushes more often than a reader can open.
TEST_F(MovingWriter, IsFollowedThoughItFlushesDuringEachOpening) {
  for (const std::string_view place : {kAtManifest, kAtLog}) {
    Follow(place, [this] {
      const std::string log = *Names(".log").rbegin();
      while (Names(".log").contains(log)) CommitNext();
      CommitNext();
    });
  }
}

// With nothing in memory a bulk commit goes on with the log that it finds, which the reader has
// open: what comes after it stands there, and it does not.
TEST_F(MovingWriter, IsFollowedThoughItTakesFilesOverDuringEachOpening) {
  for (const std::string_view place : {kAtManifest, kAtLog}) {
    Follow(place, [this] {
      CommitNext(/*bulk=*/true);
      CommitNext();
      CommitNext(/*bulk=*/true);
    });
  }
}

// RocksDB would show the state before the oldest of the files that are gone, and say nothing.
TEST_F(MovingWriter, IsReadAgainWhenFilesWereMergedDuringTheOpening) {
  Follow(kAtManifest, [this, merges = 0]() mutable {
    if (++merges % 3 == 0) return CommitNext(/*bulk=*/true);
    CommitNext(/*bulk=*/true);
    const std::set<std::string> before = Names(".sst");
    while (std::ranges::includes(Names(".sst"), before)) CommitNext(/*bulk=*/true);
  });
}

// A writer that is opened again and then idle: what the reader remembers of the old log must not
// hide what compaction has moved to the bottom since.
TEST_F(RocksReader, ForgetsTheLogOfAnEarlierWriter) {
  Plan().Put("a", "old").Put("b", "old").CommitTo(writer_.get()).value();
  const auto reader = OpenRocksReader(path(), {}).value();
  EXPECT_EQ(reader->NewView().value()->Get("a").value(), "old");
  Plan().Put("a", "new").Erase("b").CommitTo(writer_.get()).value();
  writer_.reset();
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path().string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    rocksdb::CompactRangeOptions compact;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(db->CompactRange(compact, nullptr, nullptr).ok());
  }
  testing::RenewWatermark(path());
  writer_ = OpenRocksStore(path(), {}).value();
  const auto view = reader->NewView().value();
  EXPECT_EQ(view->Get("a").value(), "new");
  EXPECT_EQ(view->Get("b").value(), std::nullopt);
  EXPECT_EQ(ScanAll(*view), (Entries{{"a", "new"}}));
}

TEST_F(RocksReader, ReadsAreOfTheNewestStateToo) {
  const auto reader = OpenRocksReader(path(), {}).value();
  for (const char* value : {"1", "2", "3"}) {
    Plan().Put("a", value).CommitTo(writer_.get()).value();
    EXPECT_EQ(ReadAll(*reader, {"a"})[0], value);
  }
}

}  // namespace
}  // namespace idem::storage
