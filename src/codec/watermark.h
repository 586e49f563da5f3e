// SPDX-License-Identifier: Apache-2.0
//
// DurableNote: what a sink knows to be durable, as it is kept beside the store and not in it
// (Store::KeepWatermark). A store that is found with less than its note says has lost something.
//
//   note  := 01, varint64 commit, entry*
//   entry := sized checkpoint key (keyspace.h), offset next; ascending by key, none twice
#pragma once

#include "base/coding.h"

#include <idem/record.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::codec {

struct DurableSource {
  std::string source;
  Partition partition;
  std::int64_t next = 0;
};

struct DurableNote {
  std::uint64_t commit = 0;            // this one and all before it are durable
  std::vector<DurableSource> sources;  // by checkpoint key
};

// A note is written piece by piece: its beginning, then its entries in the order of their keys.
// `next` is an offset, and `key` a CheckpointKey.
void AppendNoteBegin(std::uint64_t commit, std::string* out);
void AppendNoteEntry(std::string_view key, std::int64_t next, std::string* out);

// What they take at most.
inline constexpr std::size_t kNoteBeginBytesMax = 1 + base::kVarint64BytesMax;
inline std::size_t NoteEntryBytesMax(std::string_view key) noexcept {
  return key.size() + 2 * base::kVarint64BytesMax;
}

// Total.
bool DecodeNote(std::string_view bytes, DurableNote* note);

}  // namespace idem::codec
