// SPDX-License-Identifier: Apache-2.0

#include "base/names.h"

#include <gmock/gmock.h>
#include <idem/limits.h>

#include <string>

namespace idem::base {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string MessageOf(const Result<void>& result) {
  EXPECT_FALSE(result.has_value());
  if (result) return "";
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  return result.error().message();
}

TEST(NamesTest, TableNames) {
  for (const char* name : {"orders", "A-Z_0.9", "...", ".a", "-"}) {
    EXPECT_TRUE(CheckTableName(name)) << name;
  }
  EXPECT_TRUE(CheckTableName(std::string(kTableNameBytesMax, 'a')));
  for (const char* name : {"", ".", "..", "a/b", "a b", "a\n", "\xc3\xbc"}) {
    EXPECT_FALSE(CheckTableName(name)) << name;
  }
  EXPECT_FALSE(CheckTableName(std::string(kTableNameBytesMax + 1, 'a')));
  EXPECT_FALSE(CheckTableName(std::string_view("a\0b", 3)));
}

TEST(NamesTest, TheMessageSaysWhatIsAllowed) {
  EXPECT_THAT(MessageOf(CheckTableName("a/b")), HasSubstr("\"a/b\" is not allowed; use 1 to 64"));
}

TEST(NamesTest, TheMessageShowsAnEscapedPrefixOnly) {
  const std::string hostile = "\x1b[2J" + std::string(5000, 'x');
  const std::string message = MessageOf(CheckTableName(hostile));
  EXPECT_THAT(message, HasSubstr("\\u001b[2J"));
  EXPECT_THAT(message, HasSubstr("xxx\"..."));
  EXPECT_THAT(message, Not(HasSubstr("\x1b")));
  EXPECT_LT(message.size(), 300u);
}

TEST(NamesTest, SourceNames) {
  for (const char* name : {"orders-topic", "/var/in/a b.csv", "gr\xc3\xbc\xc3\x9f", "."}) {
    EXPECT_TRUE(CheckSourceName(name)) << name;
  }
  EXPECT_TRUE(CheckSourceName(std::string(kSourceNameBytesMax, 's')));
  for (const char* name : {"", "a\nb", "a\x7f", "\x1f", "\xff", "\xed\xa0\x80"}) {
    EXPECT_FALSE(CheckSourceName(name)) << name;
  }
  EXPECT_FALSE(CheckSourceName(std::string_view("a\0b", 3)));
  EXPECT_FALSE(CheckSourceName(std::string(kSourceNameBytesMax + 1, 's')));
}

TEST(NamesTest, PartitionsAreAnyNumberOrAPlainName) {
  EXPECT_TRUE(CheckPartition(0));
  EXPECT_TRUE(CheckPartition(INT64_MIN));
  EXPECT_TRUE(CheckPartition("block-7"));
  EXPECT_TRUE(CheckPartition(std::string(kPartitionNameBytesMax, 'p')));
  EXPECT_FALSE(CheckPartition(""));
  EXPECT_FALSE(CheckPartition("a\tb"));
  EXPECT_FALSE(CheckPartition(std::string(kPartitionNameBytesMax + 1, 'p')));
}

TEST(NamesTest, IncarnationsAndNotesAreAnyBytes) {
  EXPECT_TRUE(CheckIncarnation(""));
  EXPECT_TRUE(CheckIncarnation(std::string(kIncarnationBytesMax, '\0')));
  EXPECT_FALSE(CheckIncarnation(std::string(kIncarnationBytesMax + 1, 'i')));
  EXPECT_TRUE(CheckNote(std::string(kCheckpointNoteBytesMax, '\xff')));
  EXPECT_FALSE(CheckNote(std::string(kCheckpointNoteBytesMax + 1, 'n')));
}

TEST(NamesTest, TokensAreNeitherEmptyNorShown) {
  EXPECT_TRUE(CheckTokenName("load-2024-06-01"));
  EXPECT_TRUE(CheckTokenName("\xff\x01"));
  EXPECT_TRUE(CheckTokenName(std::string(kTokenBytesMax, 't')));
  EXPECT_THAT(MessageOf(CheckTokenName("")), HasSubstr("empty"));
  EXPECT_THAT(MessageOf(CheckTokenName(std::string_view("secret\0", 7))), Not(HasSubstr("secret")));
  EXPECT_THAT(MessageOf(CheckTokenName(std::string(kTokenBytesMax + 1, 't'))),
              testing::AllOf(HasSubstr("256"), Not(HasSubstr("ttt"))));
}

}  // namespace
}  // namespace idem::base
