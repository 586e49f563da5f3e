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
  Step step;
  step.offsets = {position.offset, position.offset};
  if (AddStep(step, position.source, position.partition, position.incarnation)) {
    delivery_ = static_cast<std::uint32_t>(steps_.size() - 1);
  }
}

void RecordBuffer::Advance(std::string_view source, PartitionRef partition, std::int64_t next,
                           std::string_view note) {
  Step step;
  step.kind = Step::Kind::kAdvance;
  step.offsets = {next, next};
  // One byte more than is allowed is enough for the commit to refuse it.
  note = note.substr(0, kCheckpointNoteBytesMax + 1);
  if (!Reserve(note.size())) return;
  step.note = arena_.Copy(note);
  AddStep(step, source, partition, {});
}

void RecordBuffer::DeclareEmpty(std::string_view source, PartitionRef partition,
                                OffsetRange range) {
  Step step;
  step.kind = Step::Kind::kEmpty;
  step.offsets = range;
  AddStep(step, source, partition, {});
}

bool RecordBuffer::AddStep(Step step, std::string_view source, PartitionRef partition,
                           std::string_view incarnation) {
  if (steps_.size() >= StepsMax()) overflowed_ = true;
  if (overflowed_) return false;
  step.where = Intern(source.substr(0, kSourceNameBytesMax + 1), partition,
                      incarnation.substr(0, kIncarnationBytesMax + 1));
  if (step.where == nullptr) return false;
  step.record = records_.size();
  steps_.push_back(step);
  return true;
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

std::string_view RecordBuffer::EncodeKey(const KeyRef& key, BatchRecord* record) {
  const std::string_view encoded = Encode(codec::Space::kRow, *record->table, key);
  const std::size_t size = encoded.size() - codec::kRowKeyPrefixBytes;
  if (size == 0) {
    record->invalid = Reason::kKeyMissing;
  } else if (size > limits_.key_bytes) {
    record->invalid = Reason::kKeyTooLarge;
    return encoded.substr(0, codec::kRowKeyPrefixBytes + std::min(size, kQuarantineValueBytes));
  }
  return encoded;
}

std::string_view RecordBuffer::EncodeEventId(const KeyRef& id, BatchRecord* record) {
  const std::string_view encoded = Encode(codec::Space::kEvent, *record->table, id);
  const std::size_t size = encoded.size() - codec::kRowKeyPrefixBytes;
  if (size == 0 && record->invalid == Reason::kNone) record->invalid = Reason::kEventIdMissing;
  if (size <= kEventIdBytesMax) return encoded;
  if (record->invalid == Reason::kNone) record->invalid = Reason::kEventIdTooLarge;
  return encoded.substr(0, codec::kRowKeyPrefixBytes + kEventIdBytesMax);
}

std::string_view RecordBuffer::Kept(std::string_view value) const noexcept {
  return value.size() > limits_.value_bytes ? value.substr(0, kQuarantineValueBytes) : value;
}

void RecordBuffer::KeepValue(std::string_view value, BatchRecord* record) {
  record->value_bytes = value.size();
  if (value.size() > limits_.value_bytes) {
    if (record->invalid == Reason::kNone) record->invalid = Reason::kValueTooLarge;
  }
  record->value = arena_.Copy(Kept(value));
}

void RecordBuffer::Add(const TableEntry& table, Operation operation, const KeyRef& key,
                       std::string_view value, const WriteOptions& options) {
  BatchRecord record;
  record.table = &table;
  record.operation = operation;
  record.delivery = delivery_;
  const std::string_view row_key = EncodeKey(key, &record);
  const std::string_view version = options.version.has_value() && !options.version.is_integer()
                                       ? options.version.text().substr(0, kVersionBytesMax + 1)
                                       : std::string_view();
  if (!ReserveRecord(row_key.size() + version.size() + Kept(value).size())) return;
  record.row_key = arena_.Copy(row_key);
  if (options.event_id) {
    const std::string_view event_key = EncodeEventId(*options.event_id, &record);
    if (!Reserve(event_key.size())) return;
    record.event_key = arena_.Copy(event_key);
  }
  record.version = options.version;
  if (options.version.has_value() && !options.version.is_integer()) {
    record.version = Version(arena_.Copy(version));
  }
  KeepValue(value, &record);
  records_.push_back(record);
}

void RecordBuffer::Reject(const TableEntry& table, std::string_view raw, std::string_view why) {
  BatchRecord record;
  record.table = &table;
  record.operation = Operation::kReject;
  record.invalid = Reason::kRejectedByHost;
  record.delivery = delivery_;
  why = why.substr(0, 1024);
  if (!ReserveRecord(Kept(raw).size() + why.size())) return;
  KeepValue(raw, &record);
  record.why = arena_.Copy(why);
  records_.push_back(record);
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
