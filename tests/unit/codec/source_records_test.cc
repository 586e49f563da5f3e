// SPDX-License-Identifier: Apache-2.0

#include "codec/source_records.h"

#include "base/coding.h"
#include "codec/keyspace.h"
#include "unit/codec/decoder_check.h"
#include "unit/codec/samples.h"

#include <gtest/gtest.h>

#include <vector>

namespace idem::codec {
namespace {

std::string Encoded(const SourceOptions& options) {
  std::string bytes;
  AppendSourceOptions(options, &bytes);
  return bytes;
}

std::string Encoded(const Checkpoint& checkpoint) {
  std::string bytes;
  AppendCheckpoint(checkpoint, &bytes);
  return bytes;
}

std::string Encoded(const RewindEntry& entry) {
  std::string bytes;
  AppendRewind(entry, &bytes);
  return bytes;
}

// A checkpoint whose bytes after `next` are those of `varints`, with nothing after the ranges.
std::string WithRanges(std::int64_t start, std::uint64_t step, std::vector<std::uint64_t> varints) {
  std::string bytes("\x01", 1);
  base::AppendVarint64(static_cast<std::uint64_t>(start), &bytes);
  base::AppendVarint64(step, &bytes);
  for (const std::uint64_t value : varints) base::AppendVarint64(value, &bytes);
  return bytes + std::string("\0\0\0", 3);
}

bool Decodes(std::string_view value) {
  Checkpoint checkpoint;
  return DecodeCheckpoint(CheckpointKey("s", 1), value, &checkpoint);
}

TEST(SourceOptionsTest, ReadBackAndNothingElseDoes) {
  const auto recode = [](std::string_view bytes) -> std::optional<std::string> {
    SourceOptions options;
    if (!DecodeSourceOptions(bytes, &options)) return std::nullopt;
    return Encoded(options);
  };
  const std::vector<SourceOptions> all = {
      {},
      {.gaps = GapPolicy::kRefuse, .start = 0, .rank = 0},
      {.gaps = GapPolicy::kLegal, .start = INT64_MAX, .rank = UINT32_MAX}};
  for (const SourceOptions& options : all) {
    CheckDecoder(Encoded(options), recode);
    SourceOptions read{.start = 77};
    ASSERT_TRUE(DecodeSourceOptions(Encoded(options), &read));
    EXPECT_EQ(read, options);
  }
}

TEST(CheckpointTest, ReadsBackAndNothingElseDoes) {
  const Checkpoint sample = SampleCheckpoint();
  const std::string key = CheckpointKey(sample.source, sample.partition);
  const auto recode_value = [&key](std::string_view bytes) -> std::optional<std::string> {
    Checkpoint checkpoint;
    if (!DecodeCheckpoint(key, bytes, &checkpoint)) return std::nullopt;
    return Encoded(checkpoint);
  };
  CheckDecoder(Encoded(sample), recode_value);
  CheckDecoder(Encoded(Checkpoint{}), recode_value);
  const auto recode_key = [&sample](std::string_view bytes) -> std::optional<std::string> {
    Checkpoint checkpoint;
    if (!DecodeCheckpoint(bytes, Encoded(sample), &checkpoint)) return std::nullopt;
    return CheckpointKey(checkpoint.source, checkpoint.partition);
  };
  CheckDecoder(key, recode_key);
  CheckDecoder(CheckpointKey("", ""), recode_key);
}

TEST(CheckpointTest, KeepsEveryField) {
  const Checkpoint sample = SampleCheckpoint();
  Checkpoint read;
  read.done = {{1, 2}};
  read.partition = Partition("other");
  ASSERT_TRUE(
      DecodeCheckpoint(CheckpointKey(sample.source, sample.partition), Encoded(sample), &read));
  EXPECT_EQ(read.source, "orders-topic");
  EXPECT_EQ(read.partition, Partition(3));
  EXPECT_EQ(read.start, 100);
  EXPECT_EQ(read.next, 110);
  EXPECT_EQ(read.done, sample.done);
  EXPECT_EQ(read.incarnation, "life-1");
  EXPECT_EQ(read.note, "n");
  EXPECT_EQ(read.commit, 300u);
}

TEST(CheckpointTest, TheLastOffsetsFit) {
  Checkpoint last;
  last.next = 5;
  last.done = {{INT64_MAX - 1, INT64_MAX}};
  Checkpoint read;
  ASSERT_TRUE(DecodeCheckpoint(CheckpointKey("s", 1), Encoded(last), &read));
  EXPECT_EQ(read.done, last.done);
  Checkpoint full;
  full.next = INT64_MAX;
  ASSERT_TRUE(DecodeCheckpoint(CheckpointKey("s", 1), Encoded(full), &read));
  EXPECT_EQ(read.next, INT64_MAX);
}

TEST(CheckpointTest, ContradictionsAreRefused) {
  constexpr std::uint64_t kMax = INT64_MAX;
  EXPECT_TRUE(Decodes(WithRanges(0, 10, {1, 1, 1})));
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {1, 0, 1}))) << "a range that touches next";
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {1, 1, 0}))) << "an empty range";
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {2, 1, 1, 0, 1}))) << "ranges that touch";
  EXPECT_FALSE(Decodes(WithRanges(0, kMax + 1, {0}))) << "next beyond all offsets";
  EXPECT_FALSE(Decodes(WithRanges(1, kMax, {0}))) << "next beyond all offsets";
  EXPECT_FALSE(Decodes(WithRanges(0, UINT64_MAX, {0}))) << "next below start";
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {1, kMax, 1}))) << "a range beyond all offsets";
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {1, 1, kMax - 10}))) << "a range beyond all offsets";
  EXPECT_FALSE(Decodes(WithRanges(0, 10, {UINT32_MAX, 1, 1}))) << "fewer ranges than said";
}

TEST(RewindTest, ReadsBackAndNothingElseDoes) {
  const RewindEntry sample = SampleRewind();
  const std::string key = RewindKey(sample.source, sample.partition, sample.commit);
  CheckDecoder(Encoded(sample), [&key](std::string_view bytes) -> std::optional<std::string> {
    RewindEntry entry;
    if (!DecodeRewind(key, bytes, &entry)) return std::nullopt;
    return Encoded(entry);
  });
  CheckDecoder(key, [&sample](std::string_view bytes) -> std::optional<std::string> {
    RewindEntry entry;
    if (!DecodeRewind(bytes, Encoded(sample), &entry)) return std::nullopt;
    return RewindKey(entry.source, entry.partition, entry.commit);
  });
}

TEST(RewindTest, KeepsEveryField) {
  const RewindEntry sample = SampleRewind();
  RewindEntry read;
  ASSERT_TRUE(DecodeRewind(RewindKey(sample.source, sample.partition, sample.commit),
                           Encoded(sample), &read));
  EXPECT_EQ(read.source, sample.source);
  EXPECT_EQ(read.partition, sample.partition);
  EXPECT_EQ(read.from, 300);
  EXPECT_EQ(read.to, 100);
  EXPECT_EQ(read.incarnation_before, "life-1");
  EXPECT_EQ(read.incarnation_after, "life-2");
  EXPECT_EQ(read.reason, "restored");
  EXPECT_EQ(read.commit, 9u);
  EXPECT_EQ(read.wall_micros, 1718000000000000);
}

}  // namespace
}  // namespace idem::codec
