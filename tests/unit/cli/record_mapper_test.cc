// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/record_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace idem::cli {
namespace {

using ::testing::HasSubstr;

std::vector<MemberPath> Paths(const std::string& text) {
  return MemberPath::ParseList(text).value();
}
MemberPath Path(const std::string& text) { return MemberPath::Parse(text).value(); }

class RecordMapperTest : public ::testing::Test {
 protected:
  RecordMapperTest() { options_.key = Paths("id"); }

  // The error's text, or nothing.
  std::string Map(const std::string& text, std::optional<std::string> header = std::nullopt) {
    text_ = text;
    mapper_ = RecordMapper::Make(options_, header).value();
    mapper_->set_version_kind(kind_);
    const std::optional<LineError> error = mapper_->Map(text_, &record_);
    return error ? error->reason : "";
  }
  std::string KeyText() const { return Key(record_.key).ToString(); }

  IngestOptions options_;
  VersionKind kind_ = VersionKind::kInteger;
  std::unique_ptr<RecordMapper> mapper_;
  std::string text_;
  MappedRecord record_;
};

TEST_F(RecordMapperTest, KeepsTheTypesOfKeyParts) {
  options_.key = Paths("s,i,d,b,n");
  EXPECT_EQ(Map(R"({"s":"1","i":1,"d":1.0,"b":true,"n":null})"), "");
  EXPECT_EQ(Key(record_.key), Key("1", 1, 1.0, true, nullptr));
}

TEST_F(RecordMapperTest, HasNoKeyWhereAMemberIsAbsent) {
  options_.key = Paths("a,b");
  EXPECT_EQ(Map(R"({"a":"x"})"), "");
  EXPECT_TRUE(record_.key.empty());
}

TEST_F(RecordMapperTest, RefusesKeysWithoutAnExactValue) {
  EXPECT_THAT(Map(R"({"id":9223372036854775808})"), HasSubstr("64-bit"));
  EXPECT_EQ(Map(R"({"id":9223372036854775807})"), "");
  EXPECT_THAT(Map(R"({"id":1e400})"), HasSubstr("double"));
  EXPECT_THAT(Map(R"({"id":{"a":1}})"), HasSubstr("object or array"));
  EXPECT_THAT(Map(R"({"id":"\ud800"})"), HasSubstr("surrogate"));
}

TEST_F(RecordMapperTest, TakesTheValueByteForByte) {
  const std::string line = R"({"id":1, "v" : { "x": 1e-05 } })";
  EXPECT_EQ(Map(line), "");
  EXPECT_EQ(record_.value, line);
  options_.value = Path("v");
  EXPECT_EQ(Map(line), "");
  EXPECT_EQ(record_.value, R"({ "x": 1e-05 })");
  EXPECT_THAT(Map(R"({"id":1})"), HasSubstr("v: the value is absent"));
}

TEST_F(RecordMapperTest, ReadsVersionsByTheirJsonType) {
  options_.version = Path("ver");
  EXPECT_EQ(Map(R"({"id":1,"ver":7})"), "");
  EXPECT_EQ(record_.version.integer(), 7);
  EXPECT_EQ(mapper_->SuggestedVersionKind(), VersionKind::kInteger);
  EXPECT_EQ(Map(R"({"id":1,"ver":"7"})"), "");
  EXPECT_EQ(record_.version.text(), "7");
  EXPECT_EQ(mapper_->SuggestedVersionKind(), VersionKind::kBytes);
  for (const char* none : {R"({"id":1})", R"({"id":1,"ver":null})"}) {
    EXPECT_EQ(Map(none), "");
    EXPECT_FALSE(record_.version.has_value());
    EXPECT_EQ(mapper_->SuggestedVersionKind(), std::nullopt);
  }
  EXPECT_THAT(Map(R"({"id":1,"ver":1.5})"), HasSubstr("integer or a string"));
  EXPECT_THAT(Map(R"({"id":1,"ver":99999999999999999999})"), HasSubstr("64-bit"));
}

TEST_F(RecordMapperTest, DeletesByContentOrText) {
  options_.value = Path("v");
  options_.delete_when = DeleteWhen{Path("op"), "d"};
  EXPECT_EQ(Map(R"({"id":1,"op":"d"})"), "");
  EXPECT_TRUE(record_.is_delete);
  EXPECT_EQ(Map(R"({"id":1,"op":"u","v":1})"), "");
  EXPECT_FALSE(record_.is_delete);
  EXPECT_EQ(Map(R"({"id":1,"v":1})"), "");
  EXPECT_FALSE(record_.is_delete);
  options_.delete_when->value = "true";
  EXPECT_EQ(Map(R"({"id":1,"op":true})"), "");
  EXPECT_TRUE(record_.is_delete);
}

TEST_F(RecordMapperTest, ReadsEventIds) {
  options_.event_id = Paths("e");
  EXPECT_EQ(Map(R"({"id":1,"e":"x"})"), "");
  EXPECT_EQ(Key(record_.event_id), Key("x"));
  EXPECT_EQ(Map(R"({"id":1,"e":null})"), "");
  EXPECT_TRUE(record_.event_id.empty());
}

TEST_F(RecordMapperTest, KnowsTheMembersThatNoLineHad) {
  using ::testing::ElementsAre;
  using ::testing::Optional;
  options_.event_id = Paths("e,f");
  options_.delete_when = DeleteWhen{Path("op"), "d"};
  EXPECT_NE(Map("torn"), "");
  EXPECT_EQ(mapper_->UnseenMembers(), std::nullopt);
  EXPECT_EQ(Map(R"({"id":1,"f":null})"), "");
  EXPECT_THAT(mapper_->UnseenMembers(),
              Optional(ElementsAre("'e' (--event-id)", "'op' (--delete-when)")));
  EXPECT_FALSE(mapper_->Map(R"({"id":1,"op":"u"})", &record_));
  EXPECT_THAT(mapper_->UnseenMembers(), Optional(ElementsAre("'e' (--event-id)")));
}

TEST_F(RecordMapperTest, ReadsPositions) {
  options_.offset = Path("o");
  options_.source = "named";
  EXPECT_EQ(Map(R"({"id":1,"o":5})"), "");
  EXPECT_EQ(record_.source, "named");
  EXPECT_FALSE(record_.partition.is_name());
  EXPECT_EQ(record_.offset, 5);

  options_.source.reset();
  options_.source_field = Path("s");
  options_.partition = Path("p");
  EXPECT_EQ(Map(R"({"id":1,"o":5,"s":"topic","p":3})"), "");
  EXPECT_EQ(record_.source, "topic");
  EXPECT_EQ(record_.partition.number(), 3);
  EXPECT_EQ(Map(R"({"id":1,"o":5,"s":"topic","p":"3"})"), "");
  EXPECT_EQ(record_.partition.name(), "3");

  EXPECT_THAT(Map(R"({"id":1,"s":"t","p":1})"), HasSubstr("o: the offset"));
  EXPECT_THAT(Map(R"({"id":1,"o":1,"p":1})"), HasSubstr("s: the source"));
  EXPECT_THAT(Map(R"({"id":1,"o":1,"s":"t"})"), HasSubstr("p: the partition"));
}

// A name that the library refuses would end the whole batch, and nobody could tell which line.
TEST_F(RecordMapperTest, RefusesNamesThatTheLibraryRefuses) {
  options_.offset = Path("o");
  options_.source_field = Path("s");
  options_.partition = Path("p");
  for (const std::string& name :
       {std::string(), std::string("a\\u0000"), std::string("\\n"), std::string("a\x7f"),
        std::string(kSourceNameBytesMax + 1, 'n')}) {
    EXPECT_THAT(Map(R"({"id":1,"o":5,"p":"p","s":")" + name + "\"}"), HasSubstr("s: the source"));
    EXPECT_THAT(Map(R"({"id":1,"o":5,"s":"s","p":")" + name + "\"}"),
                HasSubstr("p: the partition"));
  }
  const std::string longest(kSourceNameBytesMax, 'n');
  EXPECT_EQ(Map(R"({"id":1,"o":5,"p":"p","s":")" + longest + "\"}"), "");
  EXPECT_EQ(Map(R"({"id":1,"o":5,"s":"s","p":")" + longest + "\"}"), "");
  EXPECT_THAT(Map("1,5,s,", "id,o,s,p"), HasSubstr("p: the partition"));
}

TEST_F(RecordMapperTest, ReadsCsvFieldsAsStrings) {
  options_.version = Path("ver");
  EXPECT_EQ(Map("7,12\r", "id,ver\r"), "");
  EXPECT_EQ(Key(record_.key), Key("7"));
  EXPECT_EQ(record_.version.integer(), 12);
  EXPECT_EQ(mapper_->SuggestedVersionKind(), VersionKind::kInteger);
  EXPECT_EQ(record_.value, "7,12");
  EXPECT_THAT(Map("7,x", "id,ver"), HasSubstr("64-bit integers"));
  EXPECT_EQ(Map("7,", "id,ver"), "");
  EXPECT_FALSE(record_.version.has_value());
  kind_ = VersionKind::kBytes;
  EXPECT_EQ(Map("7,12", "id,ver"), "");
  EXPECT_EQ(record_.version.text(), "12");
}

TEST_F(RecordMapperTest, RefusesCsvThatDoesNotFitItsHeader) {
  EXPECT_THAT(Map("1,2,3", "id,v"), HasSubstr("3 fields where the header has 2"));
  EXPECT_THAT(Map("\xff,2", "id,v"), HasSubstr("UTF-8"));
  options_.key = Paths("nope");
  EXPECT_THAT(RecordMapper::Make(options_, "id,v").error().message(),
              HasSubstr("no column named 'nope'; it has: id, v"));
  options_.key = Paths("id");
  EXPECT_THAT(RecordMapper::Make(options_, "id,id").error().message(), HasSubstr("more than one"));
}

}  // namespace
}  // namespace idem::cli
