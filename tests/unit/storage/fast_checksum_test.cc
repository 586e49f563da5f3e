// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/fast_checksum.h"

#include "support/random.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace idem::storage {
namespace {

// The examples of RFC 3720, B.4, and the check value of the catalogues.
TEST(FastChecksumTest, TheTableGivesThePublishedValues) {
  EXPECT_EQ(ExtendByTable(0, ""), 0U);
  EXPECT_EQ(ExtendByTable(0, "123456789"), 0xe3069283U);
  EXPECT_EQ(ExtendByTable(0, std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(ExtendByTable(0, std::string(32, '\xff')), 0x62a8ab43U);
}

std::string RandomBytes(std::size_t size) {
  testing::Random random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
  return bytes;
}

TEST(FastChecksumTest, TheInstructionGivesTheSameForEverySizeAndPlace) {
  if (!HasChecksumInstruction()) GTEST_SKIP() << "this processor or build has no such instruction";
  const std::string bytes = RandomBytes(400);
  for (std::size_t begin = 0; begin < 16; ++begin) {
    for (std::size_t size = 0; begin + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(begin, size);
      ASSERT_EQ(ExtendByInstruction(0, part), ExtendByTable(0, part)) << begin << " " << size;
    }
  }
}

// Lanes: none, one round of them and the rest, several rounds.
TEST(FastChecksumTest, TheInstructionGivesTheSameForManyBytes) {
  if (!HasChecksumInstruction()) GTEST_SKIP() << "this processor or build has no such instruction";
  const std::string bytes = RandomBytes(std::size_t{40} << 10);
  const std::uint32_t before = ExtendByTable(0, "what was there before");
  for (std::size_t size = 1; size < bytes.size(); size += size < 5'000 ? 7 : 997) {
    const std::string_view part = std::string_view(bytes).substr(size % 13, size);
    ASSERT_EQ(ExtendByInstruction(before, part), ExtendByTable(before, part)) << size;
  }
}

TEST(FastChecksumTest, PiecesGiveTheSameAsTheWhole) {
  const std::string_view whole = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::uint32_t first = ExtendByTable(0, whole.substr(0, cut));
    EXPECT_EQ(ExtendByTable(first, whole.substr(cut)), ExtendByTable(0, whole));
    if (!HasChecksumInstruction()) continue;
    EXPECT_EQ(ExtendByInstruction(first, whole.substr(cut)), ExtendByTable(0, whole));
  }
}

TEST(FastChecksumTest, RocksDBUsesIt) {
  if (!HasChecksumInstruction()) GTEST_SKIP() << "this processor or build has no such instruction";
  EXPECT_TRUE(RocksUsesFastChecksums()) << "is RocksDB linked statically, or loaded before idem?";
}

}  // namespace
}  // namespace idem::storage
