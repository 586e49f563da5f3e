// SPDX-License-Identifier: Apache-2.0
//
// Token records (the stored reports) and quarantine entries (the stored refusals).

#include "base/coding.h"
#include "codec/keyspace.h"
#include "unit/codec/decoder_check.h"
#include "unit/codec/samples.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace idem::codec {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

std::string Encoded(const TokenRecord& record) {
  std::string bytes;
  AppendTokenRecord(record, &bytes);
  return bytes;
}

std::string Encoded(const QuarantineEntry& entry) {
  std::string bytes;
  AppendQuarantineEntry(entry, &bytes);
  return bytes;
}

// A record with the runs given as (count, verdict, reason, commit).
std::string WithRuns(const std::vector<std::array<std::uint64_t, 4>>& runs) {
  std::string bytes = Encoded(TokenRecord{});
  for (const auto& run : runs) {
    for (const std::uint64_t value : run) base::AppendVarint64(value, &bytes);
  }
  return bytes;
}

bool Decodes(std::string_view bytes, std::uint64_t outcomes_max = kMillion) {
  TokenRecord record;
  return DecodeTokenRecord(bytes, &record, outcomes_max);
}

TEST(TokenRecordTest, ReadsBackAndNothingElseDoes) {
  const auto recode = [](std::string_view bytes) -> std::optional<std::string> {
    TokenRecord record;
    if (!DecodeTokenRecord(bytes, &record, kMillion)) return std::nullopt;
    return Encoded(record);
  };
  CheckDecoder(Encoded(SampleToken()), recode);
  CheckDecoder(Encoded(TokenRecord{}), recode);
}

TEST(TokenRecordTest, KeepsEveryOutcome) {
  std::mt19937_64 random(41);
  for (int i = 0; i < 1000; ++i) {
    TokenRecord record{.commit = random(), .batch = {random(), random()}, .outcomes = {}};
    for (std::uint64_t n = random() % 50; n > 0; --n) {
      record.outcomes.push_back({static_cast<Verdict>(random() % kVerdictCount),
                                 random() % 2 ? Reason::kTie : Reason::kNone, random() % 2});
    }
    TokenRecord read;
    read.outcomes.resize(3);
    ASSERT_TRUE(DecodeTokenRecord(Encoded(record), &read));
    ASSERT_EQ(read.commit, record.commit);
    ASSERT_EQ(read.batch, record.batch);
    ASSERT_EQ(read.outcomes, record.outcomes);
  }
}

TEST(TokenRecordTest, AMillionDuplicatesAreAFewBytes) {
  TokenRecord record;
  record.outcomes.assign(kMillion, {Verdict::kDuplicate, Reason::kSameKey, 5});
  const std::string bytes = Encoded(record);
  EXPECT_LT(bytes.size(), 30u);
  TokenRecord read;
  ASSERT_TRUE(DecodeTokenRecord(bytes, &read));
  EXPECT_EQ(read.outcomes, record.outcomes);
}

TEST(TokenRecordTest, MoreOutcomesThanAskedForTakeNoMemory) {
  const std::string bytes = WithRuns({{UINT32_MAX, 8, 0, 1}});
  TokenRecord record;
  record.outcomes.resize(3);
  ASSERT_TRUE(DecodeTokenRecord(bytes, &record, 1000));
  EXPECT_TRUE(record.outcomes.empty());
  EXPECT_EQ(record.outcomes.capacity(), 3u);
}

TEST(TokenRecordTest, RunsHaveOneForm) {
  EXPECT_TRUE(Decodes(WithRuns({{1, 8, 0, 1}, {2, 8, 0, 2}})));
  EXPECT_FALSE(Decodes(WithRuns({{0, 8, 0, 1}}))) << "an empty run";
  EXPECT_FALSE(Decodes(WithRuns({{1, 8, 0, 1}, {2, 8, 0, 1}}))) << "one run in two pieces";
  EXPECT_FALSE(Decodes(WithRuns({{1, 12, 0, 1}}))) << "a verdict that is none";
  EXPECT_FALSE(Decodes(WithRuns({{1, 8, 19, 1}}))) << "a reason that is none";
  EXPECT_FALSE(Decodes(WithRuns({{1ull << 32, 8, 0, 1}}))) << "more than a batch holds";
  EXPECT_FALSE(Decodes(WithRuns({{UINT32_MAX, 8, 0, 1}, {1, 9, 0, 1}}))) << "more than a batch";
  // The default is a verdict like any other, also as the first run.
  EXPECT_TRUE(Decodes(WithRuns({{1, 0, 0, 0}})));
}

TEST(QuarantineRecordTest, ReadsBackAndNothingElseDoes) {
  const std::string key = QuarantineKey(SampleQuarantine().id);
  const auto recode = [&key](std::string_view bytes) -> std::optional<std::string> {
    QuarantineEntry entry;
    if (!DecodeQuarantineEntry(key, bytes, &entry)) return std::nullopt;
    return Encoded(entry);
  };
  CheckDecoder(Encoded(SampleQuarantine()), recode);
  CheckDecoder(Encoded(QuarantineEntry{}), recode);
  QuarantineEntry named = SampleQuarantine();
  named.partition = Partition("part-0");
  named.version = std::int64_t{-5};
  CheckDecoder(Encoded(named), recode);
  CheckDecoder(key, [](std::string_view bytes) -> std::optional<std::string> {
    QuarantineEntry entry;
    if (!DecodeQuarantineEntry(bytes, Encoded(SampleQuarantine()), &entry)) return std::nullopt;
    return QuarantineKey(entry.id);
  });
}

TEST(QuarantineRecordTest, KeepsEveryField) {
  const QuarantineEntry sample = SampleQuarantine();
  QuarantineEntry read;
  ASSERT_TRUE(DecodeQuarantineEntry(QuarantineKey(sample.id), Encoded(sample), &read));
  EXPECT_EQ(read.id, sample.id);
  EXPECT_EQ(read.table, "orders");
  EXPECT_EQ(read.state, QuarantineState::kOpen);
  EXPECT_EQ(read.verdict, Verdict::kConflict);
  EXPECT_EQ(read.reason, Reason::kSameKey);
  EXPECT_EQ(read.operation, Operation::kUpsert);
  EXPECT_EQ(read.key, SampleKey().encoded());
  EXPECT_EQ(read.version, StoredVersion(std::string("FFF/B")));
  EXPECT_EQ(read.event_id, Key(1).encoded());
  EXPECT_EQ(read.value, "{}");
  EXPECT_EQ(read.value_bytes, 300u);
  EXPECT_EQ(read.why, "w");
  EXPECT_EQ(read.source, "s");
  EXPECT_EQ(read.partition, Partition(3));
  EXPECT_EQ(read.offset, -1) << "a refused offset may be out of range";
  EXPECT_EQ(read.commit, 7u);
  EXPECT_EQ(read.winning_commit, 5u);
  EXPECT_EQ(read.wall_micros, 1718000000000000);
}

TEST(QuarantineRecordTest, WithoutASourceThereIsNoPosition) {
  QuarantineEntry entry = SampleQuarantine();
  entry.source.clear();
  QuarantineEntry read = SampleQuarantine();
  ASSERT_TRUE(DecodeQuarantineEntry(QuarantineKey(entry.id), Encoded(entry), &read));
  EXPECT_EQ(read.source, "");
  EXPECT_EQ(read.partition, Partition());
  EXPECT_EQ(read.offset, 0);
}

}  // namespace
}  // namespace idem::codec
