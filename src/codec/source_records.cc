// SPDX-License-Identifier: Apache-2.0
//
//   offset      := varint64, at most 2^63 - 1
//   options     := 01, gap policy byte, 00 or (01, offset start), varint32 rank
//   checkpoint  := 01, offset start, varint64 next - start, varint32 range count, range*,
//                  sized incarnation, sized note, varint64 commit
//   range       := varint64 begin - end of the range before (the first: - next), varint64 size;
//                  neither is 0
//   rewind      := 01, offset from, offset to, sized incarnation before, sized incarnation after,
//                  sized reason, ordered int64 wall micros

#include "codec/source_records.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/keyspace.h"
#include "codec/store_header.h"
#include "codec/stored_enums.h"

#include <limits>

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::int64_t kNextMax = std::numeric_limits<std::int64_t>::max();

// Both REQUIRE what the decoder checks; a caller that breaks it writes what is refused when read.
void AppendOffset(std::int64_t offset, std::string* out) {
  IDEM_ASSERT(offset >= 0, "I-CODEC-5");
  base::AppendVarint64(static_cast<std::uint64_t>(offset), out);
}

void AppendStep(std::int64_t from, std::int64_t to, std::string* out) {
  IDEM_ASSERT(from <= to, "I-CODEC-5");
  AppendOffset(to - from, out);
}

bool ReadOffset(base::Reader* reader, std::int64_t* offset) noexcept {
  std::uint64_t value = 0;
  if (!reader->ReadVarint64(&value) || value > std::uint64_t{kNextMax}) return false;
  *offset = static_cast<std::int64_t>(value);
  return true;
}

// Reads how far `*to` lies beyond `from`, without passing the end of the offsets.
bool ReadStep(base::Reader* reader, std::int64_t from, std::int64_t* to) noexcept {
  std::int64_t step = 0;
  if (!ReadOffset(reader, &step) || step > kNextMax - from) return false;
  *to = from + step;
  return true;
}

void AppendRanges(const Checkpoint& checkpoint, std::string* out) {
  base::AppendVarint32(static_cast<std::uint32_t>(checkpoint.done.size()), out);
  std::int64_t at = checkpoint.next;
  for (const OffsetRange& range : checkpoint.done) {
    IDEM_ASSERT(at < range.begin && range.begin < range.end, "I-CODEC-5");
    AppendStep(at, range.begin, out);
    AppendStep(range.begin, range.end, out);
    at = range.end;
  }
}

bool ReadRanges(base::Reader* reader, Checkpoint* checkpoint) {
  std::uint32_t count = 0;
  if (!reader->ReadVarint32(&count)) return false;
  checkpoint->done.clear();
  std::int64_t at = checkpoint->next;
  for (std::uint32_t i = 0; i < count; ++i) {  // memory grows with what was read, not with `count`
    OffsetRange range;
    if (!ReadStep(reader, at, &range.begin) || !ReadStep(reader, range.begin, &range.end) ||
        range.begin == at || range.end == range.begin) {
      return false;
    }
    checkpoint->done.push_back(range);
    at = range.end;
  }
  return true;
}

}  // namespace

void AppendSourceOptions(const SourceOptions& options, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  base::AppendByte(static_cast<std::uint8_t>(options.gaps), out);
  base::AppendByte(options.start ? 1 : 0, out);
  if (options.start) AppendOffset(*options.start, out);
  base::AppendVarint32(options.rank, out);
}

bool DecodeSourceOptions(std::string_view bytes, SourceOptions* options) {
  base::Reader reader(bytes);
  std::uint8_t has_start = 0;
  if (!reader.Expect(kRecordVersion) || !ReadEnum(&reader, GapPolicy::kLegal, &options->gaps) ||
      !reader.ReadByte(&has_start) || has_start > 1) {
    return false;
  }
  options->start.reset();
  if (has_start == 1 && !ReadOffset(&reader, &options->start.emplace())) return false;
  return reader.ReadVarint32(&options->rank) && reader.AtEnd();
}

void AppendCheckpoint(const Checkpoint& checkpoint, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  AppendOffset(checkpoint.start, out);
  AppendStep(checkpoint.start, checkpoint.next, out);
  AppendRanges(checkpoint, out);
  base::AppendSized(checkpoint.incarnation, out);
  base::AppendSized(checkpoint.note, out);
  base::AppendVarint64(checkpoint.commit, out);
}

bool DecodeCheckpoint(std::string_view key, std::string_view value, Checkpoint* checkpoint) {
  base::Reader reader(value);
  return ReadSourcePartition(Space::kCheckpoint, &key, &checkpoint->source,
                             &checkpoint->partition) &&
         key.empty() && reader.Expect(kRecordVersion) && ReadOffset(&reader, &checkpoint->start) &&
         ReadStep(&reader, checkpoint->start, &checkpoint->next) &&
         ReadRanges(&reader, checkpoint) && reader.ReadSized(&checkpoint->incarnation) &&
         reader.ReadSized(&checkpoint->note) && reader.ReadVarint64(&checkpoint->commit) &&
         reader.AtEnd();
}

void AppendRewind(const RewindEntry& entry, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  AppendOffset(entry.from, out);
  AppendOffset(entry.to, out);
  base::AppendSized(entry.incarnation_before, out);
  base::AppendSized(entry.incarnation_after, out);
  base::AppendSized(entry.reason, out);
  base::AppendOrderedInt64(entry.wall_micros, out);
}

bool DecodeRewind(std::string_view key, std::string_view value, RewindEntry* entry) {
  base::Reader reader(value);
  if (!ReadSourcePartition(Space::kRewind, &key, &entry->source, &entry->partition)) return false;
  return DecodeFixed64(key, &entry->commit) && reader.Expect(kRecordVersion) &&
         ReadOffset(&reader, &entry->from) && ReadOffset(&reader, &entry->to) &&
         reader.ReadSized(&entry->incarnation_before) &&
         reader.ReadSized(&entry->incarnation_after) && reader.ReadSized(&entry->reason) &&
         reader.ReadOrderedInt64(&entry->wall_micros) && reader.AtEnd();
}

}  // namespace idem::codec
