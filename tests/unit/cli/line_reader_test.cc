// SPDX-License-Identifier: Apache-2.0

#include "cli/input/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "unit/cli/input_files.h"

namespace idem::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Gives a text out in pieces of a fixed size.
class TextSource final : public ByteSource {
 public:
  TextSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}

  Result<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min({size, piece_, text_.size() - at_});
    std::memcpy(buffer, text_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::uint64_t raw_bytes() const noexcept override { return at_; }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

struct Seen {
  std::string text;
  std::uint64_t line, byte, bytes;
  bool terminated, overlong;
  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> Lines(const std::string& text, std::size_t piece,
                        std::size_t limit = kLineBytesMax) {
  TextSource source(text, piece);
  LineReader reader(&source, limit);
  std::vector<Seen> seen;
  Unit line;
  while (reader.Next(&line).value()) {
    seen.push_back(
        {std::string(line.text), line.line, line.byte, line.bytes, line.terminated, line.overlong});
  }
  return seen;
}

TEST(LineReaderTest, GivesEachLineWithItsPlaceHoweverItArrives) {
  for (const std::size_t piece : {1u, 2u, 3u, 100u}) {
    EXPECT_THAT(Lines("ab\n\nc\r\nd", piece),
                ElementsAre(Seen{"ab", 0, 0, 2, true, false}, Seen{"", 1, 3, 0, true, false},
                            Seen{"c\r", 2, 4, 2, true, false}, Seen{"d", 3, 7, 1, false, false}))
        << piece;
  }
}

TEST(LineReaderTest, HasNoLineAfterTheLastLineEnd) {
  EXPECT_THAT(Lines("", 1), IsEmpty());
  EXPECT_THAT(Lines("a\n", 1), ElementsAre(Seen{"a", 0, 0, 1, true, false}));
}

TEST(LineReaderTest, LeavesAByteOrderMarkOutOfTheFirstLine) {
  for (const std::size_t piece : {1u, 100u}) {
    EXPECT_THAT(Lines("\xef\xbb\xbf"
                      "a\nb\n",
                      piece),
                ElementsAre(Seen{"a", 0, 3, 1, true, false}, Seen{"b", 1, 5, 1, true, false}));
    EXPECT_THAT(Lines("\xef\xbb", piece), ElementsAre(Seen{"\xef\xbb", 0, 0, 2, false, false}));
  }
}

TEST(LineReaderTest, KeepsOnlyTheBeginningOfALineOverTheLimit) {
  for (const std::size_t piece : {1u, 4u, 100u}) {
    EXPECT_THAT(Lines("abcdefgh\nij\n", piece, 5),
                ElementsAre(Seen{"abcde", 0, 0, 8, true, true}, Seen{"ij", 1, 9, 2, true, false}))
        << piece;
    EXPECT_THAT(Lines("abcdefgh", piece, 5), ElementsAre(Seen{"abcde", 0, 0, 8, false, true}));
    EXPECT_THAT(Lines("abcde\n", piece, 5), ElementsAre(Seen{"abcde", 0, 0, 5, true, false}));
  }
}

TEST(LineReaderTest, ReadsLinesLargerThanItsBuffer) {
  const std::string large(3'000'000, 'x');
  EXPECT_THAT(Lines(large + "\nend\n", 100'000),
              ElementsAre(Seen{large, 0, 0, 3'000'000, true, false},
                          Seen{"end", 1, 3'000'001, 3, true, false}));
}

TEST(UnitReaderTest, JoinsTheLinesOfAQuotedField) {
  const InputFiles files;
  const std::string path = files.Write("f.csv", "k,v\r\n1,\"a\nb \"\"q\"\"\n\nc\"\n2,d\n");
  EXPECT_THAT(ReadUnits(path, InputFormat::kCsv),
              ElementsAre("k,v\r", "1,\"a\nb \"\"q\"\"\n\nc\"", "2,d"));
}

TEST(UnitReaderTest, CountsTheLinesOfARecord) {
  const InputFiles files;
  const std::string path = files.Write("f.csv", "\"a\nb\",1\nc");
  std::unique_ptr<UnitReader> reader = UnitReader::Open(path, InputFormat::kCsv).value();
  Unit unit;
  ASSERT_TRUE(reader->Next(&unit).value());
  EXPECT_EQ(unit.line, 0u);
  EXPECT_EQ(unit.lines, 2u);
  EXPECT_EQ(unit.bytes, 7u);
  ASSERT_TRUE(reader->Next(&unit).value());
  EXPECT_EQ(unit.line, 2u);
  EXPECT_EQ(unit.byte, 8u);
  EXPECT_FALSE(unit.terminated);
}

TEST(UnitReaderTest, GivesAFieldThatIsNeverClosedAsOneRecord) {
  const InputFiles files;
  const std::string path = files.Write("f.csv", "\"a\nb\nc\n");
  EXPECT_THAT(ReadUnits(path, InputFormat::kCsv), ElementsAre("\"a\nb\nc"));
  std::unique_ptr<UnitReader> reader = UnitReader::Open(path, InputFormat::kCsv).value();
  Unit unit;
  ASSERT_TRUE(reader->Next(&unit).value());
  EXPECT_FALSE(unit.terminated) << "the input ends within it";
}

// However the long line is cut into pieces, and whether it is the first of its record or not.
TEST(UnitReaderTest, KeepsOpenQuotesThroughALineOverTheLimit) {
  const InputFiles files;
  constexpr std::size_t kLimit = 16;
  for (const std::size_t size : {20u, 262'143u, 262'144u, 262'145u, 600'000u}) {
    const std::string text(size, 'x');
    for (const std::string& first : {"1,\"" + text + "\"\"", "1,\"a\n" + text, text + ",\"\"\""}) {
      const std::string path = files.Write("f.csv", first + "\n2,no row\n\"\n3,c\n");
      const std::vector<std::string> units = ReadUnits(path, InputFormat::kCsv, kLimit);
      ASSERT_EQ(units.size(), 2u) << size << ' ' << first.substr(0, 8);
      EXPECT_EQ(units[1], "3,c");
    }
    const std::string closed = files.Write("f.csv", "1,\"" + text + "\"\n2,b\n");
    EXPECT_EQ(ReadUnits(closed, InputFormat::kCsv, kLimit).back(), "2,b");
  }
}

TEST(UnitReaderTest, CountsAllOfARecordOverTheLimit) {
  const InputFiles files;
  const std::string path = files.Write("f.csv", "1,\"" + std::string(20, 'x') + "\ny\"\n2,b\n");
  std::unique_ptr<UnitReader> reader = UnitReader::Open(path, InputFormat::kCsv, 16).value();
  Unit unit;
  ASSERT_TRUE(reader->Next(&unit).value());
  EXPECT_TRUE(unit.overlong);
  EXPECT_EQ(unit.lines, 2u);
  EXPECT_EQ(unit.bytes, 26u);
  ASSERT_TRUE(reader->Next(&unit).value());
  EXPECT_EQ(unit.line, 2u);
  EXPECT_EQ(unit.byte, 27u);
}

TEST(UnitReaderTest, TellsCsvByName) {
  EXPECT_EQ(FormatOfName("a/b.csv"), InputFormat::kCsv);
  EXPECT_EQ(FormatOfName("b.csv.gz"), InputFormat::kCsv);
  EXPECT_EQ(FormatOfName("b.csv.zst"), InputFormat::kCsv);
  EXPECT_EQ(FormatOfName("b.ndjson.gz"), InputFormat::kNdjson);
  EXPECT_EQ(FormatOfName("-"), InputFormat::kNdjson);
}

TEST(UnitReaderTest, TellsWhatIsBlank) {
  EXPECT_TRUE(IsBlank(" \t\r"));
  EXPECT_FALSE(IsBlank(" x "));
}

}  // namespace
}  // namespace idem::cli
