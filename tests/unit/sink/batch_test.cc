// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace idem {
namespace {

class Batches : public ::testing::Test {
 protected:
  // Leaves `batch` moved from, where no check of the compiler's sees it.
  static Batch Take(Batch* batch) { return std::move(*batch); }

  const std::unique_ptr<IdempotentSink> sink_ = IdempotentSink::OpenInMemory().value();
  const Table log_ = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
};

TEST_F(Batches, AMovedFromOneIsEmpty) {
  Batch batch;
  batch.From({"source", 0, 0});
  batch.Insert(log_, {"a"}, "1");
  const Batch taken = Take(&batch);
  EXPECT_EQ(taken.size(), 1U);
  EXPECT_EQ(batch.size(), 0U);
  EXPECT_EQ(batch.bytes(), 0U);
  EXPECT_TRUE(batch.empty());
  EXPECT_FALSE(batch.full());
  batch.Clear();
  EXPECT_TRUE(sink_->Commit(batch).value().outcomes().empty());
  EXPECT_EQ(sink_->Commit(taken).value().count(Verdict::kInserted), 1U);
}

TEST_F(Batches, AMovedFromOneMayBeFilledAgainWithinItsLimits) {
  Batch batch({.batch_records = 2});
  batch.Insert(log_, {"a"}, "1");
  const Batch taken = Take(&batch);
  batch.From({"source", 0, 7});
  batch.Insert(log_, {"b"}, "1");
  EXPECT_FALSE(batch.full());
  batch.FromNowhere();
  batch.Reject(log_, "torn", "ends early");
  EXPECT_TRUE(batch.full());
  EXPECT_EQ(batch.size(), 2U);
  EXPECT_EQ(taken.size(), 1U);
}

TEST_F(Batches, EachFirstCallOnAMovedFromOneWorks) {
  Batch batch;
  const auto refill = [&](auto call) {
    const Batch taken = Take(&batch);
    call();
    return !batch.empty();
  };
  EXPECT_TRUE(refill([&] { batch.From({"source", 0, 1}); }));
  EXPECT_TRUE(refill([&] { batch.Advance("source", 0, 2); }));
  EXPECT_TRUE(refill([&] { batch.DeclareEmpty("source", 0, {3, 4}); }));
  EXPECT_TRUE(refill([&] { batch.Insert(log_, {"a"}, "1"); }));
  EXPECT_TRUE(refill([&] { batch.Upsert(log_, {"a"}, "1"); }));
  EXPECT_TRUE(refill([&] { batch.Delete(log_, {"a"}); }));
  EXPECT_TRUE(refill([&] { batch.Reject(log_, "torn", "ends early"); }));
  EXPECT_FALSE(refill([&] { batch.FromNowhere(); }));
}

}  // namespace
}  // namespace idem
