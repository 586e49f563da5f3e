// SPDX-License-Identifier: Apache-2.0

#include "cli/input/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/cli/input_files.h"

namespace idem::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// Large enough that no buffer holds it whole, and hard to compress.
std::string LongText() {
  std::string text;
  unsigned state = 1;
  while (text.size() < 1'500'000) {
    state = state * 1664525u + 1013904223u;
    text += std::to_string(state) + '\n';
  }
  return text;
}

TEST(ByteSourceTest, ReadsPlainGzipAndZstdTheSame) {
  const InputFiles files;
  EXPECT_EQ(ReadAll(files.Write("plain", "one\ntwo\n")), "one\ntwo\n");
  EXPECT_EQ(ReadAll(files.Write("gz", Gzip("one\ntwo\n"))), "one\ntwo\n");
  EXPECT_EQ(ReadAll(files.Write("zst", Zstd("one\ntwo\n"))), "one\ntwo\n");
}

TEST(ByteSourceTest, TellsTheFormatByBytesNotByName) {
  const InputFiles files;
  EXPECT_EQ(ReadAll(files.Write("plain.gz", "not compressed")), "not compressed");
  EXPECT_EQ(ReadAll(files.Write("named.txt", Zstd("compressed"))), "compressed");
}

TEST(ByteSourceTest, ReadsShortAndEmptyFiles) {
  const InputFiles files;
  EXPECT_EQ(ReadAll(files.Write("empty", "")), "");
  EXPECT_EQ(ReadAll(files.Write("short", "\x1f")), "\x1f");
  EXPECT_EQ(ReadAll(files.Write("empty.gz", Gzip(""))), "");
  EXPECT_EQ(ReadAll(files.Write("empty.zst", Zstd(""))), "");
}

TEST(ByteSourceTest, ReadsConcatenatedMembersAndFrames) {
  const InputFiles files;
  EXPECT_EQ(ReadAll(files.Write("gz", Gzip("a\n") + Gzip("") + Gzip("b\n"))), "a\nb\n");
  EXPECT_EQ(ReadAll(files.Write("zst", Zstd("a\n") + Zstd("") + Zstd("b\n"))), "a\nb\n");
}

TEST(ByteSourceTest, ReadsWhatIsLargerThanItsBuffers) {
  const InputFiles files;
  const std::string text = LongText();
  for (const std::size_t piece : {1000u, 65536u, 4'000'000u}) {
    EXPECT_EQ(ReadAll(files.Write("plain", text), piece), text);
    EXPECT_EQ(ReadAll(files.Write("gz", Gzip(text)), piece), text);
    EXPECT_EQ(ReadAll(files.Write("zst", Zstd(text)), piece), text);
  }
}

// Highly compressible data leaves the decoder with output in hand when its input has ended.
TEST(ByteSourceTest, GivesOutWhatTheDecoderStillHolds) {
  const InputFiles files;
  const std::string zeros(1'000'000, '0');
  EXPECT_EQ(ReadAll(files.Write("gz", Gzip(zeros)), 1000), zeros);
  EXPECT_EQ(ReadAll(files.Write("zst", Zstd(zeros)), 1000), zeros);
}

TEST(ByteSourceTest, RefusesCompressedDataCutAnywhere) {
  const InputFiles files;
  const std::string text = "a line that is long enough to be cut in many places\n";
  for (const std::string& whole : {Gzip(text), Zstd(text)}) {
    for (std::size_t cut = 5; cut < whole.size(); ++cut) {
      const std::string path = files.Write("cut", whole.substr(0, cut));
      EXPECT_THAT(ReadAll(path), HasSubstr("ERROR")) << "cut at " << cut;
    }
  }
}

TEST(ByteSourceTest, RefusesDamageAndTrailingBytes) {
  const InputFiles files;
  EXPECT_THAT(ReadAll(files.Write("tail", Gzip("a\n") + "tail")), EndsWith("follow the gzip data"));
  EXPECT_EQ(ReadAll(files.Write("padding", Gzip("a\n") + std::string(512, '\0'))), "a\n");
  std::string damaged = Gzip("some text to be damaged");
  damaged[damaged.size() - 5] ^= 1;
  EXPECT_THAT(ReadAll(files.Write("damaged", damaged)), EndsWith("damaged"));
  EXPECT_THAT(ReadAll(files.Write("tail.zst", Zstd("a\n") + "tail")), HasSubstr("ERROR"));
}

// A zstd frame of one raw block, which says that its window has 2^`log` bytes.
std::string ZstdWithWindow(int log, const std::string& text) {
  const auto block = static_cast<unsigned>(text.size() << 3 | 1);  // the last one, raw
  std::string frame("\x28\xb5\x2f\xfd\x00", 5);
  frame.push_back(static_cast<char>((log - 10) << 3));
  for (const unsigned shift : {0u, 8u, 16u}) frame.push_back(static_cast<char>(block >> shift));
  return frame + text;
}

TEST(ByteSourceTest, DoesNotCallALargeZstdWindowDamaged) {
  const InputFiles files;
  EXPECT_EQ(ReadAll(files.Write("27", ZstdWithWindow(27, "a\n"))), "a\n");
  for (const int log : {28, 31}) {
    const std::string read = ReadAll(files.Write("large", ZstdWithWindow(log, "a\n")));
    EXPECT_THAT(read, HasSubstr("window is larger than 128 MiB"));
    EXPECT_THAT(read, ::testing::Not(HasSubstr("damaged")));
  }
  std::string damaged = Zstd("some text to be damaged");
  damaged[4] ^= 8;  // the reserved bit
  EXPECT_THAT(ReadAll(files.Write("damaged", damaged)), HasSubstr("the zstd data is damaged: "));
}

TEST(ByteSourceTest, NamesWhatIsMissing) {
  EXPECT_THAT(ReadAll("/nonexistent/file"), HasSubstr("/nonexistent/file: No such file"));
  EXPECT_THAT(ReadAll("/"), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace idem::cli
