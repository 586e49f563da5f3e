// SPDX-License-Identifier: Apache-2.0

#include <idem/testing/faulty_store.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace idem::testing {
namespace {

class FaultyStoreTest : public ::testing::Test {
 protected:
  FaultyStoreTest() { Take(store_.Open().value()); }

  void Take(std::unique_ptr<IdempotentSink> sink) {
    sink_ = std::move(sink);
    orders_.emplace(sink_->OpenTable("orders").value());
  }

  Result<CommitReport> Upsert(std::int64_t offset) {
    Batch batch;
    batch.From({.source = "topic", .offset = offset});
    batch.Upsert(*orders_, {offset}, "value", {.version = 1});
    return sink_->Commit(batch);
  }

  ErrorCode FailWith(WriteFault fault) {
    store_.FailWrite(1, fault);
    return Upsert(0).error().code();
  }

  bool Has(std::int64_t key) { return orders_->Get({key}).value().has_value(); }

  void Reopen() {
    orders_.reset();
    Take(IdempotentSink::Reopen(std::move(sink_)).value().sink);
  }

  FaultyStore store_;
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> orders_;
};

TEST_F(FaultyStoreTest, WithoutAPlanNothingFails) {
  EXPECT_EQ(Upsert(0)->count(Verdict::kInserted), 1U);
  EXPECT_EQ(Upsert(0)->count(Verdict::kReplayed), 1U);
}

TEST_F(FaultyStoreTest, AnUnknownWriteThatWasApplied) {
  EXPECT_EQ(FailWith(WriteFault::kUnknownApplied), ErrorCode::kCommitUnknown);
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kPoisoned);
  Reopen();
  EXPECT_TRUE(Has(0));
  EXPECT_EQ(Upsert(0)->count(Verdict::kReplayed), 1U);
}

TEST_F(FaultyStoreTest, AnUnknownWriteThatWasLost) {
  EXPECT_EQ(FailWith(WriteFault::kUnknownLost), ErrorCode::kCommitUnknown);
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kPoisoned);
  Reopen();
  EXPECT_FALSE(Has(0));
  EXPECT_EQ(Upsert(0)->count(Verdict::kInserted), 1U);
}

TEST_F(FaultyStoreTest, RejectedWritesHaveNoEffectAndMayBeRepeated) {
  EXPECT_EQ(FailWith(WriteFault::kIoError), ErrorCode::kIoError);
  EXPECT_EQ(FailWith(WriteFault::kNoSpace), ErrorCode::kNoSpace);
  EXPECT_EQ(FailWith(WriteFault::kStalled), ErrorCode::kStalled);
  EXPECT_FALSE(Has(0));
  EXPECT_EQ(Upsert(0)->count(Verdict::kInserted), 1U);
}

TEST_F(FaultyStoreTest, AFencedSinkStaysFenced) {
  EXPECT_EQ(FailWith(WriteFault::kFenced), ErrorCode::kFenced);
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kFenced);
  EXPECT_FALSE(Has(0));
}

TEST_F(FaultyStoreTest, ANewerSinkFencesTheOlder) {
  const auto newer = store_.Open().value();
  EXPECT_EQ(Upsert(0).error().code(), ErrorCode::kFenced);
}

TEST_F(FaultyStoreTest, PlansWaitForTheirWrite) {
  const std::uint64_t before = store_.writes();
  store_.FailWrite(3, WriteFault::kNoSpace);
  store_.FailWrite(2, WriteFault::kStalled);
  EXPECT_TRUE(Upsert(0));
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kStalled);
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kNoSpace);
  EXPECT_TRUE(Upsert(1));
  EXPECT_EQ(store_.writes(), before + 4);
}

TEST_F(FaultyStoreTest, AFailedReadIsNeverAnAbsentRow) {
  ASSERT_TRUE(Upsert(0));
  store_.FailRead(1);
  EXPECT_EQ(orders_->Get({0}).error().code(), ErrorCode::kIoError);
  EXPECT_TRUE(Has(0));
}

TEST_F(FaultyStoreTest, ACommitThatCannotReadIsRejected) {
  const std::uint64_t before = store_.writes();
  for (std::int64_t offset = 0; offset < 3; ++offset) {  // the first one finds an empty store
    store_.FailRead(1);
    EXPECT_EQ(Upsert(offset).error().code(), ErrorCode::kIoError);
    store_.FailRead(1);
    EXPECT_EQ(Upsert(offset).error().code(), ErrorCode::kIoError);
    EXPECT_EQ(Upsert(offset)->count(Verdict::kInserted), 1U);
  }
  EXPECT_EQ(store_.writes(), before + 3);
  Reopen();
  store_.FailRead(1);
  EXPECT_EQ(Upsert(3).error().code(), ErrorCode::kIoError);
}

TEST_F(FaultyStoreTest, AReadIsThatOfOneCommit) {
  store_.FailRead(2);
  store_.FailRead(4);
  EXPECT_TRUE(Upsert(0));
  EXPECT_EQ(Upsert(1).error().code(), ErrorCode::kIoError);
  EXPECT_TRUE(Upsert(1));
  EXPECT_EQ(Upsert(2).error().code(), ErrorCode::kIoError);
}

TEST_F(FaultyStoreTest, MemoryForRepeatsIsNoneThatAPlanWouldMiss) {
  ASSERT_TRUE(Upsert(0));
  orders_.reset();
  Take(store_.Open({.identity_bytes = 1 << 20, .fingerprint_bytes = 1 << 20}).value());
  Batch repeat;
  repeat.Upsert(*orders_, {0}, "value", {.version = 1});
  store_.FailRead(1);
  EXPECT_EQ(sink_->Commit(repeat).error().code(), ErrorCode::kIoError);
  EXPECT_EQ(sink_->Commit(repeat)->count(Verdict::kDuplicate), 1U);
}

}  // namespace
}  // namespace idem::testing
