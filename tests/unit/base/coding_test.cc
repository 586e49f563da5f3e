// SPDX-License-Identifier: Apache-2.0

#include "base/coding.h"

#include "base/hex.h"

#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

namespace idem::base {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

template <typename Append, typename Value>
std::string Hex(Append append, Value value) {
  std::string bytes;
  append(value, &bytes);
  return ToHex(bytes);
}

std::string Ordered(std::int64_t value) {
  std::string bytes;
  AppendOrderedInt64(value, &bytes);
  return bytes;
}

TEST(CodingTest, FixedNumbersAreBigEndian) {
  EXPECT_EQ(Hex(AppendFixed32, 0x01020304u), "01020304");
  EXPECT_EQ(Hex(AppendFixed64, 0x0102030405060708u), "0102030405060708");
  EXPECT_EQ(Hex(AppendByte, std::uint8_t{0xfe}), "fe");
}

TEST(CodingTest, OrderedIntegersSortAsTheirValues) {
  EXPECT_EQ(ToHex(Ordered(0)), "8000000000000000");
  EXPECT_EQ(ToHex(Ordered(-1)), "7fffffffffffffff");
  EXPECT_EQ(ToHex(Ordered(kMin)), "0000000000000000");
  const std::vector<std::int64_t> ascending = {kMin, -256, -255, -1, 0, 1, 255, 256, kMax};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(Ordered(ascending[i - 1]), Ordered(ascending[i])) << ascending[i];
  }
  for (const std::int64_t value : ascending) {
    const std::string bytes = Ordered(value);
    Reader reader(bytes);
    std::int64_t read = 0;
    ASSERT_TRUE(reader.ReadOrderedInt64(&read));
    EXPECT_EQ(read, value);
  }
}

TEST(CodingTest, VarintsHaveKnownBytes) {
  EXPECT_EQ(Hex(AppendVarint64, 0u), "00");
  EXPECT_EQ(Hex(AppendVarint64, 127u), "7f");
  EXPECT_EQ(Hex(AppendVarint64, 128u), "8001");
  EXPECT_EQ(Hex(AppendVarint64, 300u), "ac02");
  EXPECT_EQ(Hex(AppendVarint64, UINT64_MAX), "ffffffffffffffffff01");
  EXPECT_EQ(Hex(AppendVarint32, UINT32_MAX), "ffffffff0f");
}

TEST(CodingTest, VarintsReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    std::string bytes;
    AppendVarint64(value, &bytes);
    Reader reader(bytes);
    std::uint64_t read = 0;
    ASSERT_TRUE(reader.ReadVarint64(&read)) << value;
    EXPECT_EQ(read, value);
    EXPECT_TRUE(reader.AtEnd());
  }
}

struct BadVarint {
  const char* name;
  std::string bytes;
};

TEST(CodingTest, VarintsWithASecondFormAreRefused) {
  const std::vector<BadVarint> cases = {
      {"empty", ""},
      {"torn", "\x80"},
      {"zero in two bytes", std::string("\x80\x00", 2)},
      {"one in two bytes", std::string("\x81\x00", 2)},
      {"eleven bytes", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {"over 64 bits", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"},
      {"torn at ten bytes", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
  };
  for (const BadVarint& bad : cases) {
    Reader reader(bad.bytes);
    std::uint64_t value = 0;
    EXPECT_FALSE(reader.ReadVarint64(&value)) << bad.name;
  }
}

TEST(CodingTest, Varint32RefusesWhatDoesNotFit) {
  std::string bytes;
  AppendVarint64(std::uint64_t{UINT32_MAX} + 1, &bytes);
  Reader reader(bytes);
  std::uint32_t value = 0;
  EXPECT_FALSE(reader.ReadVarint32(&value));
}

TEST(CodingTest, ReadersStopAtTheEnd) {
  Reader reader("abc");
  std::uint32_t fixed32 = 0;
  std::uint64_t fixed64 = 0;
  std::string_view bytes;
  EXPECT_FALSE(reader.ReadFixed32(&fixed32));
  EXPECT_FALSE(reader.ReadFixed64(&fixed64));
  EXPECT_FALSE(reader.ReadBytes(4, &bytes));
  EXPECT_FALSE(reader.ReadBytes(SIZE_MAX, &bytes));
  ASSERT_TRUE(reader.ReadBytes(3, &bytes));
  EXPECT_EQ(bytes, "abc");
  std::uint8_t byte = 0;
  EXPECT_FALSE(reader.ReadByte(&byte));
  EXPECT_FALSE(reader.Expect(0));
  EXPECT_TRUE(reader.ReadBytes(0, &bytes));
}

TEST(CodingTest, SizedBytesKeepTheirBounds) {
  std::string bytes;
  AppendSized("", &bytes);
  AppendSized(std::string(200, 'x'), &bytes);
  EXPECT_EQ(ToHex(bytes).substr(0, 8), "00c80178");
  Reader reader(bytes);
  std::string_view empty;
  std::string long_one;
  ASSERT_TRUE(reader.ReadSized(&empty));
  ASSERT_TRUE(reader.ReadSized(&long_one));
  EXPECT_EQ(empty, "");
  EXPECT_EQ(long_one, std::string(200, 'x'));
  EXPECT_TRUE(reader.AtEnd());
}

TEST(CodingTest, ASizeBeyondTheBytesIsRefused) {
  Reader reader(
      "\xff\xff\xff\xff\x0f"
      "abc");
  std::string text;
  EXPECT_FALSE(reader.ReadSized(&text));
}

TEST(CodingTest, ExpectConsumesTheByteItFound) {
  Reader reader("ab");
  EXPECT_TRUE(reader.Expect('a'));
  EXPECT_EQ(reader.rest(), "b");
  EXPECT_FALSE(reader.Expect('a'));
}

}  // namespace
}  // namespace idem::base
