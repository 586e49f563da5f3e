// SPDX-License-Identifier: Apache-2.0
//
// Snapshot::WriteBackup: the copy has everything, or there is none.
#include <idem/idem.h>

#include "codec/catalog.h"
#include "codec/keyspace.h"
#include "pipeline/durable_note.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "storage/rocks/rocks_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace idem {
namespace {

namespace fs = std::filesystem;

using codec::Space;

constexpr char kLockFile[] = "IDEM_LOCK";

// All of a store but its header, which no two have in common.
std::map<std::string, std::string> EntriesOf(const storage::Store& store) {
  std::map<std::string, std::string> entries;
  const auto view = store.NewView().value();
  const auto cursor = view->Scan("", "").value();
  while (cursor->Next().value()) entries.emplace(cursor->key(), cursor->value());
  entries.erase(codec::SpaceKey(Space::kFormat));
  return entries;
}

std::map<std::string, std::string> EntriesIn(const fs::path& directory) {
  auto store = storage::OpenRocksStore(directory, {.create_if_missing = false});
  return store ? EntriesOf(**store) : std::map<std::string, std::string>();
}

std::vector<std::string> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

class Backup : public ::testing::TestWithParam<bool> {
 protected:
  Backup() {
    if (GetParam()) {
      store_ = storage::OpenRocksStore(directory_.path() / "store", {}).value();
    } else {
      store_ = storage::NewMemoryStore();
    }
    sink_ = SinkImpl::Open(store_, {.on_invalid = InvalidPolicy::kQuarantine}).value();
  }

  Batch Orders(const Table& orders) const {
    Batch batch;
    for (std::int64_t i = 0; i < 20; ++i) {
      batch.From({"topic", i % 2, i / 2 * 3});  // with gaps
      batch.Upsert(orders, {i}, "value" + std::to_string(i), {.version = i, .event_id = KeyRef{i}});
    }
    batch.FromNowhere();
    batch.Delete(orders, {std::int64_t{3}}, {.version = 50});
    batch.Upsert(orders, Key(), "refused", {.version = 1});
    return batch;
  }

  // Something of every kind that a store keeps.
  void Fill() {
    ASSERT_TRUE(sink_->DeclareSource("topic", {.start = 0}));
    const Table orders = sink_->OpenTable("orders", {.horizon = 1000}).value();
    const Table log = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
    ASSERT_TRUE(sink_->Commit(Orders(orders), {.token = BatchToken::Request("first")}));
    for (std::int64_t i = 1; i <= 3; ++i) {
      Batch batch;
      batch.Insert(log, {i}, "entry");
      ASSERT_TRUE(sink_->Commit(batch, {.token = BatchToken::Sequence("app", i)}));
    }
    ASSERT_TRUE(sink_->ForgetTokens("app", 2));
    ASSERT_TRUE(sink_->Rewind("topic", 0, {.to = 1, .reason = "again"}));
  }

  // Twice what one plan of the copy takes.
  void FillWithMuch() {
    const Table table = sink_->OpenTable("much").value();
    for (std::int64_t i = 0; i < 70'000; i += 10'000) {
      Batch batch;
      for (std::int64_t k = i; k < i + 10'000; ++k) {
        batch.Upsert(table, {k}, std::to_string(k) + std::string(1000, 'x'), {.version = 1});
      }
      ASSERT_TRUE(sink_->Commit(batch));
    }
  }

  // By another program, behind the sink's back.
  void Put(const std::string& key, const std::string& value) {
    const std::uint64_t epoch = store_->TakeEpoch().value();
    ASSERT_TRUE(store_->Commit({epoch, {{key, value}}}, Durability::kSync));
  }

  ErrorCode FailTo(const fs::path& directory, const BackupOptions& options = {}) {
    const auto written = sink_->NewSnapshot()->WriteBackup(directory, options);
    EXPECT_FALSE(written);
    return written ? ErrorCode::kNotFound : written.error().code();
  }

  const testing::TempDirectory directory_;
  const fs::path backup_ = directory_.path() / "backups" / "monday";
  std::shared_ptr<storage::Store> store_;
  std::unique_ptr<IdempotentSink> sink_;
};

std::string SourceName(const ::testing::TestParamInfo<bool>& of) {
  return of.param ? "Rocks" : "Memory";
}
INSTANTIATE_TEST_SUITE_P(Of, Backup, ::testing::Bool(), SourceName);

TEST_P(Backup, HasEveryEntry) {
  Fill();
  const auto report = sink_->NewSnapshot()->WriteBackup(backup_);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->commit, sink_->ReadMetrics().commit);
  EXPECT_EQ(report->rows, 22U);
  EXPECT_EQ(report->quarantined, 1U);
  const auto entries = EntriesOf(*store_);
  EXPECT_GT(entries.size(), 50U);
  EXPECT_EQ(EntriesIn(backup_), entries);
}

TEST_P(Backup, HasTheEntriesOfManyPlans) {
  FillWithMuch();
  std::uint64_t entries = 0;
  const auto report = sink_->NewSnapshot()->WriteBackup(
      backup_, {.progress = [&entries](std::uint64_t done) { entries = done; }});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->rows, 70'000U);
  EXPECT_GT(entries, 60'000U);
  EXPECT_EQ(EntriesIn(backup_), EntriesOf(*store_));
}

TEST_P(Backup, OfAStoreWithoutACommitIsOneToo) {
  const auto report = sink_->NewSnapshot()->WriteBackup(backup_);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(EntriesIn(backup_), EntriesOf(*store_));
  EXPECT_TRUE(IdempotentSink::Open(backup_, {.create_if_missing = false}));
}

TEST_P(Backup, IsTheStoreOfThatMoment) {
  Fill();
  const auto then = EntriesOf(*store_);
  const Snapshot snapshot = sink_->NewSnapshot().value();
  Batch batch;
  batch.Insert(sink_->OpenTable("log", {.mode = TableMode::kAppend}).value(), {99}, "later");
  ASSERT_TRUE(sink_->Commit(batch));
  ASSERT_TRUE(snapshot.WriteBackup(backup_));
  EXPECT_EQ(EntriesIn(backup_), then);
  EXPECT_EQ(sink_->Commit(batch)->count(Verdict::kDuplicate), 1U) << "its store goes on";
}

TEST_P(Backup, GoesOnAsItsStoreWould) {
  Fill();
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_));
  const auto copy =
      IdempotentSink::Open(backup_, {.on_invalid = InvalidPolicy::kQuarantine}).value();
  const Table orders = copy->OpenTable("orders", {.horizon = 1000}).value();
  EXPECT_EQ(orders.Digest(), sink_->OpenTable("orders", {.horizon = 1000})->Digest());
  EXPECT_EQ(copy->ResumeFrom("topic").value(), sink_->ResumeFrom("topic").value());
  EXPECT_EQ(copy->NewSnapshot()->Rewinds().value(), sink_->NewSnapshot()->Rewinds().value());

  const Batch again = Orders(orders);
  EXPECT_TRUE(copy->Commit(again, {.token = BatchToken::Request("first")})->repeated());
  EXPECT_EQ(copy->Commit(Batch(), {.token = BatchToken::Sequence("app", 1)}).error().code(),
            ErrorCode::kTokenForgotten);
  const CommitReport report = copy->Commit(again).value();
  EXPECT_EQ(report.count(Verdict::kInserted) + report.count(Verdict::kUpdated), 0U);
  EXPECT_TRUE(copy->NewSnapshot()->Verify()->ok());
}

// So a copy that loses something is refused, as its store would be.
TEST_P(Backup, NotesWhatItHas) {
  Fill();
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_));
  const auto copy = storage::OpenRocksStore(backup_, {.create_if_missing = false}).value();
  EXPECT_EQ(copy->ReadWatermark().value(), pipeline::NoteOf(*store_->NewView().value()).value());
}

TEST_P(Backup, IsWrittenOverNothing) {
  Fill();
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_));
  const auto entries = EntriesIn(backup_);
  EXPECT_EQ(FailTo(backup_), ErrorCode::kInvalidArgument);
  EXPECT_EQ(EntriesIn(backup_), entries);

  const fs::path foreign = directory_.path() / "foreign";
  fs::create_directory(foreign);
  std::ofstream(foreign / "letter.txt") << "dear";
  EXPECT_EQ(FailTo(foreign), ErrorCode::kFormatUnsupported);
  EXPECT_EQ(NamesIn(foreign), std::vector<std::string>{"letter.txt"});
  EXPECT_EQ(FailTo(foreign / "letter.txt"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(FailTo(""), ErrorCode::kInvalidArgument);

  const fs::path link = directory_.path() / "link";
  fs::create_directory_symlink(directory_.path() / "elsewhere", link);
  EXPECT_EQ(FailTo(link), ErrorCode::kUnsafeDirectory);
}

TEST_P(Backup, TakesAnEmptyDirectory) {
  Fill();
  fs::create_directories(backup_);
  fs::permissions(backup_, fs::perms::owner_all);
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_));
  EXPECT_EQ(EntriesIn(backup_), EntriesOf(*store_));
}

TEST_P(Backup, OfADamagedStoreIsNone) {
  FillWithMuch();
  const std::string key = codec::TableStateKey(1);
  const std::string whole = store_->NewView().value()->Get(key).value().value();
  codec::TableState state;
  ASSERT_TRUE(codec::DecodeTableState(whole, &state));
  ++state.rows;
  std::string wrong;
  codec::AppendTableState(state, &wrong);
  Put(key, wrong);

  const auto written = sink_->NewSnapshot()->WriteBackup(backup_);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kCorruption);
  EXPECT_NE(written.error().message().find("much: 70001 rows"), std::string::npos)
      << written.error().message();
  EXPECT_EQ(NamesIn(backup_), std::vector<std::string>{kLockFile});

  Put(key, whole);
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_));
  EXPECT_EQ(EntriesIn(backup_), EntriesOf(*store_));
}

TEST_P(Backup, OnAFullDiskIsNone) {
  Fill();
  const auto written =
      sink_->NewSnapshot()->WriteBackup(backup_, {.keep_free_bytes = UINT64_MAX / 2});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kNoSpace);
  EXPECT_NE(written.error().message().find("BackupOptions::keep_free"), std::string::npos);
  EXPECT_EQ(NamesIn(backup_), std::vector<std::string>{kLockFile});
}

// A copy of the directory is what a crash at that moment leaves.
TEST_P(Backup, ThatACrashEndedIsNoneAndCanBeWrittenAgain) {
  FillWithMuch();
  const fs::path crashed = directory_.path() / "crashed";
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(backup_, {.progress = [&](std::uint64_t) {
                                                  if (!fs::exists(crashed))
                                                    fs::copy(backup_, crashed,
                                                             fs::copy_options::recursive);
                                                }}));
  fs::permissions(crashed, fs::perms::owner_all);
  EXPECT_GT(NamesIn(crashed).size(), 5U) << "there is something to be taken for a store";
  EXPECT_EQ(IdempotentSink::Open(crashed, {.create_if_missing = false}).error().code(),
            ErrorCode::kStoreMissing);
  EXPECT_EQ(StoreReader::Open(crashed).error().code(), ErrorCode::kStoreMissing);
  ASSERT_TRUE(sink_->NewSnapshot()->WriteBackup(crashed));
  EXPECT_EQ(EntriesIn(crashed), EntriesOf(*store_));
}

TEST(BackupOfAReader, IsWrittenBesideTheWriter) {
  const testing::TempDirectory directory;
  const auto sink = IdempotentSink::Open(directory.path() / "store").value();
  const Table table = sink->OpenTable("rows").value();
  Batch batch;
  batch.Upsert(table, {1}, "one", {.version = 1});
  ASSERT_TRUE(sink->Commit(batch));
  const auto reader = StoreReader::Open(directory.path() / "store").value();
  const Snapshot snapshot = reader->NewSnapshot().value();
  batch.Upsert(table, {2}, "two", {.version = 1});
  ASSERT_TRUE(sink->Commit(batch));

  ASSERT_TRUE(snapshot.WriteBackup(directory.path() / "copy"));
  const auto copy = StoreReader::Open(directory.path() / "copy").value();
  EXPECT_EQ(copy->NewSnapshot()->GetTable("rows")->rows, 1U);
}

}  // namespace
}  // namespace idem
