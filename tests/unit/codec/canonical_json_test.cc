// SPDX-License-Identifier: Apache-2.0

#include "codec/canonical_json.h"

#include <gtest/gtest.h>

#include <simdjson.h>
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace idem::codec {
namespace {

// Nullopt when refused. The input lies in a block of its exact size.
std::optional<std::string> Canonical(std::string_view json, std::vector<std::string> ignored = {}) {
  const std::vector<char> block(json.begin(), json.end());
  std::string out = "kept";
  if (!AppendCanonicalJson({block.data(), block.size()}, ignored, &out)) return std::nullopt;
  EXPECT_EQ(out.substr(0, 4), "kept");
  EXPECT_LE(out.size() - 4, json.size()) << "canonical text is never longer";
  return out.substr(4);
}

TEST(CanonicalJsonTest, WhiteSpaceGoes) {
  EXPECT_EQ(Canonical(" \t\r\n{ \"a\" : [ 1 , 2 , { } , [ ] ] } \n"), R"({"a":[1,2,{},[]]})");
  EXPECT_EQ(Canonical(" null "), "null");
  EXPECT_EQ(Canonical("\"a b\""), "\"a b\"");
}

TEST(CanonicalJsonTest, MembersSortByTheirUnescapedNames) {
  EXPECT_EQ(Canonical(R"({"b":1,"a":2,"c":{"y":0,"x":0}})"), R"({"a":2,"b":1,"c":{"x":0,"y":0}})");
  EXPECT_EQ(Canonical(R"({"b":1,"\u0061":2})"), R"({"a":2,"b":1})");
  // Escaped, `"` would sort as a backslash and so behind `A`.
  EXPECT_EQ(Canonical(R"({"A":1,"\"":2})"), R"({"\"":2,"A":1})");
  EXPECT_EQ(Canonical(R"({"aa":1,"a":2,"":3})"), R"({"":3,"a":2,"aa":1})");
  EXPECT_EQ(Canonical("{\"\xc3\xa9\":1,\"z\":2}"), "{\"z\":2,\"\xc3\xa9\":1}") << "bytes, unsigned";
}

TEST(CanonicalJsonTest, DuplicateNamesStayInTheirOrder) {
  EXPECT_EQ(Canonical(R"({"b":0,"a":2,"a":1,"a":3})"), R"({"a":2,"a":1,"a":3,"b":0})");
  EXPECT_EQ(Canonical(R"({"a":2,"\u0061":1})"), R"({"a":2,"a":1})");
}

TEST(CanonicalJsonTest, ArraysKeepTheirOrder) {
  EXPECT_EQ(Canonical("[3,1,2]"), "[3,1,2]");
  EXPECT_NE(Canonical("[1,2]"), Canonical("[2,1]"));
}

TEST(CanonicalJsonTest, NumbersKeepTheirText) {
  for (const char* number : {"0", "-0", "0.0", "1", "1.0", "1.10", "1e5", "1E+5", "1e-05", "1e999",
                             "123456789012345678901234567890.123456789"}) {
    EXPECT_EQ(Canonical(number), number);
  }
}

TEST(CanonicalJsonTest, StringsAreEscapedWhereTheyMustBe) {
  EXPECT_EQ(Canonical(R"("\u0041\/\u00e9\u20ac")"), "\"A/\xc3\xa9\xe2\x82\xac\"");
  EXPECT_EQ(Canonical(R"("\"\\\b\f\n\r\t")"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(Canonical(R"("\u0022\u005C\u0008\u000C\u000A\u000d\u0009")"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(Canonical(R"("\u0000\u001F\u007f")"), "\"\\u0000\\u001f\x7f\"");
}

TEST(CanonicalJsonTest, SurrogatePairsBecomeTheirCharacter) {
  EXPECT_EQ(Canonical(R"("\uD83D\uDE00")"), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(Canonical(R"("\ud800\udc00\udbff\udfff")"), "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
}

TEST(CanonicalJsonTest, LoneSurrogatesStayEscaped) {
  EXPECT_EQ(Canonical(R"("\uD800")"), R"("\ud800")");
  EXPECT_EQ(Canonical(R"("\uDFFFx\uD83D\uD83D\uDE00")"), "\"\\udfffx\\ud83d\xf0\x9f\x98\x80\"");
  EXPECT_EQ(Canonical(R"("\uD83D\n")"), R"("\ud83d\n")");
  // Those on either side of them are characters: U+D7FF, U+E000.
  EXPECT_EQ(Canonical(R"("\ud7ff\uE000")"), "\"\xed\x9f\xbf\xee\x80\x80\"");
  EXPECT_EQ(Canonical(R"("\ud83d\uE000")"), "\"\\ud83d\xee\x80\x80\"");
  EXPECT_EQ(Canonical(R"({"\udabc":1,"\uD800":2})"), R"({"\ud800":2,"\udabc":1})");
  EXPECT_NE(Canonical(R"("\ud800")"), Canonical(R"("\ud801")"));
}

TEST(CanonicalJsonTest, IgnoredMembersGo) {
  const std::string json = R"({"id":7,"meta":{"ts":1,"v":[{"ts":2}]},"ts":3})";
  EXPECT_EQ(Canonical(json, {"meta.ts"}), R"({"id":7,"meta":{"v":[{"ts":2}]},"ts":3})");
  EXPECT_EQ(Canonical(json, {"ts"}), R"({"id":7,"meta":{"ts":1,"v":[{"ts":2}]}})");
  EXPECT_EQ(Canonical(json, {"meta"}), R"({"id":7,"ts":3})");
  EXPECT_EQ(Canonical(json, {"id", "meta", "ts"}), "{}");
  EXPECT_EQ(Canonical(json, {"meta.v.ts"}), Canonical(json)) << "arrays are not entered";
  EXPECT_EQ(Canonical("[{\"a\":1}]", {"a"}), "[{\"a\":1}]");
  EXPECT_EQ(Canonical(R"({"a":1,"b":2,"\u0061":3})", {"a"}), R"({"b":2})");
}

TEST(CanonicalJsonTest, IgnoredPathsBeginAtTheRoot) {
  EXPECT_EQ(Canonical(R"({"x":{"a":1}})", {"a"}), R"({"x":{"a":1}})");
  EXPECT_EQ(Canonical(R"({"":{"a":1}})", {"a"}), R"({"":{"a":1}})");
  EXPECT_EQ(Canonical(R"({"":{"a":1}})", {".a"}), R"({"":{}})");
  EXPECT_EQ(Canonical(R"({"a.b":1,"a":{"b":2}})", {"a.b"}), R"({"a":{}})");
}

TEST(CanonicalJsonTest, WhatIsIgnoredMustStillBeJson) {
  EXPECT_EQ(Canonical(R"({"a":tru})", {"a"}), std::nullopt);
  EXPECT_EQ(Canonical(R"({"a":"\x"})", {"a"}), std::nullopt);
}

TEST(CanonicalJsonTest, NestingHasALimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(Canonical(nested(128)), nested(128));
  EXPECT_EQ(Canonical(nested(129)), std::nullopt);
  EXPECT_EQ(Canonical(std::string(10'000'000, '[')), std::nullopt);
  std::string objects = "1";
  for (int i = 0; i < 128; ++i) objects = "{\"a\":" + objects + "}";
  EXPECT_EQ(Canonical(objects), objects);
  EXPECT_EQ(Canonical("[" + objects + "]"), std::nullopt);
}

TEST(CanonicalJsonTest, WhatIsNotJsonIsRefused) {
  for (const char* json : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "\"",
                           "{]",
                           "[}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{1:2}",
                           "{\"a\" 1}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "1 2",
                           "{}{}",
                           "nul",
                           "nullx",
                           "True",
                           "NaN",
                           "Infinity",
                           "01",
                           "-",
                           "-a",
                           "+1",
                           ".5",
                           "1.",
                           "1.e5",
                           "1e",
                           "1e+",
                           "0x1",
                           "1_0",
                           "'a'",
                           "\"a",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud800\\u12\"",
                           "\"\n\"",
                           "\"\x1f\"",
                           "\"\xff\"",
                           "\"\xc3\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xc0\x80\"",
                           "\xef\xbb\xbf{}",
                           "// c\n1",
                           "[1]//",
                           "\v1"}) {
    EXPECT_EQ(Canonical(json), std::nullopt) << json;
  }
  EXPECT_EQ(Canonical(std::string_view("1\0", 2)), std::nullopt);
  EXPECT_EQ(Canonical(std::string_view("\"\0\"", 3)), std::nullopt);
}

// Writes one value in two ways: plainly in canonical order, and with everything varied that does
// not count.
class TwinWriter {
 public:
  explicit TwinWriter(std::uint64_t seed) : random_(seed) {}

  std::pair<std::string, std::string> Value(int depth) {
    switch (depth == 0 ? Below(4) : Below(6)) {
      case 0:
        return Same("null");
      case 1:
        return Same(Below(2) == 0 ? "true" : "false");
      case 2:
        return Same(std::to_string(static_cast<int>(Below(2000)) - 1000) + (Below(2) ? ".50" : ""));
      case 3:
        return String(Text());
      case 4:
        return Array(depth - 1);
      default:
        return Object(depth - 1);
    }
  }

 private:
  using Twin = std::pair<std::string, std::string>;

  std::size_t Below(std::size_t end) { return random_() % end; }
  static Twin Same(std::string text) { return {text, text}; }

  std::string Space() {
    std::string space(Below(3), ' ');
    for (char& c : space) c = " \t\r\n"[Below(4)];
    return space;
  }

  std::string Text() {
    std::string text;
    for (std::size_t i = Below(5); i > 0; --i) text.push_back("ab\"\\\n\x01z/"[Below(8)]);
    return text;
  }

  Twin String(const std::string& text) {
    Twin twin = Same("\"");
    for (const char c : text) {
      char unit[8];
      std::snprintf(unit, sizeof unit, Below(2) ? "\\u%04x" : "\\u%04X", static_cast<unsigned>(c));
      const std::string plain = c == '"'    ? "\\\""
                                : c == '\\' ? "\\\\"
                                : c == '\n' ? "\\n"
                                : c < 0x20  ? "\\u0001"
                                            : std::string(1, c);
      const std::string slash = c == '/' ? "\\/" : plain;
      twin.first += plain;
      twin.second += Below(2) == 0 ? std::string(unit) : slash;
    }
    return {twin.first + "\"", twin.second + "\""};
  }

  Twin Array(int depth) {
    Twin twin = Same("[");
    for (std::size_t i = Below(4); i > 0; --i) {
      const Twin value = Value(depth);
      twin.first += value.first + (i > 1 ? "," : "");
      twin.second += Space() + value.second + Space() + (i > 1 ? "," : "");
    }
    return {twin.first + "]", twin.second + Space() + "]"};
  }

  Twin Object(int depth) {
    std::map<std::string, Twin> members;
    for (std::size_t i = Below(5); i > 0; --i) members.emplace(Text(), Value(depth));
    std::vector<std::string> plain;
    std::vector<std::string> varied;
    for (const auto& [name, value] : members) {
      const Twin quoted = String(name);
      plain.push_back(quoted.first + ":" + value.first);
      varied.push_back(Space() + quoted.second + Space() + ":" + Space() + value.second + Space());
    }
    std::shuffle(varied.begin(), varied.end(), random_);
    return {"{" + Joined(plain) + "}", "{" + Joined(varied) + Space() + "}"};
  }

  static std::string Joined(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts) joined += (joined.empty() ? "" : ",") + text;
    return joined;
  }

  std::mt19937_64 random_;
};

TEST(CanonicalJsonTest, WhatDoesNotCountChangesNothing) {
  TwinWriter writer(31);
  for (int i = 0; i < 20'000; ++i) {
    const auto [plain, varied] = writer.Value(4);
    ASSERT_EQ(Canonical(varied), plain) << varied;
    ASSERT_EQ(Canonical(plain), plain);
  }
}

// simdjson as a second opinion on what is JSON. The texts hold neither lone surrogates nor numbers
// that no double holds, where the two differ on purpose.
TEST(CanonicalJsonTest, AcceptsWhatAnotherParserAccepts) {
  TwinWriter writer(32);
  std::mt19937_64 random(33);
  simdjson::dom::parser parser;
  std::size_t accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string json = writer.Value(3).second;
    json[random() % json.size()] = "{}[]\",:\\ 0e.-tx\x01\xc3\xa9"[random() % 19];
    const bool other = parser.parse(json).error() == simdjson::SUCCESS;
    ASSERT_EQ(Canonical(json).has_value(), other) << json;
    accepted += other ? 1 : 0;
  }
  EXPECT_GT(accepted, 3000u);
  EXPECT_LT(accepted, 45'000u);
}

}  // namespace
}  // namespace idem::codec
