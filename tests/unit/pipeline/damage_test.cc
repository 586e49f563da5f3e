// SPDX-License-Identifier: Apache-2.0
//
// Every entry of a store damaged, and every read of it failing, one at a time, in the middle of
// every kind of call: the answer is an error, and never a verdict. Once for decisions from memory,
// once for decisions that ask the store.
#include "codec/keyspace.h"
#include "codec/token_records.h"
#include "pipeline/durable_note.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idem {
namespace {

// Counts down to the read that fails.
class Fuse {
 public:
  void Arm(std::uint64_t reads) { left_ = reads; }
  void Remove() { left_.reset(); }
  bool blown() const { return left_ == 0; }
  Result<void> Burn() {
    if (!left_ || *left_ == 0 || --*left_ != 0) return {};
    return Error(ErrorCode::kIoError, "told to");
  }

 private:
  std::optional<std::uint64_t> left_;
};

class FusedCursor final : public storage::StoreCursor {
 public:
  FusedCursor(std::unique_ptr<StoreCursor> inner, Fuse* fuse)
      : inner_(std::move(inner)), fuse_(fuse) {}
  Result<bool> Next() override {
    if (auto ok = fuse_->Burn(); !ok) return ok.error();
    return inner_->Next();
  }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }

 private:
  const std::unique_ptr<StoreCursor> inner_;
  Fuse* const fuse_;
};

class FusedView final : public storage::StoreView {
 public:
  FusedView(std::unique_ptr<StoreView> inner, Fuse* fuse) : inner_(std::move(inner)), fuse_(fuse) {}
  Result<std::optional<std::string>> Get(std::string_view key) const override {
    if (auto ok = fuse_->Burn(); !ok) return ok.error();
    return inner_->Get(key);
  }
  Result<std::unique_ptr<storage::StoreCursor>> Scan(std::string_view begin,
                                                     std::string_view end) const override {
    if (auto ok = fuse_->Burn(); !ok) return ok.error();
    auto cursor = inner_->Scan(begin, end);
    if (!cursor) return cursor.error();
    return std::unique_ptr<storage::StoreCursor>(
        std::make_unique<FusedCursor>(*std::move(cursor), fuse_));
  }

 private:
  const std::unique_ptr<StoreView> inner_;
  Fuse* const fuse_;
};

class FusedStore final : public testing::FrontStore {
 public:
  FusedStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    if (auto ok = fuse_.Burn(); !ok) return ok;
    return FrontStore::Read(keys, result);
  }
  Result<std::unique_ptr<storage::StoreView>> NewView() const override {
    if (auto ok = fuse_.Burn(); !ok) return ok.error();
    auto view = FrontStore::NewView();
    if (!view) return view.error();
    return std::unique_ptr<storage::StoreView>(
        std::make_unique<FusedView>(*std::move(view), &fuse_));
  }
  Result<std::uint64_t> TakeEpoch() override {
    auto epoch = FrontStore::TakeEpoch();
    if (epoch) epoch_ = *epoch;
    return epoch;
  }

  std::map<std::string, std::string> Entries() const {
    std::map<std::string, std::string> entries;
    const auto view = inner().NewView().value();
    const auto cursor = view->Scan("", "").value();
    while (cursor->Next().value()) entries.emplace(cursor->key(), cursor->value());
    return entries;
  }
  void Overwrite(std::string_view key, std::optional<std::string_view> value) {
    const storage::WritePlan plan{epoch_, {{key, value}}};
    EXPECT_TRUE(inner().Commit(plan, Durability::kSync));
  }
  Fuse& fuse() { return fuse_; }

 private:
  mutable Fuse fuse_;
  std::uint64_t epoch_ = 0;
};

// A host that knows its store and calls everything. Each call says how it ended.
class Host {
 public:
  using Call = std::function<Result<void>()>;

  Host(std::shared_ptr<FusedStore> store, bool in_memory) : store_(std::move(store)) {
    options_.on_invalid = InvalidPolicy::kQuarantine;
    if (!in_memory) options_.identity_bytes = options_.filter_bytes = 0;
  }

  // What makes the store.
  std::vector<Call> First() {
    return {[this] { return Open(); },
            [this] { return OpenTables(); },
            [this] { return sink_->DeclareSource("ranked", {.rank = 7}); },
            [this] { return CommitRows(); },
            [this] { return CommitWithToken(); },
            [this] { return CommitRefused(); },
            [this] { return sink_->Rewind("s", 0, {.to = 1, .reason = "again"}); },
            [this] { return sink_->ForgetTokens("app", 3); }};
  }

  // All of it again, on the store as it was left, and what looks at what is there.
  std::vector<Call> Again() {
    std::vector<Call> calls = First();
    const std::vector<Call> more = {[this] { return CommitRanked(); }, [this] { return Accept(); },
                                    [this] { return Collect(); },      [this] { return LetGo(); },
                                    [this] { return sink_->Flush(); }, [this] { return Verify(); }};
    calls.insert(calls.end(), more.begin(), more.end());
    return calls;
  }

  std::string State() {
    std::string state;
    const Snapshot snapshot = sink_->NewSnapshot().value();
    for (const TableInfo& table : snapshot.Tables().value()) {
      state += table.name + table.digest.ToHex() + "\n";
    }
    for (const Checkpoint& at : snapshot.Checkpoints().value()) {
      state += at.source + std::to_string(at.next) + "\n";
    }
    return state + std::to_string(snapshot.Quarantine({.include_resolved = true}).value().size());
  }

 private:
  static Result<void> Done(const Result<CommitReport>& report) {
    if (!report) return report.error();
    return {};
  }

  Result<void> Open() {
    sink_.reset();
    auto sink = SinkImpl::Open(store_, options_);
    if (!sink) return sink.error();
    sink_ = *std::move(sink);
    return {};
  }

  Result<void> OpenTables() {
    auto rows = sink_->OpenTable("rows", {.horizon = 100});
    if (!rows) return rows.error();
    auto log = sink_->OpenTable("log", {.mode = TableMode::kAppend});
    if (!log) return log.error();
    rows_.emplace(*rows);
    log_.emplace(*log);
    return {};
  }

  // Decided by position, and by key.
  Result<void> CommitRows() {
    batch_.Clear();
    batch_.From({"s", 0, 0});
    batch_.Upsert(*rows_, {1}, "a row", {.version = 5});
    batch_.FromNowhere();
    batch_.Upsert(*rows_, {2}, "another", {.version = 6});
    batch_.Delete(*rows_, {3}, {.version = 6});
    batch_.Insert(*log_, {"k"}, "kept", {.event_id = Key("event")});
    return Done(sink_->Commit(batch_));
  }

  Result<void> CommitWithToken() {
    batch_.Clear();
    batch_.Insert(*log_, {"t"}, "under a token");
    if (auto done = Done(sink_->Commit(batch_, {.token = BatchToken::Request("t")})); !done) {
      return done;
    }
    return Done(sink_->Commit(batch_, {.token = BatchToken::Sequence("app", 4)}));
  }

  Result<void> CommitRefused() {
    batch_.Clear();
    batch_.Insert(*log_, {"k"}, "another payload of the same key");
    return Done(sink_->Commit(batch_));
  }

  // The same content from a source of a higher rank: its row is written again with its payload.
  Result<void> CommitRanked() {
    batch_.Clear();
    batch_.From({"ranked", 0, 0});
    batch_.Upsert(*rows_, {1}, "a row", {.version = 5});
    return Done(sink_->Commit(batch_));
  }

  Result<void> Accept() {
    const auto snapshot = sink_->NewSnapshot();
    if (!snapshot) return snapshot.error();
    const auto entries = snapshot->Quarantine({.include_resolved = true});
    if (!entries) return entries.error();
    return sink_->Resolve(entries->at(0).id, Resolution::kAccept);
  }

  Result<void> Collect() {
    const auto removed = sink_->CollectTombstones(*rows_);
    if (!removed) return removed.error();
    return {};
  }

  Result<void> LetGo() {
    const auto forgotten = sink_->ForgetRequests(UINT64_MAX);
    if (!forgotten) return forgotten.error();
    const auto purged = sink_->PurgeQuarantine(UINT64_MAX);
    if (!purged) return purged.error();
    return {};
  }

  // What it finds is damage, as an error is.
  Result<void> Verify() {
    const auto snapshot = sink_->NewSnapshot();
    if (!snapshot) return snapshot.error();
    const auto report = snapshot->Verify();
    if (!report) return report.error();
    if (!report->ok()) return Error(ErrorCode::kCorruption, report->findings.at(0).what);
    return {};
  }

  const std::shared_ptr<FusedStore> store_;
  SinkOptions options_;
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> rows_, log_;
  Batch batch_;
};

class Damage : public ::testing::TestWithParam<bool> {
 protected:
  static std::shared_ptr<FusedStore> Made() {
    const auto store = std::make_shared<FusedStore>();
    Host host(store, GetParam());
    for (const auto& call : host.First()) EXPECT_TRUE(call());
    return store;
  }
};

TEST_P(Damage, AnEntryThatCannotBeReadIsDamageWhoeverMeetsIt) {
  for (const auto& [key, value] : Made()->Entries()) {
    const auto space = static_cast<codec::Space>(key[0]);
    // The store's own, which the memory store does not keep there.
    if (space == codec::Space::kFormat || space == codec::Space::kEpoch) continue;
    SCOPED_TRACE(static_cast<int>(space));
    const auto store = Made();
    store->Overwrite(key, "\xff no record begins so");
    Host host(store, GetParam());
    bool told = false;
    for (const auto& call : host.Again()) {
      const Result<void> done = call();
      if (done) continue;
      EXPECT_EQ(done.error().code(), ErrorCode::kCorruption) << done.error().ToString();
      told = true;
      break;  // what the error says: stop writing
    }
    EXPECT_TRUE(told);
  }
}

TEST_P(Damage, AReadThatFailsIsAnErrorAndNothingElse) {
  std::string wanted;
  for (std::uint64_t n = 0;; ++n) {  // 0: none fails
    SCOPED_TRACE(n);
    const auto store = Made();
    Host host(store, GetParam());
    if (n > 0) store->fuse().Arm(n);
    for (const auto& call : host.Again()) {
      const Result<void> done = call();
      if (done) continue;
      ASSERT_TRUE(store->fuse().blown()) << done.error().ToString();
      ASSERT_EQ(done.error().code(), ErrorCode::kIoError);
      const Result<void> again = call();
      ASSERT_TRUE(again) << again.error().ToString();
    }
    const bool failed = store->fuse().blown();
    store->fuse().Remove();
    if (n == 0) wanted = host.State();
    ASSERT_EQ(host.State(), wanted);
    if (n > 0 && !failed) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Decisions, Damage, ::testing::Bool(), [](const auto& from) {
  return from.param ? "FromMemory" : "FromTheStore";
});

// Memory knows the row but not its payload, which the store no longer has.
TEST(DamagedRow, APayloadThatIsGoneIsDamage) {
  for (const std::optional<std::string_view> value :
       {std::optional<std::string_view>(), {"\xff"}}) {
    const auto store = std::make_shared<FusedStore>();
    auto sink = SinkImpl::Open(store, {}).value();
    const Table rows = sink->OpenTable("rows").value();
    ASSERT_TRUE(sink->DeclareSource("ranked", {.rank = 7}));
    Batch batch;
    batch.Upsert(rows, {1}, "a row", {.version = 5});
    ASSERT_TRUE(sink->Commit(batch));
    std::string key;
    codec::AppendRowKey(1, Key(1).encoded(), &key);
    store->Overwrite(key, value);
    batch.Clear();
    batch.From({"ranked", 0, 0});
    batch.Upsert(rows, {1}, "a row", {.version = 5});
    EXPECT_EQ(sink->Commit(batch).error().code(), ErrorCode::kCorruption);
  }
}

// A report of more outcomes than the batch has is of another batch, whatever its fingerprint says.
TEST(DamagedToken, AReportOfAnotherSizeIsDamage) {
  const auto store = std::make_shared<FusedStore>();
  auto sink = SinkImpl::Open(store, {}).value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const CommitOptions token{.token = BatchToken::Request("t")};
  Batch batch;
  batch.Insert(log, {"k"}, "1");
  ASSERT_TRUE(sink->Commit(batch, token));
  const std::string key = codec::RequestTokenKey("t");
  codec::TokenRecord record;
  ASSERT_TRUE(codec::DecodeTokenRecord(store->Entries().at(key), &record));
  record.outcomes.resize(2, record.outcomes[0]);
  std::string bytes;
  codec::AppendTokenRecord(record, &bytes);
  store->Overwrite(key, bytes);
  EXPECT_EQ(sink->Commit(batch, token).error().code(), ErrorCode::kCorruption);
}

// Which commit it is of cannot be said.
TEST(DamagedOldEntry, IsNotLetGo) {
  const auto store = std::make_shared<FusedStore>();
  const auto sink = SinkImpl::Open(store, {}).value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  Batch batch;
  batch.Insert(log, {"k"}, "1");
  batch.Insert(log, {"k"}, "2");
  ASSERT_TRUE(sink->Commit(batch, {.token = BatchToken::Request("t")}));
  const QuarantineId id = sink->NewSnapshot().value().Quarantine().value().at(0).id;
  ASSERT_TRUE(sink->Resolve(id, Resolution::kDiscard));
  store->Overwrite(codec::RequestTokenKey("t"), "\xff");
  store->Overwrite(codec::QuarantineKey(id), "\xff");
  const auto entries = store->Entries();
  EXPECT_EQ(sink->ForgetRequests(UINT64_MAX).error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(sink->PurgeQuarantine(UINT64_MAX).error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(store->Entries(), entries);
}

TEST(DamagedNote, WhatCannotBeReadIsNeitherBehindNorWhole) {
  const auto store = std::make_shared<FusedStore>();
  {
    auto sink = SinkImpl::Open(store, {}).value();
    Batch batch;
    batch.From({"s", 0, 0});
    ASSERT_TRUE(sink->Commit(batch));
  }
  AcknowledgedOffset offset;
  offset.source = "s";
  offset.next = 1;
  const std::vector<AcknowledgedOffset> acknowledged = {offset};
  const auto code = [](const auto& result) { return result ? ErrorCode{} : result.error().code(); };
  for (const std::uint64_t n : {1, 2, 3}) {  // the last commit, the scan, its first entry
    const auto view = store->NewView().value();
    store->fuse().Arm(n);
    EXPECT_EQ(code(pipeline::NoteOf(*view)), ErrorCode::kIoError) << n;
  }
  for (const std::uint64_t n : {1, 2}) {  // the last commit, the checkpoint
    const auto view = store->NewView().value();
    store->fuse().Arm(n);
    EXPECT_EQ(code(pipeline::CheckNotBehind(view.get(), "", acknowledged)), ErrorCode::kIoError);
  }
  EXPECT_EQ(code(pipeline::CheckNotBehind(nullptr, "no note", {})), ErrorCode::kCorruption);
  store->Overwrite(codec::CheckpointKey("s", 0), "\xff");
  auto view = store->NewView().value();
  EXPECT_EQ(code(pipeline::NoteOf(*view)), ErrorCode::kCorruption);
  EXPECT_EQ(code(pipeline::CheckNotBehind(view.get(), "", acknowledged)), ErrorCode::kCorruption);
  store->Overwrite(codec::SpaceKey(codec::Space::kLastCommit), "\xff");
  view = store->NewView().value();
  EXPECT_EQ(code(pipeline::NoteOf(*view)), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace idem
