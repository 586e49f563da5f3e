// SPDX-License-Identifier: Apache-2.0
#include "pipeline/record_buffer.h"

#include "support/allocations.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace idem::pipeline {
namespace {

using ::idem::testing::Allocations;

const TableEntry& Entry() {
  static const auto entry =
      std::make_shared<TableEntry>(0, codec::TableDefinition{.id = 1, .name = "t", .options = {}});
  return *entry;
}

void AddOne(RecordBuffer* buffer, const std::string& key, std::string_view value) {
  buffer->Add(Entry(), Operation::kUpsert, {key}, value, {.version = 1});
}

TEST(RecordBuffer, KeepsItsMemory) {
  RecordBuffer buffer(Limits{});
  const std::string key = "a-key-that-is-longer-than-a-small-string";
  const auto fill = [&] {
    for (std::int64_t i = 0; i < 2'000; ++i) {
      buffer.From({"topic", i % 3, i});
      buffer.Add(Entry(), Operation::kUpsert, {std::string_view(key), i}, key, {.version = "v"});
    }
    buffer.Advance("topic", 1, 9, "note");
    buffer.Clear();
  };
  fill();
  const std::size_t warm = Allocations();
  fill();
  EXPECT_EQ(Allocations(), warm);
}

TEST(RecordBuffer, CopiesWhatItIsGiven) {
  RecordBuffer buffer(Limits{});
  std::string value = "value";
  AddOne(&buffer, "key", value);
  value = "other";
  EXPECT_EQ(buffer.records()[0].value, "value");
  EXPECT_EQ(buffer.records()[0].key(), Key("key").encoded());
}

TEST(RecordBuffer, AFullOneTakesNoMoreAndSaysSo) {
  RecordBuffer buffer({.batch_records = 2});
  AddOne(&buffer, "a", "1");
  EXPECT_FALSE(buffer.full());
  AddOne(&buffer, "b", "1");
  EXPECT_TRUE(buffer.full());
  EXPECT_FALSE(buffer.overflowed());
  AddOne(&buffer, "c", "1");
  EXPECT_TRUE(buffer.overflowed());
  EXPECT_EQ(buffer.records().size(), 2U);
  buffer.Clear();
  EXPECT_FALSE(buffer.overflowed());
  EXPECT_EQ(buffer.bytes(), 0U);
}

TEST(RecordBuffer, AdvancesFillItToo) {
  RecordBuffer buffer({.batch_records = 1});
  for (std::int64_t next = 1; next <= 3; ++next) buffer.Advance("topic", 0, next, "a note");
  EXPECT_FALSE(buffer.overflowed());
  buffer.Advance("topic", 0, 4, "a note");
  EXPECT_TRUE(buffer.overflowed());
  ASSERT_EQ(buffer.steps().size(), 3U);
  EXPECT_EQ(buffer.steps().back().note, "a note");
}

TEST(RecordBuffer, PositionsFillItToo) {
  RecordBuffer buffer({.batch_records = 10});
  for (std::int64_t i = 0; i < 100 && !buffer.full(); ++i) {
    buffer.From({"s", 0, i});
    AddOne(&buffer, "k", "v");
    buffer.Clear();
  }
  for (std::int64_t i = 0; i < 100 && !buffer.full(); ++i) buffer.From({"s", 0, i});
  EXPECT_TRUE(buffer.full());
  EXPECT_FALSE(buffer.overflowed());
}

TEST(RecordBuffer, PositionsThatFollowEachOtherAreOneStep) {
  RecordBuffer buffer(Limits{});
  const auto steps_after = [&](const Position& position) {
    buffer.From(position);
    AddOne(&buffer, "k", "v");
    return buffer.steps().size();
  };
  EXPECT_EQ(steps_after({"s", 0, 5}), 1U);
  EXPECT_EQ(steps_after({"s", 0, 6}), 1U);
  EXPECT_EQ(steps_after({"s", 0, 7}), 1U);
  EXPECT_EQ(steps_after({"s", 0, 7}), 2U) << "the same again is another delivery";
  EXPECT_EQ(steps_after({"s", 0, 9}), 3U) << "a gap";
  EXPECT_EQ(steps_after({"s", 1, 10}), 4U) << "another partition";
  EXPECT_EQ(steps_after({"t", 1, 11}), 5U) << "another source";
  EXPECT_EQ(steps_after({"t", 1, 12, "life"}), 6U) << "another incarnation";
  buffer.FromNowhere();
  EXPECT_EQ(steps_after({"t", 1, 13, "life"}), 7U) << "records without a position in between";
  buffer.Advance("t", 1, 14, "");
  EXPECT_EQ(steps_after({"t", 1, 14}), 9U) << "an advance in between";
  EXPECT_EQ(steps_after({"t", 1, -1}), 10U);
  EXPECT_EQ(steps_after({"t", 1, 0}), 11U) << "after an offset out of range";
  EXPECT_EQ(steps_after({"t", 1, kOffsetMax}), 12U);
  EXPECT_EQ(steps_after({"t", 1, INT64_MAX}), 13U) << "out of range";
  EXPECT_EQ(steps_after({"t", 1, INT64_MIN}), 14U);
  EXPECT_EQ(buffer.steps()[0].deliveries, 3U);
}

TEST(RecordBuffer, KnowsWhereEachRecordWasRead) {
  RecordBuffer buffer(Limits{});
  for (const std::int64_t offset : {3, 4, 5, 5, 9}) {
    buffer.From({"s", 0, offset});
    AddOne(&buffer, "k", "v");
    if (offset == 4) AddOne(&buffer, "l", "v");
  }
  buffer.Advance("s", 0, 20, "");
  std::vector<std::int64_t> offsets;
  for (const BatchRecord& record : buffer.records()) {
    offsets.push_back(buffer.PositionOf(record).offset);
    EXPECT_EQ(buffer.PositionOf(record).where->source, "s");
  }
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{3, 4, 4, 5, 5, 9}));
  EXPECT_EQ(buffer.RecordsBefore(buffer.steps()[0], 2), 3U);
}

TEST(RecordBuffer, RecordsOneAfterTheOtherForATableAreARun) {
  const auto other =
      std::make_shared<TableEntry>(0, codec::TableDefinition{.id = 2, .name = "o", .options = {}});
  RecordBuffer buffer(Limits{});
  AddOne(&buffer, "k", "v");
  AddOne(&buffer, "l", "v");
  buffer.Reject(*other, "raw", "why");
  AddOne(&buffer, "m", "v");
  ASSERT_EQ(buffer.tables().size(), 3U);
  EXPECT_EQ(buffer.tables()[0].records, 2U);
  EXPECT_EQ(buffer.tables()[1].table, other);
  buffer.Clear();
  EXPECT_TRUE(buffer.tables().empty());
}

TEST(RecordBuffer, LargeAndSmallKeysAreKeptWhole) {
  RecordBuffer buffer({.key_bytes = 20'000});
  const std::string value = "value";
  for (const std::size_t size : {0, 1, 3, 7, 8, 9, 63, 64, 65, 1000, 2045, 2046, 2047, 5000}) {
    std::string key(size, 'k');
    for (const bool zero : {false, true}) {
      if (zero && size > 0) key[size / 2] = '\0';
      buffer.Add(Entry(), Operation::kUpsert, {key}, value, {.version = "v", .event_id = Key(1)});
      const BatchRecord& record = buffer.records().back();
      EXPECT_EQ(record.key(), Key(key).encoded()) << size;
      EXPECT_EQ(record.value, value);
      EXPECT_EQ(record.version().text(), "v");
      EXPECT_EQ(record.event_id(), Key(1).encoded());
    }
  }
}

TEST(RecordBuffer, NamesNotesAndVersionsCount) {
  RecordBuffer buffer(Limits{});
  buffer.From({"source", "name", 1, "life"});
  EXPECT_EQ(buffer.bytes(), 14U);
  buffer.From({"source", "name", 2, "life"});
  EXPECT_EQ(buffer.bytes(), 14U);  // kept once
  buffer.Advance("source", "name", 9, "note");
  EXPECT_EQ(buffer.bytes(), 28U);  // the same partition without its incarnation is another name
  buffer.Add(Entry(), Operation::kUpsert, {1}, "", {.version = "version"});
  const std::size_t integers = Key(1).encoded().size() + 5;  // space and table id before it
  EXPECT_EQ(buffer.bytes(), 28U + integers + 7U);
}

TEST(RecordBuffer, NamesOverTheLimitAreNotKept) {
  RecordBuffer buffer({.batch_bytes = 100});
  buffer.From({std::string(101, 's'), 0, 1});
  EXPECT_TRUE(buffer.overflowed());
  EXPECT_TRUE(buffer.steps().empty());
  EXPECT_EQ(buffer.bytes(), 0U);
}

TEST(RecordBuffer, WhatHasNoRoomIsNotKept) {
  const auto overflows = [](const Limits& limits, auto add) {
    RecordBuffer buffer(limits);
    add(&buffer);
    EXPECT_TRUE(buffer.full());
    EXPECT_TRUE(buffer.records().empty());
    return buffer.overflowed();
  };
  const Limits tight{.batch_bytes = 20};
  const std::string large(21, 'x');
  EXPECT_TRUE(overflows(tight, [&](RecordBuffer* b) { b->Advance("s", 0, 1, large); }));
  EXPECT_TRUE(overflows(tight, [&](RecordBuffer* b) { b->Reject(Entry(), large, "why"); }));
  EXPECT_TRUE(overflows(tight, [&](RecordBuffer* b) {
    b->Add(Entry(), Operation::kUpsert, {1}, "", {.version = 1, .event_id = Key(large)});
  }));
  EXPECT_TRUE(overflows({.batch_records = 0}, [](RecordBuffer* b) {
    for (std::int64_t i = 0; i < 2; ++i) b->From({"s", 0, i});
  }));
}

TEST(RecordBuffer, TheFirstReasonStays) {
  RecordBuffer buffer({.key_bytes = 10, .value_bytes = 5});
  const Key none, large(std::string(kEventIdBytesMax, 'e'));
  const std::string key(10, 'k');
  buffer.Add(Entry(), Operation::kUpsert, {key}, "123456", {.event_id = none});
  buffer.Add(Entry(), Operation::kUpsert, {key}, "123456", {.event_id = large});
  buffer.Add(Entry(), Operation::kUpsert, {1}, "123456", {.event_id = none});
  EXPECT_EQ(buffer.records()[0].invalid, Reason::kKeyTooLarge);
  EXPECT_EQ(buffer.records()[1].invalid, Reason::kKeyTooLarge);
  EXPECT_EQ(buffer.records()[2].invalid, Reason::kEventIdMissing);
}

TEST(RecordBuffer, TooManyNamesAreForgottenBetweenBatches) {
  RecordBuffer buffer(Limits{});
  for (std::int64_t i = 0; i < 5'000; ++i) buffer.From({"s", i, 1});
  buffer.Clear();
  buffer.From({"s", 4'999, 2});
  ASSERT_EQ(buffer.steps().size(), 1U);
  EXPECT_EQ(buffer.steps()[0].where->partition, Partition(4'999));
}

TEST(RecordBuffer, OneThatIsNotFullTakesTheLargestRecord) {
  const Limits limits{.key_bytes = 100, .value_bytes = 100, .batch_bytes = 255'000};
  const std::string event(kEventIdBytesMax - 2, 'e');
  const Key id(event);
  // The largest that is valid, and one of which as much is kept as ever is.
  for (const std::size_t over : {std::size_t{0}, 2 * kQuarantineValueBytes}) {
    RecordBuffer buffer(limits);
    const std::string key(98 + over, 'k'), value(100 + over, 'v');
    while (!buffer.full()) {
      buffer.Add(Entry(), Operation::kUpsert, {key}, value, {.version = 1, .event_id = id});
      ASSERT_EQ(buffer.records().back().invalid, over == 0 ? Reason::kNone : Reason::kKeyTooLarge);
    }
    EXPECT_FALSE(buffer.overflowed());
    EXPECT_LE(buffer.bytes(), limits.batch_bytes);
  }
}

TEST(RecordBuffer, AnEmptyOneIsNotFullHoweverLargeARecordMayBe) {
  RecordBuffer buffer({.value_bytes = 1000, .batch_bytes = 100});
  EXPECT_FALSE(buffer.full());
  AddOne(&buffer, "k", "v");
  EXPECT_TRUE(buffer.full());
  EXPECT_FALSE(buffer.overflowed());
}

TEST(RecordBuffer, WhatIsOverItsLimitIsInvalidAndCut) {
  RecordBuffer buffer({.key_bytes = 10, .value_bytes = 5, .batch_bytes = 200'000});
  AddOne(&buffer, "key", "123456");
  AddOne(&buffer, "a-long-key", "1");
  AddOne(&buffer, "key", std::string(kQuarantineValueBytes + 1, 'v'));
  buffer.Add(Entry(), Operation::kUpsert, KeyRef(Key()), "1", {.version = 1});
  buffer.Add(Entry(), Operation::kUpsert, {1}, "1", {.version = 1, .event_id = Key()});
  buffer.Reject(Entry(), "raw", std::string(100'000, 'w'));
  ASSERT_FALSE(buffer.overflowed());
  const auto& records = buffer.records();
  EXPECT_EQ(records[0].invalid, Reason::kValueTooLarge);
  EXPECT_EQ(records[1].invalid, Reason::kKeyTooLarge);
  EXPECT_EQ(records[2].value.size(), kQuarantineValueBytes);
  EXPECT_EQ(records[2].value_bytes, kQuarantineValueBytes + 1);
  EXPECT_EQ(records[3].invalid, Reason::kKeyMissing);
  EXPECT_EQ(records[4].invalid, Reason::kEventIdMissing);
  EXPECT_EQ(records[5].invalid, Reason::kRejectedByHost);
  EXPECT_LT(buffer.bytes(), 70'000U);  // what was kept, not what came
}

}  // namespace
}  // namespace idem::pipeline
