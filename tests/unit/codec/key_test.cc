// SPDX-License-Identifier: Apache-2.0

#include <idem/key.h>
#include <idem/record.h>

#include "base/hex.h"
#include "unit/codec/key_model.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_set>

namespace idem {
namespace {

using codec::CompareModel;
using codec::FromKeyPart;
using codec::KeyGenerator;
using codec::ModelKey;
using codec::ToKeyParts;

// CASES A1: a separator that is also data once merged two rows.
TEST(KeyTest, PartsNeverRunTogether) {
  EXPECT_NE(Key("a", "bc"), Key("ab", "c"));
  EXPECT_NE(Key("a", "b"), Key("ab"));
  EXPECT_NE(Key(Key("a", "b").encoded()), Key("a", "b"));
}

// CASES A2: markers for null and empty were once equal to real strings.
TEST(KeyTest, NullEmptyAbsentAndOddBytesAreAllDifferent) {
  const std::string_view nul("\0", 1);
  const std::string_view nul_ff("\0\xff", 2);
  const std::vector<Key> keys = {Key(),
                                 Key(nullptr),
                                 Key(""),
                                 Key("", ""),
                                 Key(nullptr, ""),
                                 Key("", nullptr),
                                 Key(nul),
                                 Key(nul, nul),
                                 Key(nul_ff),
                                 Key("\xff"),
                                 Key("null"),
                                 Key("__null__"),
                                 Key("__empty__"),
                                 Key(Bytes{""}),
                                 Key(Bytes{nul}),
                                 Key(0),
                                 Key(false),
                                 Key(0.0),
                                 Key("0"),
                                 Key(Uuid{}),
                                 Key("a:b"),
                                 Key("a", "b"),
                                 Key("a:", "b"),
                                 Key(1),
                                 Key("1"),
                                 Key(1.0),
                                 Key(true),
                                 Key(Bytes{"1"})};
  std::set<std::string> encodings;
  for (const Key& key : keys)
    EXPECT_TRUE(encodings.emplace(key.encoded()).second) << key.ToString();
}

// CASES A3: NULL that is not equal to itself makes ten rows of one.
TEST(KeyTest, NullEqualsItself) {
  EXPECT_EQ(Key("tenant", nullptr), Key("tenant", nullptr));
  EXPECT_EQ(Key("tenant", nullptr).encoded(), Key("tenant", nullptr).encoded());
}

TEST(KeyTest, EveryWayToMakeAKeyGivesTheSameBytes) {
  const std::string name = "user-7";
  const Key key(name, 42);
  EXPECT_EQ(Key({KeyPart("user-7"), KeyPart(std::int64_t{42})}), key);
  EXPECT_EQ(Key(std::vector<KeyPart>{name, 42}), key);
  EXPECT_EQ(Key(std::string_view("user-7"), std::uint32_t{42}), key);
  EXPECT_EQ(Key::FromEncoded(key.encoded()).value(), key);
  std::string encoded = "prefix";
  codec::AppendKey({name, 42}, &encoded);
  EXPECT_EQ(encoded, "prefix" + std::string(key.encoded()));
  encoded.clear();
  codec::AppendKey(key, &encoded);
  EXPECT_EQ(encoded, key.encoded());
}

// A number above 2^63 - 1 would become another one without a word.
TEST(KeyTest, UnsignedNumbersThatMayNotFitAreRefusedByTheCompiler) {
  static_assert(!std::is_constructible_v<KeyPart, std::uint64_t>);
  static_assert(!std::is_constructible_v<Version, std::uint64_t>);
  static_assert(!std::is_constructible_v<PartitionRef, std::uint64_t>);
  static_assert(!std::is_constructible_v<PartitionRef, std::size_t>);
  EXPECT_EQ(PartitionRef(std::uint32_t{4'000'000'000}).number(), 4'000'000'000);
  EXPECT_EQ(PartitionRef(std::int64_t{-1}).number(), -1);
}

// 'a' is 97 to the compiler, and one of the letters to whoever wrote it.
TEST(KeyTest, CharactersAreRefusedByTheCompiler) {
  static_assert(!std::is_constructible_v<KeyPart, char>);
  static_assert(!std::is_constructible_v<KeyPart, char32_t>);
  static_assert(!std::is_constructible_v<Version, wchar_t>);
  static_assert(!std::is_constructible_v<PartitionRef, char8_t>);
  static_assert(!std::is_constructible_v<Partition, char16_t>);
  EXPECT_EQ(Key(std::int8_t{-1}, std::uint8_t{255}), Key(-1, 255));
}

TEST(KeyTest, ANullPointerIsNullAndNoVersion) {
  const char* text = nullptr;
  char* changeable = nullptr;
  EXPECT_EQ(Key(text, changeable), Key(nullptr, nullptr));
  EXPECT_FALSE(Version(text).has_value());
  EXPECT_FALSE(Version(changeable).has_value());
  char array[] = "user-7";
  text = array;
  EXPECT_EQ(Key(text, array, &array[0]), Key("user-7", std::string("user-7"), "user-7"));
  EXPECT_EQ(Version(text).text(), "user-7");
  EXPECT_EQ(KeyPart("").type(), KeyType::kString);
}

struct Place {
  Partition partition = 7;
};

TEST(KeyTest, APartitionIsMadeOfANumberOrAName) {
  const std::string name = "7";
  EXPECT_EQ(Place().partition, 7);
  EXPECT_EQ(Place{.partition = name}.partition, "7");
  EXPECT_NE(Partition(7), "7");
  EXPECT_EQ(Partition(PartitionRef(Partition("7"))), name);
  EXPECT_LT(Partition(8), Partition("7")) << "numbers come first";
  static_assert(!std::is_constructible_v<Partition, std::uint64_t>);
}

TEST(KeyTest, KeysAndPartitionsCanBeHashed) {
  const std::unordered_set<Key> keys = {Key(1), Key("1"), Key(1)};
  EXPECT_EQ(keys.size(), 2U);
  const std::unordered_set<Partition> partitions = {1, "1", 1};
  EXPECT_EQ(partitions.size(), 2U);
}

// As <idem/record.h> shows it.
TEST(KeyTest, AKeyMadeInPlaceIsAnEventId) {
  const std::string event = "event";
  const auto bytes = [](const WriteOptions& options) {
    return std::string(options.event_id->encoded());
  };
  EXPECT_EQ(bytes({.version = 1, .event_id = Key(event)}), Key(event).encoded());
}

TEST(KeyTest, ForeignBytesAreRefusedAsInput) {
  EXPECT_TRUE(Key::FromEncoded("").value().empty());
  for (const std::string_view bytes : {std::string_view("user-7"), std::string_view("\0", 1),
                                       std::string_view("\x40"
                                                        "abc"),
                                       std::string_view("\x20")}) {
    const Result<Key> key = Key::FromEncoded(bytes);
    ASSERT_FALSE(key) << base::ToHex(bytes);
    EXPECT_EQ(key.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(key.error().message().find("user-7"), std::string::npos);
  }
}

TEST(KeyTest, PartsReadBack) {
  KeyGenerator generator(21);
  std::string storage;
  for (int i = 0; i < 20'000; ++i) {
    const ModelKey model = generator.Next();
    const Key key(ToKeyParts(model));
    ModelKey read;
    for (const KeyPart& part : key.Parts(&storage)) read.push_back(FromKeyPart(part));
    ASSERT_EQ(CompareModel(read, model), std::strong_ordering::equal) << key.ToString();
    ASSERT_EQ(Key(ToKeyParts(read)), key);
  }
}

TEST(KeyTest, ComparisonIsTheOrderOfTheParts) {
  KeyGenerator generator(22);
  for (int i = 0; i < 20'000; ++i) {
    const auto [a, b] = generator.Pair();
    ASSERT_EQ(Key(ToKeyParts(a)) <=> Key(ToKeyParts(b)), CompareModel(a, b));
  }
}

TEST(KeyTest, TextForPeople) {
  EXPECT_EQ(Key().ToString(), "()");
  EXPECT_EQ(Key("user-7", 1718000000).ToString(), "(\"user-7\", 1718000000)");
  EXPECT_EQ(Key(nullptr, true, false).ToString(), "(null, true, false)");
  EXPECT_EQ(Key("say \"hi\"\n").ToString(), "(\"say \\\"hi\\\"\\n\")");
  EXPECT_EQ(Key(Bytes{std::string_view("\0\xff", 2)}).ToString(), "(x'00ff')");
  EXPECT_EQ(Key(1, 1.0, -1.0, 0.5, 1e300).ToString(), "(1, 1.0, -1.0, 0.5, 1e+300)");
  EXPECT_EQ(Key(std::numeric_limits<double>::quiet_NaN()).ToString(), "(nan)");
  EXPECT_EQ(Key(-std::numeric_limits<double>::infinity()).ToString(), "(-inf)");
  EXPECT_EQ(Key(Uuid{}).ToString(), "(00000000-0000-0000-0000-000000000000)");
}

TEST(UuidTest, TextReadsBack) {
  const std::string text = "63d9586d-899f-4d33-b8a7-52739781b3fc";
  const Uuid uuid = Uuid::Parse(text).value();
  EXPECT_EQ(uuid.ToString(), text);
  EXPECT_EQ(uuid.bytes[0], 0x63);
  EXPECT_EQ(uuid.bytes[15], 0xfc);
  EXPECT_EQ(Uuid::Parse("63D9586D899F4D33B8A752739781B3FC").value(), uuid);
}

TEST(UuidTest, OtherTextIsRefused) {
  for (const char* text :
       {"", "63d9586d-899f-4d33-b8a7-52739781b3f", "63d9586d-899f-4d33-b8a7-52739781b3fc0",
        "63d9586d-899f-4d33-b8a752739781b3fc", "63d9586d8-99f-4d33-b8a7-52739781b3fc",
        "63d9586d-899f-4d33-b8a7-52739781b3fg", "{63d9586d-899f-4d33-b8a752739781b3fc",
        "63d9586d899f4d33b8a752739781b3f-", "63d9586d+899f+4d33+b8a7+52739781b3fc"}) {
    EXPECT_FALSE(Uuid::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace idem
