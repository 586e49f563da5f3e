// SPDX-License-Identifier: Apache-2.0
//
// A store whose rows come into memory after it was opened, while commits go on.
#include <idem/idem.h>

#include "codec/keyspace.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace idem {
namespace {

constexpr std::int64_t kRows = 20'000;  // some steps of the loader
constexpr std::int64_t kPerBatch = 500;

std::unique_ptr<IdempotentSink> Open(const std::shared_ptr<storage::Store>& store,
                                     std::uint64_t load_at_open_rows, Logger* logger = nullptr) {
  SinkOptions options{.durability = Durability::kAsync};
  options.load_at_open_rows = load_at_open_rows;
  options.logger = logger;
  return SinkImpl::Open(store, options).value();
}

// Offers every row with `version`; what each batch came to must be the same for all of its records.
void Offer(IdempotentSink* sink, std::int64_t version, Verdict verdict) {
  const Table table = sink->OpenTable("rows").value();
  Batch batch;
  for (std::int64_t i = 0; i < kRows; i += kPerBatch) {
    batch.Clear();
    for (std::int64_t k = i; k < i + kPerBatch; ++k) {
      batch.Upsert(table, {k * 7919 % kRows}, "a value", {.version = version});
    }
    ASSERT_EQ(sink->Commit(batch).value().count(verdict), std::size_t{kPerBatch}) << i;
  }
}

void WaitUntilLoaded(const IdempotentSink& sink) {
  while (sink.ReadHealth().rows_to_load > 0) std::this_thread::yield();
}

class Listener final : public Logger {
 public:
  void Log(LogLevel level, std::string_view message) noexcept override {
    const std::lock_guard lock(mutex_);
    if (level == LogLevel::kError) errors_.append(message);
  }
  std::string errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  mutable std::mutex mutex_;
  std::string errors_;
};

class BackgroundLoadTest : public ::testing::Test {
 protected:
  BackgroundLoadTest() { Offer(Open(store_, 0).get(), 1, Verdict::kInserted); }

  const std::shared_ptr<storage::Store> store_ = storage::NewMemoryStore();
};

TEST_F(BackgroundLoadTest, DecidesAlikeBeforeMeanwhileAndAfterwards) {
  const auto sink = Open(store_, 0);
  Offer(sink.get(), 1, Verdict::kDuplicate);
  Offer(sink.get(), 2, Verdict::kUnchanged);
  WaitUntilLoaded(*sink);
  Offer(sink.get(), 2, Verdict::kDuplicate);
  Offer(sink.get(), 1, Verdict::kStale);
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
}

TEST_F(BackgroundLoadTest, TakesWhatWasErasedMeanwhileForAbsent) {
  auto sink = Open(store_, 0);
  const auto other = [&] { return sink->OpenTable("other", {.horizon = 10}).value(); };
  const auto offer = [&](std::int64_t key, std::int64_t version, bool is_delete) {
    Batch batch;
    if (is_delete) batch.Delete(other(), {key}, {.version = version});
    if (!is_delete) batch.Upsert(other(), {key}, "value", {.version = version});
    return sink->Commit(batch).value().outcomes()[0].verdict;
  };
  for (std::int64_t key = 0; key < 50; ++key) offer(key, 1, true);
  offer(100, 100, false);
  sink.reset();
  sink = Open(store_, 0);
  EXPECT_EQ(sink->CollectTombstones(other()).value(), 50U);
  WaitUntilLoaded(*sink);
  EXPECT_EQ(offer(7, 95, false), Verdict::kInserted);
  EXPECT_EQ(offer(8, 95, true), Verdict::kDeleted);
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
}

// What upkeep decides it decides from memory too.
TEST_F(BackgroundLoadTest, AcceptsRefusedRecordsMeanwhile) {
  constexpr std::int64_t kRefused = 100;
  auto sink = Open(store_, kRows);
  Batch batch;
  for (std::int64_t i = 0; i < kRefused; ++i) {
    batch.Upsert(sink->OpenTable("recent", {.horizon = 10}).value(), {i}, "v", {.version = 1});
    if (i == 0)
      batch.Upsert(sink->OpenTable("recent", {.horizon = 10}).value(), {-1}, "v", {.version = 100});
  }
  ASSERT_EQ(sink->Commit(batch).value().count(Verdict::kTooLate), std::size_t{kRefused - 1});
  sink.reset();
  sink = Open(store_, 0);
  for (const auto& entry : sink->NewSnapshot().value().Quarantine().value()) {
    ASSERT_TRUE(sink->Resolve(entry.id, Resolution::kAccept));
  }
  EXPECT_EQ(sink->OpenTable("recent", {.horizon = 10}).value().Info().rows,
            std::uint64_t{kRefused + 1});
  WaitUntilLoaded(*sink);
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
}

TEST_F(BackgroundLoadTest, EndsWithTheSink) {
  for (int i = 0; i < 20; ++i) Open(store_, 0).reset();
  Offer(Open(store_, kRows).get(), 1, Verdict::kDuplicate);
}

TEST_F(BackgroundLoadTest, AStoreOfNoMoreThanThatIsLoadedAtOpen) {
  EXPECT_EQ(Open(store_, kRows)->ReadHealth().rows_to_load, 0U);
}

// Views that give no rows, once they are told so.
class FailingStore final : public testing::FrontStore {
 public:
  using FrontStore::FrontStore;

  bool failing = false;
  int syncs = 0;

  Result<void> Sync() override {
    ++syncs;
    return FrontStore::Sync();
  }
  Result<std::unique_ptr<storage::StoreView>> NewView() const override {
    auto view = FrontStore::NewView();
    if (!view || !failing) return view;
    return std::unique_ptr<storage::StoreView>(std::make_unique<View>(*std::move(view)));
  }

 private:
  class View final : public storage::StoreView {
   public:
    explicit View(std::unique_ptr<storage::StoreView> view) : view_(std::move(view)) {}
    Result<std::optional<std::string>> Get(std::string_view key) const override {
      return view_->Get(key);
    }
    Result<std::unique_ptr<storage::StoreCursor>> Scan(std::string_view begin,
                                                       std::string_view end) const override {
      if (begin == codec::SpaceKey(codec::Space::kRow)) {
        return Error(ErrorCode::kIoError, "the disk does not answer; look at it");
      }
      return view_->Scan(begin, end);
    }

   private:
    const std::unique_ptr<storage::StoreView> view_;
  };
};

TEST_F(BackgroundLoadTest, GoesOnWithoutWhatCannotBeRead) {
  Listener listener;
  const auto store = std::make_shared<FailingStore>(storage::NewMemoryStore());
  Offer(Open(store, 0).get(), 1, Verdict::kInserted);
  store->failing = true;
  const auto sink = Open(store, 0, &listener);
  WaitUntilLoaded(*sink);
  EXPECT_NE(listener.errors().find("loading identities stopped"), std::string::npos);
  Offer(sink.get(), 1, Verdict::kDuplicate);
}

// Nor does the sink that came to nothing: what it found is not known to be whole.
TEST_F(BackgroundLoadTest, AnOpeningThatFailsSyncsNothing) {
  const auto store = std::make_shared<FailingStore>(storage::NewMemoryStore());
  Offer(Open(store, 0).get(), 1, Verdict::kInserted);
  store->failing = true;
  store->syncs = 0;
  SinkOptions options;
  options.load_at_open_rows = kRows;
  EXPECT_EQ(SinkImpl::Open(store, options).error().code(), ErrorCode::kIoError);
  EXPECT_EQ(store->syncs, 0);
}

}  // namespace
}  // namespace idem
