// SPDX-License-Identifier: Apache-2.0
//
// What is stored beside a store, and about its recoveries.

#include "base/coding.h"
#include "codec/keyspace.h"
#include "unit/codec/decoder_check.h"
#include "unit/codec/samples.h"

#include <gtest/gtest.h>

namespace idem::codec {
namespace {

std::string Encoded(const WatermarkImage& image) {
  std::string bytes;
  AppendWatermarkImage(image, &bytes);
  return bytes;
}

std::optional<std::string> RecodeImage(std::string_view bytes) {
  WatermarkImage image;
  if (!DecodeWatermarkImage(bytes, &image)) return std::nullopt;
  return Encoded(image);
}

std::optional<std::string> RecodeNote(std::string_view bytes) {
  DurableNote note;
  if (!DecodeNote(bytes, &note)) return std::nullopt;
  std::string again;
  AppendNoteBegin(note.commit, &again);
  for (const DurableSource& one : note.sources) {
    AppendNoteEntry(CheckpointKey(one.source, one.partition), one.next, &again);
  }
  return again;
}

std::optional<std::string> RecodeRecovery(std::string_view bytes) {
  RecoveryEntry entry;
  if (!DecodeRecovery(RecoveryKey(9), bytes, &entry)) return std::nullopt;
  std::string again;
  AppendRecovery(entry, &again);
  return again;
}

TEST(WatermarkImageTest, ReadsBackAndNothingElseDoes) {
  CheckDecoder(Encoded(SampleImage()), RecodeImage);
  CheckDecoder(Encoded({}), RecodeImage);
  WatermarkImage image;
  ASSERT_TRUE(DecodeWatermarkImage(Encoded(SampleImage()), &image));
  EXPECT_EQ(image.sequence, 300U);
  EXPECT_EQ(image.store_id, SampleUuid());
  EXPECT_EQ(image.manifests, SampleImage().manifests);
  EXPECT_EQ(image.logs, SampleImage().logs);
  EXPECT_EQ(image.note, SampleNote());
}

// An image is the one thing of a store that is written in place: each change is noticed.
TEST(WatermarkImageTest, EachFlippedBitIsNoticed) {
  const std::string valid = Encoded(SampleImage());
  for (std::size_t bit = 0; bit < 8 * valid.size(); ++bit) {
    std::string changed = valid;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    WatermarkImage image;
    EXPECT_FALSE(DecodeWatermarkImage(changed, &image)) << bit;
  }
}

// The checksum proves that nobody changed the bytes, not that they are an image.
TEST(WatermarkImageTest, ATrueChecksumMakesNoImage) {
  constexpr std::size_t kHead = 12;  // magic and size
  const auto with_checksum = [](std::string_view body) {
    std::string bytes = "IDEMMARK";
    base::AppendFixed32(static_cast<std::uint32_t>(kHead + body.size() + 16), &bytes);
    bytes.append(body);
    AppendFingerprint(FingerprintOf(bytes), &bytes);
    return bytes;
  };
  const std::string valid = Encoded(SampleImage());
  const std::string body = valid.substr(kHead, valid.size() - kHead - 16);
  EXPECT_EQ(with_checksum(body), valid);
  WatermarkImage image;
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(DecodeWatermarkImage(with_checksum(body.substr(0, size)), &image)) << size;
  }
  EXPECT_FALSE(DecodeWatermarkImage(with_checksum(body + "x"), &image));
  EXPECT_FALSE(DecodeWatermarkImage(with_checksum("\x02" + body.substr(1)), &image));
}

TEST(WatermarkImageTest, ItsSizeIsReadFromItsBeginning) {
  const std::string valid = Encoded(SampleImage());
  EXPECT_EQ(WatermarkImageSize(valid), valid.size());
  EXPECT_EQ(WatermarkImageSize(valid + "what was there before"), valid.size());
  for (std::size_t size = 0; size < valid.size(); ++size) {
    EXPECT_EQ(WatermarkImageSize(std::string_view(valid).substr(0, size)), 0U) << size;
  }
}

TEST(DurableNoteTest, ReadsBackAndNothingElseDoes) {
  CheckDecoder(SampleNote(), RecodeNote);
  DurableNote note;
  ASSERT_TRUE(DecodeNote(SampleNote(), &note));
  EXPECT_EQ(note.commit, 300U);
  ASSERT_EQ(note.sources.size(), 2U);
  EXPECT_EQ(note.sources[0].source, "orders-topic");
  EXPECT_EQ(note.sources[0].partition, Partition(3));
  EXPECT_EQ(note.sources[0].next, 110);
  EXPECT_EQ(note.sources[1].partition, Partition("part-0"));
}

TEST(DurableNoteTest, EntriesAscendAndAreOffsetsOfCheckpoints) {
  const auto decodes = [](auto append) {
    std::string bytes;
    AppendNoteBegin(1, &bytes);
    append(&bytes);
    DurableNote note;
    return DecodeNote(bytes, &note);
  };
  const auto two = [](const std::string& first, const std::string& second) {
    return [=](std::string* out) {
      AppendNoteEntry(first, 1, out);
      AppendNoteEntry(second, 1, out);
    };
  };
  EXPECT_TRUE(decodes(two(CheckpointKey("s", 1), CheckpointKey("s", 2))));
  EXPECT_FALSE(decodes(two(CheckpointKey("s", 2), CheckpointKey("s", 1))));
  EXPECT_FALSE(decodes(two(CheckpointKey("s", 1), CheckpointKey("s", 1))));
  EXPECT_FALSE(decodes([](std::string* out) { AppendNoteEntry(SourceKey("s"), 1, out); }));
  EXPECT_FALSE(
      decodes([](std::string* out) { AppendNoteEntry(CheckpointKey("s", 1) + "x", 1, out); }));
  EXPECT_FALSE(decodes([](std::string* out) {
    base::AppendSized(CheckpointKey("s", 1), out);
    base::AppendVarint64(std::uint64_t{1} << 63, out);
  }));
}

TEST(RecoveryEntryTest, ReadsBackAndNothingElseDoes) {
  for (const RecoveryEntry& entry : {SampleRecovery(), RecoveryEntry{.writer_epoch = 9}}) {
    std::string bytes;
    AppendRecovery(entry, &bytes);
    CheckDecoder(bytes, RecodeRecovery);
  }
  RecoveryEntry entry;
  std::string bytes;
  AppendRecovery(SampleRecovery(), &bytes);
  EXPECT_TRUE(DecodeRecovery(RecoveryKey(9), bytes, &entry));
  EXPECT_FALSE(DecodeRecovery(RecoveryKey(9) + "x", bytes, &entry));
  EXPECT_FALSE(DecodeRecovery("x" + RecoveryKey(9).substr(1), bytes, &entry));
}

}  // namespace
}  // namespace idem::codec
