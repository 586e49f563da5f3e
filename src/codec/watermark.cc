// SPDX-License-Identifier: Apache-2.0

#include "codec/watermark.h"

#include "base/assert.h"
#include "codec/keyspace.h"

#include <limits>
#include <utility>

namespace idem::codec {
namespace {

constexpr std::uint8_t kNoteVersion = 1;
constexpr std::uint64_t kNextMax = std::numeric_limits<std::int64_t>::max();

bool ReadEntry(base::Reader* reader, std::string_view* key, DurableSource* entry) {
  std::uint64_t next = 0;
  if (!reader->ReadSized(key) || !reader->ReadVarint64(&next) || next > kNextMax) return false;
  entry->next = static_cast<std::int64_t>(next);
  std::string_view rest = *key;
  return ReadSourcePartition(Space::kCheckpoint, &rest, &entry->source, &entry->partition) &&
         rest.empty();
}

}  // namespace

void AppendNoteBegin(std::uint64_t commit, std::string* out) {
  base::AppendByte(kNoteVersion, out);
  base::AppendVarint64(commit, out);
}

void AppendNoteEntry(std::string_view key, std::int64_t next, std::string* out) {
  IDEM_ASSERT(next >= 0, "I-CODEC-5");
  base::AppendSized(key, out);
  base::AppendVarint64(static_cast<std::uint64_t>(next), out);
}

bool DecodeNote(std::string_view bytes, DurableNote* note) {
  base::Reader reader(bytes);
  note->sources.clear();
  if (!reader.Expect(kNoteVersion) || !reader.ReadVarint64(&note->commit)) return false;
  std::string_view before;
  while (!reader.AtEnd()) {
    std::string_view key;
    DurableSource entry;
    if (!ReadEntry(&reader, &key, &entry) || key <= before) return false;
    note->sources.push_back(std::move(entry));
    before = key;
  }
  return true;
}

}  // namespace idem::codec
