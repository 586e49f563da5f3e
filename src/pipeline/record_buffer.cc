// SPDX-License-Identifier: Apache-2.0
#include "pipeline/record_buffer.h"

#include "base/short_bytes.h"
#include "codec/keyspace.h"
#include "codec/tuple.h"

#include <algorithm>

namespace idem::pipeline {
namespace {

constexpr std::size_t kPartitionsKept = 4096;

// Larger keys are encoded aside: of one that is over its limit only a part is kept.
constexpr std::size_t kKeyInPlaceMax = 4096;

bool IsThat(const SourcePartition& known, std::string_view source, PartitionRef partition,
            std::string_view name, std::string_view incarnation) noexcept {
  const bool same_partition =
      partition.is_name() ? known.partition.name == name
                          : !known.partition.name && known.partition.number == partition.number();
  return same_partition && base::SameBytes(known.source, source) &&
         base::SameBytes(known.incarnation, incarnation);
}

// What can be wrong with a key.
struct KeyFaults {
  Reason missing;
  Reason too_large;
};
constexpr KeyFaults kKeyFaults{Reason::kKeyMissing, Reason::kKeyTooLarge};
constexpr KeyFaults kEventIdFaults{Reason::kEventIdMissing, Reason::kEventIdTooLarge};

Reason Fault(std::string_view store_key, std::size_t bytes_max, const KeyFaults& faults) noexcept {
  const std::size_t size = store_key.size() - codec::kRowKeyPrefixBytes;
  if (size == 0) return faults.missing;
  return size > bytes_max ? faults.too_large : Reason::kNone;
}

// What is kept in part is told apart by all of it.
void AddCut(std::string_view whole, codec::Fingerprint* cut) {
  std::string bytes;
  codec::AppendFingerprint(*cut, &bytes);
  codec::AppendFingerprint(codec::FingerprintOf(whole), &bytes);
  *cut = codec::FingerprintOf(bytes);
}

std::string_view CutKey(std::string_view store_key, std::size_t bytes_max,
                        codec::Fingerprint* cut) {
  const std::size_t most = codec::kRowKeyPrefixBytes + bytes_max;
  if (store_key.size() <= most) return store_key;
  AddCut(store_key, cut);
  return store_key.substr(0, most);
}

// What a record keeps of sizes has 32 bits. No sink takes a key that is nearly as large.
Limits Bounded(Limits limits) noexcept {
  limits.key_bytes = std::min<std::size_t>(limits.key_bytes, INT32_MAX);
  return limits;
}

}  // namespace

std::size_t LargestRecordBytes(const Limits& limits) noexcept {
  constexpr std::size_t kNames =
      kSourceNameBytesMax + kPartitionNameBytesMax + kIncarnationBytesMax;
  return 2 * codec::kRowKeyPrefixBytes + limits.key_bytes + kEventIdBytesMax + kVersionBytesMax +
         limits.value_bytes + 2 * kNames + kCheckpointNoteBytesMax;
}

RecordBuffer::RecordBuffer(const Limits& limits) : limits_(Bounded(limits)) {}

void RecordBuffer::From(const Position& position) {
  if (Continues(position)) {
    if (!ReserveCall()) return;
    ++steps_.back().deliveries;
  } else {
    Step* step = AddStep(Step::Kind::kFrom, {position.offset, position.offset}, position.source,
                         position.partition, position.incarnation);
    if (step == nullptr) return;
    step->deliveries = 1;
  }
  delivery_ = deliveries_++;
  const bool more = position.offset >= 0 && position.offset < kOffsetMax;
  continues_ = more ? position.offset + 1 : kNever;
}

void RecordBuffer::FromNowhere() noexcept {
  delivery_ = kNoDelivery;
  continues_ = kNever;
}

bool RecordBuffer::Continues(const Position& position) const noexcept {
  return position.offset == continues_ && continues_ != kNever &&
         IsThat(*last_, position.source, position.partition, position.partition.name(),
                position.incarnation);
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
  continues_ = kNever;
  if (!ReserveCall()) return nullptr;
  const SourcePartition* where = Intern(source.substr(0, kSourceNameBytesMax + 1), partition,
                                        incarnation.substr(0, kIncarnationBytesMax + 1));
  if (where == nullptr) return nullptr;
  Step& step = steps_.emplace_back();
  step.kind = kind;
  step.where = where;
  step.offsets = offsets;
  step.delivery = deliveries_;
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
  if (records_.empty() && steps_.empty()) return overflowed_;
  // What is larger than its limit is kept for the quarantine, up to a size.
  Limits kept = limits_;
  kept.key_bytes = std::max(kept.key_bytes, kQuarantineValueBytes);
  kept.value_bytes = std::max(kept.value_bytes, kQuarantineValueBytes);
  return overflowed_ || records_.size() >= limits_.batch_records || calls_ + 2 > CallsMax() ||
         bytes_ + LargestRecordBytes(kept) > limits_.batch_bytes;
}

bool RecordBuffer::Reserve(std::size_t bytes) {
  if (bytes_ + bytes > limits_.batch_bytes) overflowed_ = true;
  if (overflowed_) return false;
  bytes_ += bytes;
  return true;
}

bool RecordBuffer::ReserveCall() noexcept {
  if (calls_ >= CallsMax()) overflowed_ = true;
  if (overflowed_) return false;
  ++calls_;
  return true;
}

bool RecordBuffer::ReserveRecord(std::size_t bytes) {
  if (records_.size() >= limits_.batch_records) overflowed_ = true;
  return Reserve(bytes);
}

// With room for `behind` bytes after it, unless it is large.
inline std::string_view RecordBuffer::Encode(codec::Space space, const TableEntry& table,
                                             const KeyRef& key, std::size_t behind) {
  const std::size_t most = codec::kRowKeyPrefixBytes + codec::KeyBytesMax(key);
  char* begin = most > kKeyInPlaceMax ? RoomAside(most) : arena_.Room(most + behind);
  const char* end = codec::PutKey(key, codec::PutKeyPrefix(space, table.definition.id, begin));
  return {begin, static_cast<std::size_t>(end - begin)};
}

char* RecordBuffer::RoomAside(std::size_t bytes) {
  if (scratch_.size() < bytes) scratch_.resize(bytes);
  return scratch_.data();
}

std::string_view RecordBuffer::Kept(std::string_view value) const noexcept {
  return value.size() > limits_.value_bytes ? value.substr(0, kQuarantineValueBytes) : value;
}

// Where the key was encoded in place, only the value is copied.
inline std::string_view RecordBuffer::KeepBehind(std::string_view row_key, std::string_view value) {
  char* at = arena_.Room(row_key.size() + value.size());
  if (at != row_key.data()) std::copy(row_key.begin(), row_key.end(), at);
  char* behind = at + row_key.size();
  std::copy(value.begin(), value.end(), behind);
  arena_.Take(row_key.size() + value.size());
  return {behind, value.size()};
}

RecordBuffer::KeptExtras RecordBuffer::KeepExtras(const TableEntry& table, std::string_view version,
                                                  const std::optional<KeyRef>& event_id,
                                                  codec::Fingerprint cut) {
  Extras* extras = arena_.New<Extras>();
  extras->version = arena_.Copy(version);
  extras->cut = cut;
  if (!event_id) return {extras, Reason::kNone};
  std::string_view key = Encode(codec::Space::kEvent, table, *event_id, 0);
  const Reason fault = Fault(key, kEventIdBytesMax, kEventIdFaults);
  if (fault == kEventIdFaults.too_large) key = CutKey(key, kEventIdBytesMax, &extras->cut);
  if (!Reserve(key.size())) return {nullptr, fault};
  extras->event_key = {KeepBehind(key, {}).data() - key.size(), key.size()};
  return {extras, fault};
}

// Apart, so that the rest is short enough to be inlined.
void RecordBuffer::BeginRun(const TableEntry& table) {
  tables_.push_back({table.shared_from_this(), 0});
}

// The last thing of all: what runs out of memory before leaves no record behind. It is filled where
// it stays: to copy one would be to read it before it is written through.
inline BatchRecord& RecordBuffer::AddRecord(const TableEntry& table, Operation operation) {
  if (tables_.empty() || tables_.back().table.get() != &table) BeginRun(table);
  BatchRecord& record = records_.emplace_back();
  ++tables_.back().records;
  record.table = &table;
  record.operation = operation;
  record.delivery = delivery_;
  return record;
}

template <Operation kOperation>
void RecordBuffer::Add(const TableEntry& table, KeyRef key, std::string_view value,
                       const WriteOptions& options) {
  const std::string_view kept = Kept(value);
  std::string_view row_key = Encode(codec::Space::kRow, table, key, kept.size());
  Reason invalid = Fault(row_key, limits_.key_bytes, kKeyFaults);
  codec::Fingerprint cut;
  if (invalid == kKeyFaults.too_large) row_key = CutKey(row_key, kQuarantineValueBytes, &cut);
  if (kept.size() < value.size()) AddCut(value, &cut);
  const std::string_view version = options.version.text().substr(0, kVersionBytesMax + 1);
  if (version.size() < options.version.text().size()) AddCut(options.version.text(), &cut);
  if (!ReserveRecord(row_key.size() + version.size() + kept.size())) return;
  const std::string_view kept_value = KeepBehind(row_key, kept);
  const bool has_text = options.version.has_value() && !options.version.is_integer();
  const Extras* extras = nullptr;
  if (has_text || options.event_id || cut != codec::Fingerprint()) {
    const KeptExtras some = KeepExtras(table, version, options.event_id, cut);
    if (some.extras == nullptr) return;
    extras = some.extras;
    if (invalid == Reason::kNone) invalid = some.fault;
  }
  if (value.size() > limits_.value_bytes && invalid == Reason::kNone) {
    invalid = Reason::kValueTooLarge;
  }
  BatchRecord& record = AddRecord(table, kOperation);
  record.value = kept_value;
  record.value_bytes = value.size();
  record.extras = extras;
  record.row_key_bytes = static_cast<std::uint32_t>(row_key.size());
  record.invalid = invalid;
  if (has_text) {
    record.version_form = BatchRecord::VersionForm::kText;
  } else if (options.version.has_value()) {
    record.version_form = BatchRecord::VersionForm::kInteger;
    record.integer_version = options.version.integer();
  }
}

template void RecordBuffer::Add<Operation::kInsert>(const TableEntry&, KeyRef, std::string_view,
                                                    const WriteOptions&);
template void RecordBuffer::Add<Operation::kUpsert>(const TableEntry&, KeyRef, std::string_view,
                                                    const WriteOptions&);
template void RecordBuffer::Add<Operation::kDelete>(const TableEntry&, KeyRef, std::string_view,
                                                    const WriteOptions&);

void RecordBuffer::Add(const TableEntry& table, Operation operation, KeyRef key,
                       std::string_view value, const WriteOptions& options) {
  if (operation == Operation::kInsert) return Add<Operation::kInsert>(table, key, value, options);
  if (operation == Operation::kUpsert) return Add<Operation::kUpsert>(table, key, value, options);
  return Add<Operation::kDelete>(table, key, value, options);
}

void RecordBuffer::Reject(const TableEntry& table, std::string_view raw, std::string_view why) {
  why = why.substr(0, 1024);
  const std::string_view kept = Kept(raw);
  codec::Fingerprint cut;
  if (kept.size() < raw.size()) AddCut(raw, &cut);
  if (!ReserveRecord(kept.size() + why.size())) return;
  const std::string_view kept_raw = KeepBehind({}, kept);
  Extras* extras = arena_.New<Extras>();
  extras->cut = cut;
  extras->why = arena_.Copy(why);
  BatchRecord& record = AddRecord(table, Operation::kReject);
  record.value = kept_raw;
  record.value_bytes = raw.size();
  record.extras = extras;
  record.invalid = Reason::kRejectedByHost;
}

RecordBuffer::ReadAt RecordBuffer::PositionOf(const BatchRecord& record) const noexcept {
  const auto after = std::upper_bound(
      steps_.begin(), steps_.end(), record.delivery,
      [](std::uint32_t delivery, const Step& step) { return delivery < step.delivery; });
  const Step& step = *(after - 1);
  return {step.where, step.offsets.begin + (record.delivery - step.delivery)};
}

std::size_t RecordBuffer::RecordsBefore(const Step& step, std::size_t delivery) const noexcept {
  std::size_t record = step.record;
  while (record < records_.size() && records_[record].delivery < delivery) ++record;
  return record;
}

void RecordBuffer::Clear() noexcept {
  arena_.Clear();
  records_.clear();
  tables_.clear();
  steps_.clear();
  calls_ = 0;
  deliveries_ = 0;
  FromNowhere();
  bytes_ = 0;
  overflowed_ = false;
  if (partitions_.size() > kPartitionsKept) {
    by_name_.clear();
    partitions_.clear();
    last_ = nullptr;
  }
}

}  // namespace idem::pipeline
