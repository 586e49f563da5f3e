// SPDX-License-Identifier: Apache-2.0
//
// Upkeep beside commits: what it looks at may change before it erases.
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace idem {
namespace {

using Action = std::function<void()>;

// Does something once, when a scan has come to its end: all is looked at, and nothing erased.
class ActingCursor final : public storage::StoreCursor {
 public:
  ActingCursor(std::unique_ptr<storage::StoreCursor> inner, Action* at_end)
      : inner_(std::move(inner)), at_end_(at_end) {}

  Result<bool> Next() override {
    Result<bool> more = inner_->Next();
    if (more && !*more && *at_end_ != nullptr) std::exchange(*at_end_, nullptr)();
    return more;
  }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }

 private:
  const std::unique_ptr<storage::StoreCursor> inner_;
  Action* const at_end_;
};

class ActingView final : public storage::StoreView {
 public:
  ActingView(std::unique_ptr<storage::StoreView> inner, Action* at_end)
      : inner_(std::move(inner)), at_end_(at_end) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    return inner_->Get(key);
  }
  Result<std::unique_ptr<storage::StoreCursor>> Scan(std::string_view begin,
                                                     std::string_view end) const override {
    auto cursor = inner_->Scan(begin, end);
    if (!cursor) return cursor.error();
    return std::unique_ptr<storage::StoreCursor>(
        std::make_unique<ActingCursor>(*std::move(cursor), at_end_));
  }

 private:
  const std::unique_ptr<storage::StoreView> inner_;
  Action* const at_end_;
};

class ActingStore final : public testing::FrontStore {
 public:
  ActingStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<std::unique_ptr<storage::StoreView>> NewView() const override {
    auto view = FrontStore::NewView();
    if (!view) return view.error();
    return std::unique_ptr<storage::StoreView>(
        std::make_unique<ActingView>(*std::move(view), &at_end));
  }

  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    auto read = FrontStore::Read(keys, result);
    std::size_t bytes = 0;
    for (const auto& value : result->values) bytes += value ? value->size() : 0;
    largest_read = std::max(largest_read, bytes);
    return read;
  }

  mutable Action at_end;
  mutable std::size_t largest_read = 0;  // in bytes of values
};

// Had upkeep kept commits away while it looks, these would wait for themselves.
class UpkeepBeside : public ::testing::Test {
 protected:
  void Commit(const CommitOptions& options = {}) {
    ASSERT_TRUE(sink_->Commit(batch_, options));
    batch_.Clear();
  }
  VerifyReport Verified() { return sink_->NewSnapshot().value().Verify().value(); }

  const std::shared_ptr<ActingStore> store_ = std::make_shared<ActingStore>();
  const std::unique_ptr<IdempotentSink> sink_ =
      SinkImpl::Open(store_, {.on_invalid = InvalidPolicy::kQuarantine}).value();
  const Table rows_ = sink_->OpenTable("rows", {.horizon = 10}).value();
  const Table log_ = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  Batch batch_;
};

TEST_F(UpkeepBeside, ARowThatCameBackIsNotCollected) {
  for (std::int64_t key = 1; key <= 4; ++key) batch_.Delete(rows_, {key}, {.version = 1});
  batch_.Upsert(rows_, {5}, "newest", {.version = 100});
  Commit();
  store_->at_end = [this] {
    batch_.Upsert(rows_, {2}, "back", {.version = 95});
    batch_.Delete(rows_, {3}, {.version = 95});
    Commit();
  };
  EXPECT_EQ(sink_->CollectTombstones(rows_).value(), 2U);
  EXPECT_EQ(rows_.Get({2}).value()->value, "back");
  EXPECT_EQ(rows_.Info().rows, 2U);
  EXPECT_EQ(rows_.Info().tombstones, 1U);
  EXPECT_TRUE(Verified().ok());
}

// Nothing of what was picked is left to erase: there is no commit then.
TEST_F(UpkeepBeside, WhatAnotherCallHasErasedIsNotErasedAgain) {
  batch_.Delete(rows_, {1}, {.version = 1});
  batch_.Upsert(rows_, {2}, "newest", {.version = 100});
  Commit();
  std::uint64_t commit = 0;
  store_->at_end = [&] {
    EXPECT_EQ(sink_->CollectTombstones(rows_).value(), 1U);
    commit = sink_->ReadMetrics().commit;
  };
  EXPECT_EQ(sink_->CollectTombstones(rows_).value(), 0U);
  EXPECT_EQ(sink_->ReadMetrics().commit, commit);
  EXPECT_EQ(rows_.Info().tombstones, 0U);
  EXPECT_TRUE(Verified().ok());
}

TEST_F(UpkeepBeside, ARequestThatWasMadeAgainIsNotForgotten) {
  Commit({.token = BatchToken::Request("again")});
  const std::uint64_t below = sink_->ReadMetrics().commit + 1;
  store_->at_end = [&] {
    EXPECT_EQ(sink_->ForgetRequests(below).value(), 1U);
    Commit({.token = BatchToken::Request("again")});
  };
  EXPECT_EQ(sink_->ForgetRequests(below).value(), 0U);
  EXPECT_TRUE(sink_->Commit(batch_, {.token = BatchToken::Request("again")}).value().repeated());
}

// They are asked again while other commits wait, and all at once they may not fit into memory.
TEST_F(UpkeepBeside, LargeEntriesArePurgedFewAtATime) {
  batch_.Insert(log_, {"k"}, "first");
  for (char c = 'a'; c <= 'z'; ++c) batch_.Insert(log_, {"k"}, std::string(300'000, c));
  Commit();
  for (const QuarantineEntry& entry : sink_->NewSnapshot().value().Quarantine().value()) {
    ASSERT_TRUE(sink_->Resolve(entry.id, Resolution::kDiscard));
  }
  store_->largest_read = 0;
  EXPECT_EQ(sink_->PurgeQuarantine(UINT64_MAX).value(), 26U);
  EXPECT_GT(store_->largest_read, 300'000U);
  EXPECT_LT(store_->largest_read, 1'500'000U);
}

// Nor do the rows that a small batch meets, where memory knows none of them.
TEST(ReadsOfACommit, TakeNoMoreThanAFewLargeRowsAtATime) {
  constexpr std::size_t kRow = 1'000'000;
  constexpr std::int64_t kRows = 60;
  const auto store = std::make_shared<ActingStore>();
  SinkOptions options;
  options.identity_bytes = options.filter_bytes = 0;
  const auto sink = SinkImpl::Open(store, options).value();
  const Table rows = sink->OpenTable("rows", {.version = VersionKind::kBytes}).value();
  Batch batch;
  for (std::int64_t key = 0; key < kRows; ++key) {
    batch.Upsert(rows, {key}, std::string(kRow, 'x'), {.version = "b"});
  }
  ASSERT_TRUE(sink->Commit(batch));
  batch.Clear();
  for (std::int64_t key = 0; key < kRows; ++key) batch.Delete(rows, {key}, {.version = "a"});
  store->largest_read = 0;
  const CommitReport report = sink->Commit(batch).value();
  EXPECT_EQ(report.count(Verdict::kStale), static_cast<std::size_t>(kRows));
  EXPECT_GT(store->largest_read, kRow);
  EXPECT_LE(store->largest_read, 16 * (kRow + 100));
}

TEST_F(UpkeepBeside, AnEntryThatIsOpenAgainIsNotPurged) {
  batch_.Insert(log_, {"k"}, "first");
  Commit();
  const auto refuse = [this] {
    batch_.Insert(log_, {"k"}, "second");
    Commit();
  };
  refuse();
  const QuarantineId id = sink_->NewSnapshot().value().Quarantine().value().at(0).id;
  ASSERT_TRUE(sink_->Resolve(id, Resolution::kDiscard));
  const std::uint64_t below = sink_->ReadMetrics().commit + 1;
  store_->at_end = [&] {
    EXPECT_EQ(sink_->PurgeQuarantine(below).value(), 1U);
    refuse();
  };
  EXPECT_EQ(sink_->PurgeQuarantine(below).value(), 0U);
  EXPECT_EQ(sink_->NewSnapshot().value().Quarantine().value().size(), 1U);
}

}  // namespace
}  // namespace idem
