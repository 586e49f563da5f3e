// SPDX-License-Identifier: Apache-2.0
//
// Commits and syncs of several threads, on a store whose syncs last as long as the test likes.
#include "codec/watermark.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace idem {
namespace {

class GatedStore final : public testing::FrontStore {
 public:
  GatedStore() : FrontStore(storage::NewMemoryStore()) {}

  Result<void> Sync() override {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return begun_ <= let_through_; });
    if (fails_) return Error(ErrorCode::kCommitUnknown, "told to");
    return {};
  }

  Result<void> KeepWatermark(std::string_view note) override {
    const std::lock_guard lock(mutex_);
    if (keeping_fails_) return Error(ErrorCode::kCommitUnknown, "told to");
    return FrontStore::KeepWatermark(note);
  }

  void FailKeeping() {
    const std::lock_guard lock(mutex_);
    keeping_fails_ = true;
  }
  void LetThrough(int syncs) {
    const std::lock_guard lock(mutex_);
    let_through_ += syncs;
    changed_.notify_all();
  }
  void Fail() {
    const std::lock_guard lock(mutex_);
    fails_ = true;
  }
  void AwaitSync(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= number; });
  }
  int begun() {
    const std::lock_guard lock(mutex_);
    return begun_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int let_through_ = 1;  // the creation of the table
  bool fails_ = false;
  bool keeping_fails_ = false;
};

class Syncing : public ::testing::Test {
 protected:
  void Open(bool background_sync) {
    sink_ = SinkImpl::Open(store_, {.background_sync = background_sync}).value();
    rows_.emplace(sink_->OpenTable("rows").value());
  }
  void TearDown() override {
    store_->LetThrough(100);
    sink_.reset();
  }

  std::uint64_t CommitOne(Durability durability) {
    Batch batch;
    batch.From({"s", 0, offset_++});
    batch.Upsert(*rows_, {offset_}, "value", {.version = 1});
    return sink_->Commit(batch, {.durability = durability}).value().commit();
  }
  auto Wait(std::uint64_t commit) {
    return std::async(std::launch::async, [this, commit] { return sink_->WaitDurable(commit); });
  }
  std::int64_t DurableNext() {
    const auto points = sink_->DurableCheckpoints("s").value();
    return points.empty() ? -1 : points.at(0).next;
  }

  const std::shared_ptr<GatedStore> store_ = std::make_shared<GatedStore>();
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> rows_;
  std::int64_t offset_ = 0;
};

TEST_F(Syncing, CommitsGoOnWhileASyncIsUnderWay) {
  Open(false);
  auto first = Wait(CommitOne(Durability::kAsync));
  store_->AwaitSync(2);
  const std::uint64_t second = CommitOne(Durability::kAsync);
  EXPECT_EQ(sink_->ReadMetrics().commit, second);
  EXPECT_EQ(DurableNext(), -1);
  store_->LetThrough(1);
  EXPECT_TRUE(first.get());
  EXPECT_EQ(sink_->ReadMetrics().durable_commit, second - 1);
  EXPECT_EQ(DurableNext(), 1) << "the second commit came after the sync had begun";
}

TEST_F(Syncing, WhoeverWaitsMeanwhileSharesTheNextSync) {
  Open(false);
  auto leader = Wait(CommitOne(Durability::kAsync));
  store_->AwaitSync(2);
  const std::uint64_t second = CommitOne(Durability::kAsync);
  auto a = Wait(second), b = Wait(second), c = Wait(second - 1);
  store_->LetThrough(2);
  for (auto* waiting : {&leader, &a, &b, &c}) EXPECT_TRUE(waiting->get());
  EXPECT_EQ(store_->begun(), 3);
  EXPECT_EQ(DurableNext(), 2);
}

TEST_F(Syncing, AFailedSyncIsUnknownToItsLeaderAndPoisonsTheOthers) {
  Open(false);
  auto leader = Wait(CommitOne(Durability::kAsync));
  store_->AwaitSync(2);
  auto follower = Wait(CommitOne(Durability::kAsync));
  store_->Fail();
  store_->LetThrough(1);
  EXPECT_EQ(leader.get().error().code(), ErrorCode::kCommitUnknown);
  EXPECT_EQ(follower.get().error().code(), ErrorCode::kPoisoned);
  EXPECT_EQ(sink_->Commit(Batch()).error().code(), ErrorCode::kPoisoned);
  EXPECT_EQ(DurableNext(), -1);
}

TEST_F(Syncing, ASyncCommitThatWasWrittenIsUnknownWhateverBecameOfTheSync) {
  Open(false);
  auto leader = Wait(CommitOne(Durability::kAsync));
  store_->AwaitSync(2);
  Batch batch;
  batch.Upsert(*rows_, {99}, "value", {.version = 1});
  auto follower = std::async(std::launch::async, [&] { return sink_->Commit(batch); });
  while (sink_->ReadMetrics().commit < 3) std::this_thread::yield();
  store_->Fail();
  store_->LetThrough(1);
  EXPECT_EQ(leader.get().error().code(), ErrorCode::kCommitUnknown);
  EXPECT_EQ(follower.get().error().code(), ErrorCode::kCommitUnknown);
}

TEST_F(Syncing, NobodyWaitsForACommitThatIsNotThere) {
  Open(false);
  EXPECT_EQ(sink_->WaitDurable(99).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Syncing, TheBackgroundMakesCommitsDurable) {
  Open(true);
  CommitOne(Durability::kAsync);
  store_->AwaitSync(2);
  const std::uint64_t last = CommitOne(Durability::kAsync);
  store_->LetThrough(2);
  store_->AwaitSync(3);  // by itself
  EXPECT_TRUE(sink_->WaitDurable(last));
  EXPECT_EQ(store_->begun(), 3);
  EXPECT_EQ(DurableNext(), 2);
}

TEST_F(Syncing, TheBackgroundEndsWhenASyncFails) {
  Open(true);
  CommitOne(Durability::kAsync);
  store_->AwaitSync(2);
  store_->Fail();
  store_->LetThrough(1);
  EXPECT_FALSE(sink_->Flush());
  EXPECT_EQ(sink_->Commit(Batch()).error().code(), ErrorCode::kPoisoned);
}

TEST_F(Syncing, TheWatermarkKnowsWhatWasAcknowledgedAndNoMore) {
  Open(false);
  const std::uint64_t first = CommitOne(Durability::kAsync);
  store_->LetThrough(1);
  sink_->WaitDurable(first).value();
  const std::string note = store_->ReadWatermark().value();
  codec::DurableNote durable;
  ASSERT_TRUE(codec::DecodeNote(note, &durable));
  EXPECT_EQ(durable.commit, first);
  ASSERT_EQ(durable.sources.size(), 1U);
  EXPECT_EQ(durable.sources[0].source, "s");
  EXPECT_EQ(durable.sources[0].next, offset_);
  CommitOne(Durability::kAsync);
  EXPECT_EQ(store_->ReadWatermark().value(), note);
}

TEST_F(Syncing, AWatermarkThatCannotBeKeptIsASyncThatFailed) {
  Open(false);
  const std::uint64_t commit = CommitOne(Durability::kAsync);
  store_->FailKeeping();
  store_->LetThrough(100);
  EXPECT_EQ(sink_->WaitDurable(commit).error().code(), ErrorCode::kCommitUnknown);
  EXPECT_LT(sink_->ReadMetrics().durable_commit, commit);
  EXPECT_EQ(sink_->Flush().error().code(), ErrorCode::kPoisoned);
}

}  // namespace
}  // namespace idem
