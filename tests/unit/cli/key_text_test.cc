// SPDX-License-Identifier: Apache-2.0

#include "cli/output/key_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cli/output/row_writer.h"

namespace idem::cli {
namespace {

std::string Json(const Key& key) {
  std::string out;
  AppendKeyJson(key, &out);
  return out;
}

std::string Text(const Key& key) {
  std::string out;
  AppendKeyText(key, &out);
  return out;
}

const Uuid kUuid = Uuid::Parse("63d9586d-899f-4d33-b8a7-52739781b3fc").value();

TEST(KeyTextTest, PrintsSinglePartsPlainlyWhereThatIsPossible) {
  EXPECT_EQ(Text(Key("user-7")), "user-7");
  EXPECT_EQ(Text(Key("")), "");
  EXPECT_EQ(Text(Key(-5)), "-5");
  EXPECT_EQ(Text(Key(kUuid)), "63d9586d-899f-4d33-b8a7-52739781b3fc");
  EXPECT_EQ(Text(Key("a\tb")), R"(["a\tb"])");
  EXPECT_EQ(Text(Key("a\nb")), R"(["a\nb"])");
  EXPECT_EQ(Text(Key("[x")), R"(["[x"])");
  EXPECT_EQ(Text(Key(nullptr)), "[null]");
  EXPECT_EQ(Text(Key(true)), "[true]");
  EXPECT_EQ(Text(Key(1.0)), "[1.0]");
  EXPECT_EQ(Text(Key(Bytes{"\x01\xff"})), R"([{"bytes":"01ff"}])");
  EXPECT_EQ(Text(Key("a", 1)), R"(["a",1])");
}

TEST(KeyTextTest, KeepsTypesInJson) {
  EXPECT_EQ(Json(Key("1")), R"("1")");
  EXPECT_EQ(Json(Key(1)), "1");
  EXPECT_EQ(Json(Key("a", 1.5, 1e300, nullptr, false)), R"(["a",1.5,1e+300,null,false])");
  EXPECT_EQ(Json(Key("\xff")), R"({"string":"ff"})");
}

TEST(KeyTextTest, ReadsBackWhatItPrints) {
  const std::vector<Key> keys = {Key("a"),
                                 Key(""),
                                 Key("1"),
                                 Key(1),
                                 Key(1.0),
                                 Key(-0.0),
                                 Key(0.1),
                                 Key(true),
                                 Key(nullptr),
                                 Key(kUuid),
                                 Key(Bytes{std::string_view("\0\xff", 2)}),
                                 Key("\xff\xfe"),
                                 Key(std::numeric_limits<std::int64_t>::min()),
                                 Key(NAN),
                                 Key(INFINITY),
                                 Key(-INFINITY),
                                 Key("a", 1, "b\"\n", nullptr)};
  for (const Key& key : keys) {
    EXPECT_EQ(ParseJsonKey(Json(key)).value(), key) << Json(key);
  }
  EXPECT_EQ(ParseJsonKey("[1]").value(), Key(1));
}

TEST(KeyTextTest, RefusesWhatIsNoKey) {
  for (const char* text : {"", "x", "[[1]]", "{}", R"({"bytes":"0"})", R"({"bytes":"zz"})",
                           R"({"uuid":"1"})", R"({"double":"1"})", R"({"other":"00"})",
                           R"({"bytes":1})", "9223372036854775808", R"({"bytes":"00","x":1})"}) {
    EXPECT_FALSE(ParseJsonKey(text).has_value()) << text;
  }
}

std::string Written(RowFormat format, const std::vector<Row>& rows) {
  RowWriter writer(format);
  std::string out;
  writer.Begin(&out);
  for (const Row& row : rows) writer.Append(row, &out);
  writer.End(&out);
  return out;
}

const std::vector<Row> kRows = {Row{Key("a"), std::int64_t{7}, R"({"x": 1})", 3},
                                Row{Key("b", 2), std::string("v\"1"), "not, json", 4},
                                Row{Key(5), {}, "\xff", 5}};

TEST(RowWriterTest, WritesTsv) {
  EXPECT_EQ(Written(RowFormat::kTsv, kRows),
            "a\t7\t{\"x\": 1}\n[\"b\",2]\tv\"1\tnot, json\n5\t\t\xff\n");
}

TEST(RowWriterTest, WritesCsv) {
  EXPECT_EQ(Written(RowFormat::kCsv, kRows),
            "key,version,value\r\na,7,\"{\"\"x\"\": 1}\"\r\n"
            "\"[\"\"b\"\",2]\",\"v\"\"1\",\"not, json\"\r\n5,,\xff\r\n");
}

TEST(RowWriterTest, WritesNdjsonAndJson) {
  const std::string a = R"({"key":"a","version":7,"commit":3,"value":{"x": 1}})";
  const std::string b = R"({"key":["b",2],"version":"v\"1","commit":4,"value":"not, json"})";
  const std::string c = R"({"key":5,"version":null,"commit":5,"value":{"bytes":"ff"}})";
  EXPECT_EQ(Written(RowFormat::kNdjson, kRows), a + "\n" + b + "\n" + c + "\n");
  EXPECT_EQ(Written(RowFormat::kJson, kRows), "{\"rows\":[" + a + "," + b + "," + c + "]}\n");
  EXPECT_EQ(Written(RowFormat::kJson, {}), "{\"rows\":[]}\n");
}

TEST(RowWriterTest, KeepsAPrettyPrintedValueOnOneLine) {
  const std::vector<Row> rows = {Row{Key("a"), {}, "{\r\n \"x\":1}\n", 1}};
  EXPECT_EQ(Written(RowFormat::kNdjson, rows),
            "{\"key\":\"a\",\"version\":null,\"commit\":1,\"value\":{   \"x\":1} }\n");
}

}  // namespace
}  // namespace idem::cli
