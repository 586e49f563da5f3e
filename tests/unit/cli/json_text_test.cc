// SPDX-License-Identifier: Apache-2.0

#include "cli/input/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem::cli {
namespace {

// The raw text at `paths` joined by '|', "-" for an absent one, or the error.
std::string Find(std::string_view text, std::string_view paths) {
  JsonMembers members(paths.empty() ? std::vector<MemberPath>()
                                    : MemberPath::ParseList(paths).value());
  if (const std::optional<JsonError> error = members.Read(text)) {
    return std::to_string(error->column) + ": " + error->what;
  }
  std::string found;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) found += '|';
    found += members.raw(i) ? *members.raw(i) : "-";
  }
  return found;
}

std::optional<std::string> Decoded(std::string_view raw) {
  std::string text;
  return DecodeJsonString(raw, &text) ? std::optional(text) : std::nullopt;
}

TEST(JsonTextTest, FindsMembersAsTheyStand) {
  EXPECT_EQ(Find(R"({"a":1,"b":"x"})", "a,b,c"), R"(1|"x"|-)");
  EXPECT_EQ(Find(R"( { "a" : { "b" : [ 1, 2 ] } } )", "a.b,a"), R"([ 1, 2 ]|{ "b" : [ 1, 2 ] })");
  EXPECT_EQ(Find(R"({"a":{"a":1},"b":{"a":2}})", "a.a,b.a"), "1|2");
  EXPECT_EQ(Find(R"({"a":{"a":{"b":1},"b":2},"b":3})", "a.b,b,a.a.b"), "2|3|1");
  EXPECT_EQ(Find(R"({"a":1e-05,"b":12345678901234567890123})", "a,b"),
            "1e-05|12345678901234567890123");
}

TEST(JsonTextTest, DoesNotFindWhatOnlyLooksLikeAMember) {
  EXPECT_EQ(Find(R"({"x":{"a":1},"y":[{"a":2}],"z":"a"})", "a"), "-");
  EXPECT_EQ(Find(R"([{"a":1}])", "a"), "-");
  EXPECT_EQ(Find(R"({"a":5})", "a.b"), "-");
  EXPECT_EQ(Find(R"("a")", "a"), "-");
}

TEST(JsonTextTest, ComparesNamesByTheirCharacters) {
  EXPECT_EQ(Find("{\"\\u0061\":1}", "a"), "1");
  EXPECT_EQ(Find(R"({"a.b":1,"a":{"b":2}})", "a\\.b,a.b"), "1|2");
}

TEST(JsonTextTest, RefusesAMemberAskedForThatComesTwice) {
  EXPECT_EQ(Find(R"({"a":1,"a":2})", "a"), "11: a member that is asked for comes twice");
  EXPECT_EQ(Find(R"({"a":1,"a":2,"b":3})", "b"), "3");
}

TEST(JsonTextTest, RefusesAMemberOnTheWayThatComesTwice) {
  const std::string refused = ": a member that is asked for comes twice";
  EXPECT_EQ(Find(R"({"a":{"id":2},"a":7})", "a.id"), "18" + refused);
  EXPECT_EQ(Find(R"({"a":7,"a":{"id":2}})", "a.id"), "11" + refused);
  EXPECT_EQ(Find(R"({"a":{},"a":{"id":2}})", "b,a.id"), "12" + refused);
  EXPECT_EQ(Find(R"({"a":{"b":{"c":1},"b":null}})", "a.b.c"), "22" + refused);
  EXPECT_EQ(Find(R"({"a":{"id":1},"b":{"id":2}})", "a.id,b.id,a,b"), R"(1|2|{"id":1}|{"id":2})");
  EXPECT_EQ(Find(R"({"a":{"x":1,"x":2,"id":3},"x":4,"x":5})", "a.id"), "3");
}

// A line torn at any byte is never taken for a whole one.
TEST(JsonTextTest, RefusesATextTornAnywhere) {
  constexpr std::string_view kText =
      "{\"a\":[true,false,null,-1.5e+3],\"b\\u00e9\\n\":{\"c\":\"\xc3\xa9\"}}";
  EXPECT_TRUE(IsJson(kText));
  for (std::size_t cut = 0; cut < kText.size(); ++cut) {
    EXPECT_FALSE(IsJson(kText.substr(0, cut))) << cut;
  }
}

TEST(JsonTextTest, AcceptsWhatTheGrammarAccepts) {
  for (const std::string_view text :
       {"0", "-0", "1.5", "1E5", "1e400", "123456789012345678901234567890", "true", "\"\"", "[]",
        "{}", " [ ] ", "[[],{}]", R"("\"\\\/\b\f\n\r\t\u12aB")", R"("\ud800")", "{\"\":0}"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
}

TEST(JsonTextTest, RefusesWhatTheGrammarRefuses) {
  for (const std::string_view text : {"",
                                      " ",
                                      "01",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "-",
                                      "1e",
                                      "tru",
                                      "truex",
                                      "nul",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{,}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "'a'",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"a\nb\"",
                                      "1 2",
                                      "{}{}",
                                      "[1]]",
                                      "NaN",
                                      "\"\xff\"",
                                      "\"\xed\xa0\x80\"",
                                      "\xef\xbb\xbf{}",
                                      "{\"a\" 1}"}) {
    EXPECT_FALSE(IsJson(text)) << text;
  }
  EXPECT_FALSE(IsJson(std::string_view("1\0", 2)));
}

TEST(JsonTextTest, BoundsItsDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(IsJson(nested(kJsonDepthMax)));
  EXPECT_FALSE(IsJson(nested(kJsonDepthMax + 1)));
  EXPECT_FALSE(IsJson(std::string(1'000'000, '[')));
}

TEST(JsonTextTest, SaysWhereItWentWrong) {
  EXPECT_EQ(Find(R"({"a":1 "b":2})", ""), "7: ',' or '}' is expected");
  EXPECT_EQ(Find(R"({"a":1} x)", ""), "8: other text follows the JSON value");
  EXPECT_EQ(Find(R"({"a":"b)", ""), "7: the JSON text ends early");
}

TEST(JsonTextTest, DecodesStrings) {
  EXPECT_EQ(Decoded(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(Decoded("\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\""),
            "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(Decoded(R"("\u0000")"), std::string(1, '\0'));
  for (const std::string_view half :
       {R"("\ud83d")", R"("\ud83dx")", R"("\ude00")", R"("\ud83d\n")", R"("\ud83d\u0041")"}) {
    EXPECT_EQ(Decoded(half), std::nullopt) << half;
  }
}

// However many bytes are looked at in one step: each counts, wherever it stands.
TEST(JsonTextTest, LooksAtEveryByteOfAString) {
  constexpr std::size_t kSize = 40;
  for (std::size_t at = 0; at < kSize; ++at) {
    for (int byte = 0; byte < 0x80; ++byte) {
      std::string text = '"' + std::string(kSize, 'x') + '"';
      const char c = text[1 + at] = static_cast<char>(byte);
      EXPECT_EQ(IsJson(text), byte >= 0x20 && c != '"' && c != '\\') << at << ": " << byte;
    }
    const std::string text = '"' + std::string(at, 'x') + "\"\"\x01\\";
    EXPECT_TRUE(IsJson(std::string_view(text).substr(0, at + 2))) << at;
  }
}

TEST(JsonTextTest, WritesStringsThatReadBack) {
  std::string all;
  for (char c = 0; c < 0x7f; ++c) all.push_back(c);
  std::string json;
  AppendJsonString(all, &json);
  EXPECT_TRUE(IsJson(json));
  EXPECT_EQ(Decoded(json), all);
}

}  // namespace
}  // namespace idem::cli
