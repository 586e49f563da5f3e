// SPDX-License-Identifier: Apache-2.0
#include "pipeline/record_buffer.h"

#include "codec/keyspace.h"
#include "codec/tuple.h"

#include <algorithm>

namespace idem::pipeline {
namespace {

constexpr std::size_t kPartitionsKept = 4096;

std::string_view WithoutPrefix(std::string_view store_key) noexcept {
  return store_key.empty() ? store_key : store_key.substr(codec::kRowKeyPrefixBytes);
}

bool IsThat(const SourcePartition& known, std::string_view source, PartitionRef partition,
            std::string_view name, std::string_view incarnation) noexcept {
  const bool same_partition =
      partition.is_name() ? known.partition.name == name
                          : !known.partition.name && known.partition.number == partition.number();
  return same_partition && known.source == source && known.incarnation == incarnation;
}

}  // namespace

std::string_view BatchRecord::key() const noexcept { return WithoutPrefix(row_key); }
std::string_view BatchRecord::event_id() const noexcept { return WithoutPrefix(event_key); }

void RecordBuffer::From(const Position& position) {
  const Step* step = AddStep(Step::Kind::kFrom, {position.offset, position.offset}, position.source,
                             position.partition, position.incarnation);
  if (step != nullptr) delivery_ = static_cast<std::uint32_t>(steps_.size() - 1);
}

void RecordBuffer::Advance(std::string_view source, PartitionRef partition, std::int64_t next,
                           std::string_view note) {
  // One byte more than is allowed is enough for the commit to refuse it.
  note = note.substr(0, kCheckpointNoteBytesMax + 1);
  if (!Reserve(note.size())) return;
  note = arena_.Copy(note);
  Step* step = AddStep(Step::Kind::kAdvance, {next, next}, source, partition, {});
  if (step != nullptr) step->note = note;
}

void RecordBuffer::DeclareEmpty(std::string_view source, PartitionRef partition,
                                OffsetRange range) {
  AddStep(Step::Kind::kEmpty, range, source, partition, {});
}

Step* RecordBuffer::AddStep(Step::Kind kind, OffsetRange offsets, std::string_view source,
                            PartitionRef partition, std::string_view incarnation) {
  if (steps_.size() >= StepsMax()) overflowed_ = true;
  if (overflowed_) return nullptr;
  const SourcePartition* where = Intern(source.substr(0, kSourceNameBytesMax + 1), partition,
                                        incarnation.substr(0, kIncarnationBytesMax + 1));
  if (where == nullptr) return nullptr;
  Step& step = steps_.emplace_back();
  step.kind = kind;
  step.where = where;
  step.offsets = offsets;
  step.record = records_.size();
  return &step;
}

const SourcePartition* RecordBuffer::Intern(std::string_view source, PartitionRef partition,
                                            std::string_view incarnation) {
  const std::string_view name = partition.name().substr(0, kPartitionNameBytesMax + 1);
  if (last_ != nullptr && IsThat(*last_, source, partition, name, incarnation)) return last_;
  const auto key = [&](std::string_view s, std::string_view n, std::string_view i) {
    return PartitionKey(s, partition.is_name(), partition.number(), n, i);
  };
  const auto found = by_name_.find(key(source, name, incarnation));
  if (found != by_name_.end()) return last_ = found->second;
  if (!Reserve(source.size() + name.size() + incarnation.size())) return nullptr;
  SourcePartition owned{std::string(source), Partition(partition), std::string(incarnation)};
  if (partition.is_name()) owned.partition.name = std::string(name);
  const SourcePartition& kept = partitions_.emplace_back(std::move(owned));
  by_name_.emplace(key(kept.source, kept.partition.name ? *kept.partition.name : std::string_view(),
                       kept.incarnation),
                   &kept);
  return last_ = &kept;
}

bool RecordBuffer::full() const noexcept {
  // A record comes with a position, and sometimes with an advance.
  const std::size_t names = kSourceNameBytesMax + kPartitionNameBytesMax + kIncarnationBytesMax;
  const std::size_t largest = 2 * codec::kRowKeyPrefixBytes + limits_.key_bytes + kEventIdBytesMax +
                              kVersionBytesMax + limits_.value_bytes + 2 * names +
                              kCheckpointNoteBytesMax;
  return overflowed_ || records_.size() >= limits_.batch_records ||
         steps_.size() + 2 > StepsMax() || bytes_ + largest > limits_.batch_bytes;
}

bool RecordBuffer::Reserve(std::size_t bytes) {
  if (bytes_ + bytes > limits_.batch_bytes) overflowed_ = true;
  if (overflowed_) return false;
  bytes_ += bytes;
  return true;
}

bool RecordBuffer::ReserveRecord(std::size_t bytes) {
  if (records_.size() >= limits_.batch_records) overflowed_ = true;
  return Reserve(bytes);
}

std::string_view RecordBuffer::Encode(codec::Space space, const TableEntry& table,
                                      const KeyRef& key) {
  const std::size_t most = codec::kRowKeyPrefixBytes + codec::KeyBytesMax(key);
  if (scratch_.size() < most) scratch_.resize(most);
  char* begin = scratch_.data();
  const char* end = codec::PutKey(key, codec::PutKeyPrefix(space, table.definition.id, begin));
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::string_view RecordBuffer::EncodeKey(const TableEntry& table, const KeyRef& key,
                                         Reason* invalid) {
  const std::string_view encoded = Encode(codec::Space::kRow, table, key);
  const std::size_t size = encoded.size() - codec::kRowKeyPrefixBytes;
  if (size == 0) {
    *invalid = Reason::kKeyMissing;
  } else if (size > limits_.key_bytes) {
    *invalid = Reason::kKeyTooLarge;
    return encoded.substr(0, codec::kRowKeyPrefixBytes + std::min(size, kQuarantineValueBytes));
  }
  return encoded;
}

std::string_view RecordBuffer::EncodeEventId(const TableEntry& table, const KeyRef& id,
                                             Reason* invalid) {
  const std::string_view encoded = Encode(codec::Space::kEvent, table, id);
  const std::size_t size = encoded.size() - codec::kRowKeyPrefixBytes;
  if (size == 0 && *invalid == Reason::kNone) *invalid = Reason::kEventIdMissing;
  if (size <= kEventIdBytesMax) return encoded;
  if (*invalid == Reason::kNone) *invalid = Reason::kEventIdTooLarge;
  return encoded.substr(0, codec::kRowKeyPrefixBytes + kEventIdBytesMax);
}

std::string_view RecordBuffer::Kept(std::string_view value) const noexcept {
  return value.size() > limits_.value_bytes ? value.substr(0, kQuarantineValueBytes) : value;
}

std::string_view RecordBuffer::KeepValue(std::string_view value, Reason* invalid) {
  if (value.size() > limits_.value_bytes && *invalid == Reason::kNone) {
    *invalid = Reason::kValueTooLarge;
  }
  return arena_.Copy(Kept(value));
}

// The record is made where it stays, last: what runs out of memory before leaves none behind.
void RecordBuffer::Add(const TableEntry& table, Operation operation, const KeyRef& key,
                       std::string_view value, const WriteOptions& options) {
  Reason invalid = Reason::kNone;
  const std::string_view row_key = EncodeKey(table, key, &invalid);
  const bool has_text = options.version.has_value() && !options.version.is_integer();
  const std::string_view version =
      has_text ? options.version.text().substr(0, kVersionBytesMax + 1) : std::string_view();
  if (!ReserveRecord(row_key.size() + version.size() + Kept(value).size())) return;
  const std::string_view kept_row_key = arena_.Copy(row_key);
  std::string_view kept_event_key;
  if (options.event_id) {
    const std::string_view event_key = EncodeEventId(table, *options.event_id, &invalid);
    if (!Reserve(event_key.size())) return;
    kept_event_key = arena_.Copy(event_key);
  }
  const Version kept_version = has_text ? Version(arena_.Copy(version)) : options.version;
  const std::string_view kept_value = KeepValue(value, &invalid);
  BatchRecord& record = records_.emplace_back();
  record.table = &table;
  record.operation = operation;
  record.invalid = invalid;
  record.delivery = delivery_;
  record.row_key = kept_row_key;
  record.event_key = kept_event_key;
  record.version = kept_version;
  record.value = kept_value;
  record.value_bytes = value.size();
}

void RecordBuffer::Reject(const TableEntry& table, std::string_view raw, std::string_view why) {
  why = why.substr(0, 1024);
  if (!ReserveRecord(Kept(raw).size() + why.size())) return;
  Reason invalid = Reason::kRejectedByHost;
  const std::string_view kept_raw = KeepValue(raw, &invalid);
  const std::string_view kept_why = arena_.Copy(why);
  BatchRecord& record = records_.emplace_back();
  record.table = &table;
  record.operation = Operation::kReject;
  record.invalid = invalid;
  record.delivery = delivery_;
  record.value = kept_raw;
  record.value_bytes = raw.size();
  record.why = kept_why;
}

void RecordBuffer::Clear() noexcept {
  arena_.Clear();
  records_.clear();
  steps_.clear();
  delivery_ = kNoStep;
  bytes_ = 0;
  overflowed_ = false;
  if (partitions_.size() > kPartitionsKept) {
    by_name_.clear();
    partitions_.clear();
    last_ = nullptr;
  }
}

}  // namespace idem::pipeline
