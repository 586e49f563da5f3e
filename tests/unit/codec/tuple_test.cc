// SPDX-License-Identifier: Apache-2.0

#include "codec/tuple.h"

#include "base/hex.h"
#include "unit/codec/key_model.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

namespace idem::codec {
namespace {

using Bits = std::numeric_limits<double>;

std::string Hex(const KeyPart& part) {
  std::string encoded;
  AppendPart(part, &encoded);
  return base::ToHex(encoded);
}

std::string Encoded(const ModelKey& key) {
  std::string encoded;
  for (const ModelPart& part : key) AppendPart(ToKeyPart(part), &encoded);
  return encoded;
}

// False when the bytes are not the encoding of a key.
bool Decode(std::string_view bytes, ModelKey* key) {
  key->clear();
  while (!bytes.empty()) {
    DecodedPart part;
    std::string text = "before";  // what is read comes after what stands there
    if (!ReadPart(&bytes, &part, &text)) return false;
    EXPECT_EQ(text.substr(0, 6), "before");
    key->push_back(FromDecoded(part, text));
  }
  return true;
}

TEST(TupleTest, KnownBytes) {
  EXPECT_EQ(Hex(nullptr), "05");
  EXPECT_EQ(Hex(false), "10");
  EXPECT_EQ(Hex(true), "11");
  EXPECT_EQ(Hex(0), "208000000000000000");
  EXPECT_EQ(Hex(-1), "207fffffffffffffff");
  EXPECT_EQ(Hex(INT64_MIN), "200000000000000000");
  EXPECT_EQ(Hex(INT64_MAX), "20ffffffffffffffff");
  EXPECT_EQ(Hex(""), "4000");
  EXPECT_EQ(Hex(std::string_view("a\0b", 3)), "406100ff6200");
  EXPECT_EQ(Hex("\xff"), "40ff00");
  EXPECT_EQ(Hex(Bytes{"a"}), "506100");
  EXPECT_EQ(Hex(Uuid::Parse("63d9586d-899f-4d33-b8a7-52739781b3fc").value()),
            "6063d9586d899f4d33b8a752739781b3fc");
}

TEST(TupleTest, DoublesHaveOneZeroAndOneNan) {
  EXPECT_EQ(Hex(0.0), "308000000000000000");
  EXPECT_EQ(Hex(-0.0), "308000000000000000");
  EXPECT_EQ(Hex(1.0), "30bff0000000000000");
  EXPECT_EQ(Hex(-1.0), "30400fffffffffffff");
  EXPECT_EQ(Hex(Bits::infinity()), "30fff0000000000000");
  EXPECT_EQ(Hex(-Bits::infinity()), "30000fffffffffffff");
  for (const double nan : {Bits::quiet_NaN(), -Bits::quiet_NaN(), Bits::signaling_NaN()}) {
    EXPECT_EQ(Hex(nan), "30fff8000000000000");
  }
}

TEST(TupleTest, OrderOfEncodingsIsOrderOfKeys) {
  KeyGenerator generator(11);
  for (int i = 0; i < 100'000; ++i) {
    const auto [a, b] = generator.Pair();
    const auto order = CompareModel(a, b);
    ASSERT_EQ(Encoded(a).compare(Encoded(b)) <=> 0, order)
        << base::ToHex(Encoded(a)) << ' ' << base::ToHex(Encoded(b));
  }
}

TEST(TupleTest, DifferentKeysHaveDifferentEncodings) {
  KeyGenerator generator(12);
  std::map<std::string, ModelKey> keys;
  for (int i = 0; i < 100'000; ++i) {
    const ModelKey key = generator.Next();
    const auto [found, fresh] = keys.emplace(Encoded(key), key);
    if (!fresh) {
      ASSERT_EQ(CompareModel(found->second, key), std::strong_ordering::equal);
    }
  }
  EXPECT_GT(keys.size(), 10'000u);
}

TEST(TupleTest, AShorterKeyIsAPrefixOfTheLongerOne) {
  KeyGenerator generator(13);
  for (int i = 0; i < 10'000; ++i) {
    ModelKey key = generator.Next();
    const std::string whole = Encoded(key);
    for (; !key.empty(); key.pop_back()) ASSERT_TRUE(whole.starts_with(Encoded(key)));
  }
}

TEST(TupleTest, KeysReadBack) {
  KeyGenerator generator(14);
  for (int i = 0; i < 20'000; ++i) {
    const ModelKey key = generator.Next();
    const std::string encoded = Encoded(key);
    ASSERT_TRUE(IsValidKey(encoded));
    ModelKey read;
    ASSERT_TRUE(Decode(encoded, &read));
    ASSERT_EQ(CompareModel(read, key), std::strong_ordering::equal);
  }
}

// Every byte string up to five bytes over the bytes that mean something, against the list of all
// encodings of that size.
TEST(TupleTest, ShortBytesAreValidExactlyWhenAKeyEncodesToThem) {
  constexpr std::size_t kSizeMax = 5;
  const std::string alphabet("\x00\x05\x10\x11\x20\x40\x50\x61\xff", 9);
  std::set<std::string> parts = {"\x05", "\x10", "\x11"};
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string encoded;
    AppendPart(texts[i], &encoded);
    if (encoded.size() > kSizeMax) continue;
    parts.insert(encoded);
    encoded.clear();
    AppendPart(Bytes{texts[i]}, &encoded);
    parts.insert(encoded);
    for (const char c : alphabet) texts.push_back(texts[i] + c);
  }
  std::set<std::string> keys = {""};
  for (std::size_t part_count = 0; part_count < kSizeMax; ++part_count) {
    for (const std::string& key : std::set<std::string>(keys)) {
      for (const std::string& part : parts) {
        if (key.size() + part.size() <= kSizeMax) keys.insert(key + part);
      }
    }
  }
  std::size_t valid = 0;
  std::vector<std::string> all = {""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(IsValidKey(all[i]), keys.contains(all[i])) << base::ToHex(all[i]);
    valid += keys.count(all[i]);
    if (all[i].size() == kSizeMax) continue;
    for (const char c : alphabet) all.push_back(all[i] + c);
  }
  EXPECT_EQ(valid, keys.size());
}

TEST(TupleTest, RandomBytesAreRefusedOrReadBackAsThemselves) {
  KeyGenerator generator(15);
  std::size_t accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string bytes = generator.Damaged(Encoded(generator.Next()));
    ModelKey key;
    const bool decoded = Decode(bytes, &key);
    ASSERT_EQ(IsValidKey(bytes), decoded) << base::ToHex(bytes);
    if (!decoded) continue;
    ++accepted;
    ASSERT_EQ(base::ToHex(Encoded(key)), base::ToHex(bytes));
  }
  EXPECT_GT(accepted, 1000u);
}

TEST(TupleTest, SecondFormsOfANumberAreRefused) {
  using std::string_view_literals::operator""sv;
  EXPECT_FALSE(IsValidKey("\x30\x7f\xff\xff\xff\xff\xff\xff\xff"sv)) << "-0.0";
  EXPECT_FALSE(IsValidKey("\x30\xff\xf0\x00\x00\x00\x00\x00\x01"sv)) << "another NaN";
  EXPECT_FALSE(IsValidKey("\x30\x00\x07\xff\xff\xff\xff\xff\xff"sv)) << "a negative NaN";
  EXPECT_TRUE(IsValidKey("\x30\xff\xf8\x00\x00\x00\x00\x00\x00"sv));
}

TEST(TupleTest, UnassignedCodesAreRefused) {
  const std::string assigned("\x05\x10\x11\x20\x30\x40\x50\x60", 8);
  for (int code = 0; code < 256; ++code) {
    const std::string bytes =
        std::string(1, static_cast<char>(code)) + '\x80' + std::string(15, '\0');
    std::string_view input = bytes;
    DecodedPart part;
    std::string text;
    EXPECT_EQ(ReadPart(&input, &part, &text), assigned.find(bytes[0]) != std::string::npos) << code;
  }
}

}  // namespace
}  // namespace idem::codec
