// SPDX-License-Identifier: Apache-2.0
//
// Keyspace: every key that idem writes to a store, in one file. The byte-for-byte description with
// test vectors is docs/reference/format.md; changing anything here changes the format version.
//
//   first byte  rest of the key                              value (codec/...)
//   01          -                                            FormatHeader      store_header.h
//   02          -                                            writer epoch      fixed64
//   03          -                                            last commit       fixed64
//   04          writer epoch                                 RecoveryEntry     recovery_record.h
//   10          table name                                   TableDefinition   catalog.h
//   11          table id                                     TableState        catalog.h
//   20          source                                       SourceOptions     source_records.h
//   21          source 00 partition                          Checkpoint        source_records.h
//   22          source 00 partition commit                   RewindEntry       source_records.h
//   30          label                                        TokenRecord       token_records.h
//   31          application 00 sequence                      TokenRecord       token_records.h
//   32          application                                  token floor       fixed64
//   40          quarantine id (16 bytes)                     QuarantineEntry   quarantine_record.h
//   50          table id, encoded event id                   EventRecord       event_record.h
//   60          table id, encoded key                        row envelope      row_envelope.h
//
// Table ids are 4 bytes big-endian, commits and epochs 8 bytes big-endian, sequences 8 bytes
// big-endian with the sign bit flipped, partitions one tuple part (tuple.h). Source, application
// and table names hold no 00 byte, which is checked where they come in.
#pragma once

#include "base/coding.h"

#include <idem/quarantine.h>
#include <idem/record.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace idem::codec {

// DO NOT CHANGE THESE VALUES: they are on disk.
enum class Space : std::uint8_t {
  kFormat = 0x01,
  kEpoch = 0x02,
  kLastCommit = 0x03,
  kRecovery = 0x04,
  kTable = 0x10,
  kTableState = 0x11,
  kSource = 0x20,
  kCheckpoint = 0x21,
  kRewind = 0x22,
  kRequestToken = 0x30,
  kSequenceToken = 0x31,
  kTokenFloor = 0x32,
  kQuarantine = 0x40,
  kEvent = 0x50,
  kRow = 0x60,
};

std::string SpaceKey(Space space);
std::string RecoveryKey(std::uint64_t writer_epoch);
std::string TableKey(std::string_view name);
std::string TableStateKey(std::uint32_t table);
std::string SourceKey(std::string_view source);
std::string CheckpointKey(std::string_view source, PartitionRef partition);
std::string RewindKey(std::string_view source, PartitionRef partition, std::uint64_t commit);
std::string RequestTokenKey(std::string_view label);
std::string SequenceTokenKey(std::string_view application, std::int64_t sequence);
std::string TokenFloorKey(std::string_view application);
std::string QuarantineKey(const QuarantineId& id);

void AppendEventKey(std::uint32_t table, std::string_view event_id, std::string* out);
void AppendRowKey(std::uint32_t table, std::string_view key, std::string* out);

// Writes what the keys of a table's rows or event ids begin with, kRowKeyPrefixBytes, to `out` and
// returns where it ends.
inline char* PutKeyPrefix(Space space, std::uint32_t table, char* out) noexcept {
  *out++ = static_cast<char>(space);
  return base::PutFixed32(table, out);
}

inline constexpr std::size_t kRowKeyPrefixBytes = 5;  // space and table id

// REQUIRES: a key of the store.
inline bool IsRowKey(std::string_view key) noexcept {
  return key.front() == static_cast<char>(Space::kRow);
}

// The smallest key greater than every key that begins with `prefix`; empty when there is none.
std::string PrefixEnd(std::string_view prefix);

// All checkpoints (or rewinds) of one source begin with this.
std::string CheckpointPrefix(std::string_view source);
std::string RewindPrefix(std::string_view source);
std::string SequenceTokenPrefix(std::string_view application);

// The sequence that a SequenceTokenKey ends with. False: it is none. Total.
bool ReadTokenSequence(std::string_view key, std::int64_t* sequence);

// A partition as it stands in keys and values: a tuple part, an integer or a string.
void AppendPartition(PartitionRef partition, std::string* out);
bool ReadPartition(std::string_view* input, Partition* partition);

// Takes apart what CheckpointKey and RewindKey begin with; the rest stays in `*key`. Total.
bool ReadSourcePartition(Space space, std::string_view* key, std::string* source,
                         Partition* partition);

}  // namespace idem::codec
