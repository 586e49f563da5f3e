// SPDX-License-Identifier: Apache-2.0

#include "codec/keyspace.h"

#include "base/hex.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace idem::codec {
namespace {

TEST(KeyspaceTest, NoTwoKindsOfKeysMeet) {
  std::string event;
  std::string row;
  AppendEventKey(1, "", &event);
  AppendRowKey(1, "", &row);
  const std::vector<std::string> ascending = {SpaceKey(Space::kFormat),
                                              SpaceKey(Space::kEpoch),
                                              SpaceKey(Space::kLastCommit),
                                              TableKey("a"),
                                              TableStateKey(1),
                                              SourceKey("a"),
                                              CheckpointKey("a", 1),
                                              RewindKey("a", 1, 1),
                                              RequestTokenKey("a"),
                                              SequenceTokenKey("a", 1),
                                              TokenFloorKey("a"),
                                              QuarantineKey({1, 1}),
                                              event,
                                              row};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(ascending[i - 1][0], ascending[i][0]) << i;
  }
}

TEST(KeyspaceTest, SourcesNeverRunIntoTheirPartitions) {
  EXPECT_NE(CheckpointKey("a", "bc"), CheckpointKey("ab", "c"));
  EXPECT_NE(CheckpointKey("a", 7), CheckpointKey("a", "7"));
  EXPECT_FALSE(CheckpointKey("ab", 1).starts_with(CheckpointPrefix("a")));
  EXPECT_TRUE(CheckpointKey("a", "b").starts_with(CheckpointPrefix("a")));
  EXPECT_TRUE(RewindKey("a", "b", 9).starts_with(RewindPrefix("a")));
  EXPECT_TRUE(SequenceTokenKey("a", 9).starts_with(SequenceTokenPrefix("a")));
  EXPECT_FALSE(SequenceTokenKey("ab", 9).starts_with(SequenceTokenPrefix("a")));
}

TEST(KeyspaceTest, PartitionsSequencesAndRewindsSortAsNumbers) {
  EXPECT_LT(CheckpointKey("s", -1), CheckpointKey("s", 0));
  EXPECT_LT(CheckpointKey("s", 2), CheckpointKey("s", 10));
  EXPECT_LT(CheckpointKey("s", INT64_MAX), CheckpointKey("s", "0")) << "numbers before names";
  EXPECT_LT(SequenceTokenKey("s", -1), SequenceTokenKey("s", 0));
  EXPECT_LT(SequenceTokenKey("s", 255), SequenceTokenKey("s", 256));
  EXPECT_LT(RewindKey("s", 1, 255), RewindKey("s", 1, 256));
}

TEST(KeyspaceTest, ATokensSequenceReadsBack) {
  for (const std::int64_t sequence : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    const std::string key = SequenceTokenKey("app", sequence);
    std::int64_t read = 7;
    EXPECT_TRUE(ReadTokenSequence(key, &read));
    EXPECT_EQ(read, sequence);
    EXPECT_FALSE(ReadTokenSequence(key.substr(0, key.size() - 1), &read)) << "short";
    EXPECT_FALSE(ReadTokenSequence(key + "x", &read)) << "long";
    EXPECT_FALSE(ReadTokenSequence(key.substr(0, 4), &read)) << "a name without an end";
  }
}

TEST(KeyspaceTest, RowKeysBeginWithTheirTable) {
  std::string key = "kept";
  AppendRowKey(0x01020304, "rest", &key);
  EXPECT_EQ(key, "kept\x60\x01\x02\x03\x04rest");
  EXPECT_EQ(key.substr(4).size(), kRowKeyPrefixBytes + 4);
}

TEST(KeyspaceTest, PrefixEndIsTheFirstKeyBeyond) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\x7f"), "\x80");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
  std::mt19937_64 random(3);
  const auto text = [&random] {
    std::string bytes(random() % 4, '\0');
    for (char& byte : bytes) byte = "\x00\x01\xfe\xff"[random() % 4];
    return bytes;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string prefix = text();
    const std::string key = text();
    const std::string end = PrefixEnd(prefix);
    const bool inside = key >= prefix && (end.empty() || key < end);
    ASSERT_EQ(inside, key.starts_with(prefix)) << base::ToHex(prefix) << ' ' << base::ToHex(key);
  }
}

TEST(KeyspaceTest, SourceAndPartitionReadBack) {
  for (const Partition& partition : {Partition(7), Partition(-1), Partition("7"), Partition("")}) {
    const std::string key = RewindKey("orders", partition, 5);
    std::string_view rest = key;
    std::string source;
    Partition read;
    ASSERT_TRUE(ReadSourcePartition(Space::kRewind, &rest, &source, &read));
    EXPECT_EQ(source, "orders");
    EXPECT_EQ(read, partition);
    EXPECT_EQ(rest.size(), 8u);
    rest = key;
    EXPECT_FALSE(ReadSourcePartition(Space::kCheckpoint, &rest, &source, &read));
  }
}

TEST(KeyspaceTest, PartitionsAreIntegersOrStringsOnly) {
  for (const char* hex : {"", "05", "11", "30bff0000000000000", "506100", "4061", "2080"}) {
    std::string bytes;
    for (std::string_view rest = hex; !rest.empty(); rest.remove_prefix(2)) {
      bytes.push_back(static_cast<char>(base::HexDigit(rest[0]) << 4 | base::HexDigit(rest[1])));
    }
    std::string_view input = bytes;
    Partition partition;
    EXPECT_FALSE(ReadPartition(&input, &partition)) << hex;
  }
}

}  // namespace
}  // namespace idem::codec
