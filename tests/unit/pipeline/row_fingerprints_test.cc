// SPDX-License-Identifier: Apache-2.0
#include "pipeline/row_fingerprints.h"

#include "codec/keyspace.h"
#include "pipeline/identities.h"
#include "pipeline_fixture.h"
#include "support/random.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace idem::pipeline {
namespace {

using ::idem::testing::PipelineTest;
using ::idem::testing::Random;

constexpr std::uint64_t kCommitsKept = std::uint64_t{1} << 38;

std::string RowKey(std::string_view key) {
  std::string row_key;
  codec::AppendRowKey(1, key, &row_key);
  return row_key;
}

codec::RowEnvelope Row(std::int64_t version, std::string_view payload, std::uint64_t commit = 1) {
  return {false, commit, 0, Version(version), codec::FingerprintOf(payload), payload};
}

std::string HeadOf(const codec::RowEnvelope& row) {
  char head[codec::kRowHeadBytesMax];
  return {head, codec::PutRowHead(row, head)};
}

class RowFingerprintsTest : public ::testing::Test {
 protected:
  void Put(std::string_view key, const codec::RowEnvelope& row) {
    known_.Put(RowKey(key), HeadOf(row));
  }
  std::optional<std::uint64_t> Find(std::string_view key, const codec::RowEnvelope& row) const {
    return known_.Find(known_.Of(RowKey(key), row));
  }

  RowFingerprints known_{1 << 16};
};

TEST_F(RowFingerprintsTest, KnowARowWithItsCommitAndNoOther) {
  const codec::RowEnvelope row = Row(7, "payload", 3);
  Put("key", row);
  EXPECT_EQ(Find("key", row), 3U);
  EXPECT_EQ(Find("key", Row(7, "payload", 9)), 3U) << "a record does not know the commit";
  EXPECT_EQ(Find("kez", row), std::nullopt);
  EXPECT_EQ(Find("key", Row(8, "payload")), std::nullopt);
  EXPECT_EQ(Find("key", Row(7, "other")), std::nullopt);
  codec::RowEnvelope other = row;
  other.rank = 1;
  EXPECT_EQ(Find("key", other), std::nullopt) << "a higher rank is written";
  other = row;
  other.version = {};
  EXPECT_EQ(Find("key", other), std::nullopt);
}

TEST_F(RowFingerprintsTest, KeepTheLastCommitAndForgetWhatIsErased) {
  Put("key", Row(7, "payload", 3));
  Put("key", Row(7, "payload", 5));
  EXPECT_EQ(Find("key", Row(7, "payload")), 5U);
  known_.Erase(known_.Of(RowKey("key"), Row(7, "payload")));
  EXPECT_EQ(Find("key", Row(7, "payload")), std::nullopt);
  known_.Erase(known_.Of(RowKey("key"), Row(7, "payload")));
}

TEST_F(RowFingerprintsTest, KeepLiveRowsOfEarlierCommitsAlone) {
  Put("deleted", {true, 1, 0, Version(7), {}, {}});
  EXPECT_EQ(Find("deleted", {true, 1, 0, Version(7), {}, {}}), std::nullopt);
  Put("late", Row(7, "payload", kCommitsKept + 1));
  EXPECT_EQ(Find("late", Row(7, "payload")), std::nullopt);
  Put("in time", Row(7, "payload", kCommitsKept - 1));
  EXPECT_EQ(Find("in time", Row(7, "payload")), kCommitsKept - 1);
  std::string event;
  codec::AppendEventKey(1, "event", &event);
  known_.Put(event, HeadOf(Row(7, "payload")));
  EXPECT_EQ(known_.Find(known_.Of(event, Row(7, "payload"))), std::nullopt);
}

// Every bit that is kept counts, and a free entry is none.
TEST_F(RowFingerprintsTest, CompareAllThatTheyKeep) {
  Put("key", Row(7, "payload", 3));
  const codec::Fingerprint kept = known_.Of(RowKey("key"), Row(7, "payload"));
  EXPECT_EQ(known_.Find(kept), 3U);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_EQ(known_.Find({kept.high, kept.low ^ (std::uint64_t{1} << bit)}), std::nullopt) << bit;
  }
  EXPECT_EQ(known_.Find({0, 0}), std::nullopt);
}

TEST_F(RowFingerprintsTest, PassOverWhatIsNoHead) {
  known_.Put(RowKey("key"), "no head");
  EXPECT_EQ(Find("key", Row(7, "payload")), std::nullopt);
}

TEST_F(RowFingerprintsTest, WithoutMemoryKnowNothing) {
  RowFingerprints none(63);
  EXPECT_FALSE(none.enabled());
  none.Put(RowKey("key"), HeadOf(Row(7, "payload")));
  EXPECT_EQ(none.Find(none.Of(RowKey("key"), Row(7, "payload"))), std::nullopt);
  none.Erase(none.Of(RowKey("key"), Row(7, "payload")));
}

TEST_F(RowFingerprintsTest, KeepNearlyAllOfThemWhereNearlyAllEntriesAreTaken) {
  const std::uint64_t rows = known_.capacity() * 94 / 100;  // 13.6 bytes each
  for (std::uint64_t i = 0; i < rows; ++i) Put(std::to_string(i), Row(1, "p"));
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < rows; ++i) found += Find(std::to_string(i), Row(1, "p")) ? 1 : 0;
  EXPECT_GT(found, rows * 98 / 100) << "about 99 of 100; 96 if none made room for another";
}

// Far more rows than there is room for: most of the room is used, and nothing is known that is not.
TEST_F(RowFingerprintsTest, WhenFullKeepAsManyAsTheyHaveRoomFor) {
  const std::uint64_t rows = 4 * known_.capacity();
  for (std::uint64_t i = 0; i < rows; ++i) Put(std::to_string(i), Row(1, "p", i + 1));
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < 2 * rows; ++i) {
    const auto commit = Find(std::to_string(i), Row(1, "p"));
    if (!commit) continue;
    ++found;
    EXPECT_EQ(*commit, i + 1);
  }
  EXPECT_GT(found, known_.capacity() * 9 / 10);
  EXPECT_LE(found, known_.capacity());
}

// The store as a map; rows come and change and are put in as they are then.
TEST_F(RowFingerprintsTest, AgreeWithTheStoreWhateverHappens) {
  RowFingerprints known(4 << 10);
  std::map<std::string, codec::RowEnvelope> stored;
  Random random(7);
  for (std::uint64_t commit = 1; commit < 50'000; ++commit) {
    const std::string key = RowKey(std::to_string(random.Below(400)));
    if (random.Below(3) > 0) {
      if (const auto old = stored.find(key); old != stored.end()) {
        known.Erase(known.Of(key, old->second));
      }
      stored[key] = Row(static_cast<std::int64_t>(random.Below(3)), "p", commit);
    }
    if (const auto row = stored.find(key); row != stored.end() && random.Below(2) == 0) {
      known.Put(key, HeadOf(row->second));
    }
    const std::string asked = RowKey(std::to_string(random.Below(400)));
    const codec::RowEnvelope like = Row(static_cast<std::int64_t>(random.Below(3)), "p");
    if (const auto found = known.Find(known.Of(asked, like))) {
      const auto row = stored.find(asked);
      ASSERT_TRUE(row != stored.end() && row->second.version.integer() == like.version.integer())
          << "I-FP-1";
      ASSERT_EQ(*found, row->second.commit) << "I-FP-1";
    }
  }
}

// A sink that keeps no identities: what it knows without a read, it knows by fingerprints.
class KnownByFingerprint : public PipelineTest {
 protected:
  void SetUp() override {
    Open({.identity_bytes = 0, .filter_bytes = 1 << 10, .fingerprint_bytes = 1 << 16});
  }
  // Whether the record can be decided when nothing can be read; and what it then is.
  std::optional<Outcome> WithoutARead(std::string_view value, std::int64_t version) {
    batch_.Clear();
    batch_.Upsert(*rows_, {"k"}, value, {.version = version});
    store_->fail_read = ErrorCode::kIoError;
    const auto report = sink_->Commit(batch_);
    store_->fail_read.reset();
    if (!report) return std::nullopt;
    return report->outcomes().at(0);
  }
  Outcome Offer(std::string_view value, std::int64_t version) {
    batch_.Clear();
    batch_.Upsert(*rows_, {"k"}, value, {.version = version});
    return OnlyOutcome();
  }
};

TEST_F(KnownByFingerprint, ARepeatIsSettledWithoutARead) {
  const Outcome first = Offer("1", 5);
  EXPECT_EQ(WithoutARead("1", 5), (Outcome{Verdict::kDuplicate, Reason::kSameKey, first.commit}));
  EXPECT_EQ(WithoutARead("2", 5), std::nullopt) << "other content";
  EXPECT_EQ(WithoutARead("1", 6), std::nullopt) << "another version";
}

TEST_F(KnownByFingerprint, ARowThatWasReplacedIsKnownNoMore) {
  Offer("1", 5);
  EXPECT_EQ(Offer("2", 6).verdict, Verdict::kUpdated);
  EXPECT_EQ(WithoutARead("1", 5), std::nullopt);
  EXPECT_EQ(Offer("1", 5).verdict, Verdict::kStale);
  ASSERT_TRUE(WithoutARead("2", 6));
  EXPECT_EQ(WithoutARead("2", 6)->verdict, Verdict::kDuplicate);
}

TEST_F(KnownByFingerprint, ADeletedRowIsKnownNoMore) {
  Offer("1", 5);
  batch_.Clear();
  batch_.Delete(*rows_, {"k"}, {.version = 6});
  EXPECT_EQ(OnlyOutcome().verdict, Verdict::kDeleted);
  EXPECT_EQ(WithoutARead("1", 5), std::nullopt);
  EXPECT_EQ(Offer("1", 5).verdict, Verdict::kStale);
}

// What it was before counts no more, although nothing but its rank has changed since.
TEST_F(KnownByFingerprint, ARowWhoseRankWasRaisedIsKnownAsItIs) {
  ASSERT_TRUE(sink_->DeclareSource("low", {.rank = 1}));
  ASSERT_TRUE(sink_->DeclareSource("high", {.rank = 2}));
  std::int64_t offset = 0;
  const auto offer = [&](std::string_view source, std::string_view value, std::int64_t version) {
    batch_.Clear();
    batch_.From({source, 0, offset++});
    batch_.Upsert(*rows_, {"k"}, value, {.version = version});
    return OnlyOutcome().verdict;
  };
  EXPECT_EQ(offer("low", "1", 5), Verdict::kInserted);
  EXPECT_EQ(offer("high", "1", 5), Verdict::kDuplicate);
  EXPECT_EQ(offer("low", "2", 6), Verdict::kUpdated);
  EXPECT_EQ(offer("low", "1", 5), Verdict::kStale);
  EXPECT_EQ(offer("high", "1", 5), Verdict::kStale);
}

// A record before it in the same batch counts.
TEST_F(KnownByFingerprint, NotOfARowThatTheBatchChanges) {
  Offer("1", 5);
  batch_.Clear();
  batch_.Upsert(*rows_, {"k"}, "2", {.version = 6});
  batch_.Upsert(*rows_, {"k"}, "1", {.version = 5});
  const CommitReport report = sink_->Commit(batch_).value();
  EXPECT_EQ(report.outcomes()[0].verdict, Verdict::kUpdated);
  EXPECT_EQ(report.outcomes()[1].verdict, Verdict::kStale);
}

TEST_F(KnownByFingerprint, OfARowThatABatchChangesTwiceTheLastState) {
  Offer("1", 5);
  batch_.Clear();
  batch_.Upsert(*rows_, {"k"}, "2", {.version = 6});
  batch_.Upsert(*rows_, {"k"}, "3", {.version = 7});
  EXPECT_EQ(sink_->Commit(batch_).value().count(Verdict::kUpdated), 2U);
  EXPECT_EQ(WithoutARead("1", 5), std::nullopt);
  EXPECT_EQ(WithoutARead("2", 6), std::nullopt);
  EXPECT_TRUE(WithoutARead("3", 7));
}

TEST_F(KnownByFingerprint, TheRowsOfAStoreThatIsOpened) {
  Offer("1", 5);
  rows_.reset(), log_.reset(), sink_.reset();
  SetUp();
  ASSERT_TRUE(WithoutARead("1", 5));
  EXPECT_EQ(WithoutARead("1", 5)->verdict, Verdict::kDuplicate);
}

}  // namespace
}  // namespace idem::pipeline
