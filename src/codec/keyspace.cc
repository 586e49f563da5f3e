// SPDX-License-Identifier: Apache-2.0

#include "codec/keyspace.h"

#include "base/assert.h"
#include "base/coding.h"
#include "codec/tuple.h"

namespace idem::codec {
namespace {

constexpr char kNameEnd = '\x00';

std::string Begin(Space space) { return std::string(1, static_cast<char>(space)); }

// A name followed by something more: the 00 keeps "a" with "bc" apart from "ab" with "c".
void AppendName(std::string_view name, std::string* out) {
  IDEM_ASSERT(name.find(kNameEnd) == std::string_view::npos, "I-CODEC-2");
  out->append(name);
  out->push_back(kNameEnd);
}

std::string NamePrefix(Space space, std::string_view name) {
  std::string key = Begin(space);
  AppendName(name, &key);
  return key;
}

std::string NameKey(Space space, std::string_view name) {
  std::string key = Begin(space);
  key.append(name);
  return key;
}

std::string SourcePartitionKey(Space space, std::string_view source, PartitionRef partition) {
  std::string key = NamePrefix(space, source);
  AppendPartition(partition, &key);
  return key;
}

void AppendTablePrefix(Space space, std::uint32_t table, std::string* out) {
  base::AppendByte(static_cast<std::uint8_t>(space), out);
  base::AppendFixed32(table, out);
}

}  // namespace

std::string SpaceKey(Space space) { return Begin(space); }

std::string RecoveryKey(std::uint64_t writer_epoch) {
  std::string key = Begin(Space::kRecovery);
  base::AppendFixed64(writer_epoch, &key);
  return key;
}

std::string TableKey(std::string_view name) { return NameKey(Space::kTable, name); }

std::string TableStateKey(std::uint32_t table) {
  std::string key;
  AppendTablePrefix(Space::kTableState, table, &key);
  return key;
}

std::string SourceKey(std::string_view source) { return NameKey(Space::kSource, source); }

std::string CheckpointKey(std::string_view source, PartitionRef partition) {
  return SourcePartitionKey(Space::kCheckpoint, source, partition);
}

std::string RewindKey(std::string_view source, PartitionRef partition, std::uint64_t commit) {
  std::string key = SourcePartitionKey(Space::kRewind, source, partition);
  base::AppendFixed64(commit, &key);
  return key;
}

std::string RequestTokenKey(std::string_view label) { return NameKey(Space::kRequestToken, label); }

std::string SequenceTokenKey(std::string_view application, std::int64_t sequence) {
  std::string key = NamePrefix(Space::kSequenceToken, application);
  base::AppendOrderedInt64(sequence, &key);
  return key;
}

std::string TokenFloorKey(std::string_view application) {
  return NameKey(Space::kTokenFloor, application);
}

std::string QuarantineKey(const QuarantineId& id) {
  std::string key = Begin(Space::kQuarantine);
  base::AppendFixed64(id.high, &key);
  base::AppendFixed64(id.low, &key);
  return key;
}

void AppendEventKey(std::uint32_t table, std::string_view event_id, std::string* out) {
  AppendTablePrefix(Space::kEvent, table, out);
  out->append(event_id);
}

void AppendRowKey(std::uint32_t table, std::string_view key, std::string* out) {
  AppendTablePrefix(Space::kRow, table, out);
  out->append(key);
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<std::uint8_t>(end.back()) + 1);
  return end;
}

std::string CheckpointPrefix(std::string_view source) {
  return NamePrefix(Space::kCheckpoint, source);
}

std::string RewindPrefix(std::string_view source) { return NamePrefix(Space::kRewind, source); }

std::string SequenceTokenPrefix(std::string_view application) {
  return NamePrefix(Space::kSequenceToken, application);
}

bool ReadTokenSequence(std::string_view key, std::int64_t* sequence) {
  const std::size_t name_end = key.find(kNameEnd);
  if (name_end == std::string_view::npos) return false;
  base::Reader reader(key.substr(name_end + 1));
  return reader.ReadOrderedInt64(sequence) && reader.AtEnd();
}

void AppendPartition(PartitionRef partition, std::string* out) {
  AppendPart(partition.is_name() ? KeyPart(partition.name()) : KeyPart(partition.number()), out);
}

bool ReadPartition(std::string_view* input, Partition* partition) {
  std::string name;
  DecodedPart part;
  if (!ReadPart(input, &part, &name)) return false;
  *partition = Partition();
  if (part.type == KeyType::kInt64) {
    partition->number = part.integer;
    return true;
  }
  partition->name = std::move(name);
  return part.type == KeyType::kString;
}

bool ReadSourcePartition(Space space, std::string_view* key, std::string* source,
                         Partition* partition) {
  if (key->empty() || key->front() != static_cast<char>(space)) return false;
  key->remove_prefix(1);
  const std::size_t end = key->find(kNameEnd);
  if (end == std::string_view::npos) return false;
  source->assign(key->substr(0, end));
  key->remove_prefix(end + 1);
  return ReadPartition(key, partition);
}

}  // namespace idem::codec
