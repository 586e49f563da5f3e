// SPDX-License-Identifier: Apache-2.0

#include "cli/input/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace idem::cli {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Split(std::string_view record) {
  std::vector<std::string> fields;
  const std::optional<CsvError> error = SplitCsv(record, &fields);
  if (error) return {"ERROR", std::to_string(error->column), error->what};
  return fields;
}

TEST(CsvTest, SplitsFields) {
  EXPECT_THAT(Split("a,b,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Split(""), ElementsAre(""));
  EXPECT_THAT(Split(",a,"), ElementsAre("", "a", ""));
  EXPECT_THAT(Split(" a , b"), ElementsAre(" a ", " b"));
}

TEST(CsvTest, TakesQuotedFieldsWithCommasQuotesAndLineBreaks) {
  EXPECT_THAT(Split("\"a,b\",\"c\"\"d\",\"e\nf\""), ElementsAre("a,b", "c\"d", "e\nf"));
  EXPECT_THAT(Split("\"\",\"\"\"\""), ElementsAre("", "\""));
}

TEST(CsvTest, RefusesQuotesItWouldHaveToGuessAbout) {
  EXPECT_THAT(Split("a,\"b"), ElementsAre("ERROR", "3", "a quoted field is not closed"));
  EXPECT_THAT(Split("\"a\"b,c"), ElementsAre("ERROR", "3", "text follows a closing quote"));
  EXPECT_THAT(Split("a\"b\",c"),
              ElementsAre("ERROR", "1", "a quote in a field that is not quoted"));
}

TEST(CsvTest, KnowsWhenARecordGoesOn) {
  EXPECT_FALSE(CsvGoesOn("a,b", false));
  EXPECT_FALSE(CsvGoesOn("a,\"b\"", false));
  EXPECT_TRUE(CsvGoesOn("a,\"b", false));
  EXPECT_TRUE(CsvGoesOn("a,\"b\"\"", false));
  EXPECT_FALSE(CsvGoesOn("a,\"b\"\"\"", false));
  EXPECT_TRUE(CsvGoesOn("still in it", true));
  EXPECT_FALSE(CsvGoesOn("closed\",x", true));
  EXPECT_TRUE(CsvGoesOn("closed\",\"open again", true));
  EXPECT_FALSE(CsvGoesOn("5\" pipe,x", false)) << "a stray quote does not swallow what follows";
}

TEST(CsvTest, FollowsQuotesThroughALineInPieces) {
  for (const std::string_view line :
       {"a,\"b", "a,\"b\"", "a,\"b\"\"", "a,\"b\"\"\"", "\"\"", "\"\"\"", "a\"b,\"c", "\"a\"b,\"",
        "\"a\",\"\"\"\"x\"\",\"\""}) {
    for (const bool open : {false, true}) {
      CsvQuotes quotes(open);
      for (const char& byte : line) quotes.Read({&byte, 1});
      EXPECT_EQ(quotes.open(), CsvGoesOn(line, open)) << line << ' ' << open;
    }
  }
}

TEST(CsvTest, WritesWhatItReads) {
  for (const std::string field : {"plain", "", "a,b", "say \"x\"", "line\nbreak", "cr\rlf"}) {
    std::string out;
    AppendCsvField(field, &out);
    EXPECT_THAT(Split(out), ElementsAre(field));
  }
}

}  // namespace
}  // namespace idem::cli
