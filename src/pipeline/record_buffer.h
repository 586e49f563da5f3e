// SPDX-License-Identifier: Apache-2.0
//
// RecordBuffer: what a Batch holds, in the order it was handed in. Keys are kept as the store keys
// they will be read and written by, so that no later step copies them.
//
// Filling it is most of what a record costs that changes nothing, so it writes little for each:
//   * a record is one cache line; what few records have stands elsewhere (Extras)
//   * positions that follow each other are one Step, however many they are
#pragma once

#include "base/arena.h"
#include "codec/fingerprint.h"
#include "codec/keyspace.h"
#include "pipeline/table_entry.h"

#include <idem/checkpoint.h>
#include <idem/limits.h>
#include <idem/quarantine.h>
#include <idem/record.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace idem::pipeline {

inline constexpr std::uint32_t kNoDelivery = UINT32_MAX;

// What few records have.
struct Extras {
  std::string_view event_key;  // store key; empty: no event id
  std::string_view version;    // where it is text
  std::string_view why;        // of Batch::Reject
  codec::Fingerprint cut;      // of the whole of what is kept in part; zero: all is whole
};

struct BatchRecord {
  enum class VersionForm : std::uint8_t { kNone, kInteger, kText };

  const TableEntry* table = nullptr;
  std::string_view value = {};  // cut to kQuarantineValueBytes when it is over its limit
  std::uint64_t value_bytes = 0;
  std::int64_t integer_version = 0;
  const Extras* extras = nullptr;        // null: none
  std::uint32_t row_key_bytes = 0;       // of the store key, which ends where the value begins
  std::uint32_t delivery = kNoDelivery;  // the number of the From it belongs to
  Operation operation = Operation::kInsert;
  Reason invalid = Reason::kNone;  // found while adding
  VersionForm version_form = VersionForm::kNone;

  // Store keys, and the host's parts of them.
  std::string_view row_key() const noexcept {
    return {value.data() - row_key_bytes, row_key_bytes};
  }
  std::string_view key() const noexcept { return WithoutPrefix(row_key()); }
  // REQUIRES: not rejected by the host.
  std::size_t key_bytes() const noexcept { return row_key_bytes - codec::kRowKeyPrefixBytes; }
  std::string_view event_key() const noexcept {
    return extras == nullptr ? std::string_view() : extras->event_key;
  }
  std::string_view event_id() const noexcept { return WithoutPrefix(event_key()); }

  codec::Fingerprint cut() const noexcept {
    return extras == nullptr ? codec::Fingerprint() : extras->cut;
  }
  std::string_view why() const noexcept {
    return extras == nullptr ? std::string_view() : extras->why;
  }
  Version version() const noexcept {
    if (version_form == VersionForm::kInteger) return Version(integer_version);
    return version_form == VersionForm::kText ? Version(extras->version) : Version();
  }

 private:
  static std::string_view WithoutPrefix(std::string_view store_key) noexcept {
    return store_key.empty() ? store_key : store_key.substr(codec::kRowKeyPrefixBytes);
  }
};
static_assert(sizeof(BatchRecord) == 64);

struct SourcePartition {
  std::string source;
  Partition partition;
  std::string incarnation;
};

// One call of Advance or DeclareEmpty, or calls of From with nothing in between but records, of one
// source partition and of offsets that follow each other.
struct Step {
  enum class Kind : std::uint8_t { kFrom, kAdvance, kEmpty };
  Kind kind = Kind::kFrom;
  const SourcePartition* where = nullptr;
  OffsetRange offsets;           // kFrom, kAdvance: begin alone
  std::uint32_t deliveries = 0;  // kFrom: how many calls; one where the offset is out of range
  std::uint32_t delivery = 0;    // kFrom: the number of the first; else of the next one
  std::string_view note;         // kAdvance
  std::size_t record = 0;        // records added before it
};

// What Limits::batch_bytes must have room for: a record with all it may have, a position, and an
// advance.
std::size_t LargestRecordBytes(const Limits& limits) noexcept;

// Records one after the other that are for one table.
struct TableRun {
  std::shared_ptr<const TableEntry> table;
  std::size_t records;
};

class RecordBuffer {
 public:
  explicit RecordBuffer(const Limits& limits);

  void From(const Position& position);
  void FromNowhere() noexcept;
  void Advance(std::string_view source, PartitionRef partition, std::int64_t next,
               std::string_view note);
  void DeclareEmpty(std::string_view source, PartitionRef partition, OffsetRange range);
  // A function for each operation: a call with no more than this is a jump from that of Batch.
  template <Operation kOperation>
  void Add(const TableEntry& table, KeyRef key, std::string_view value,
           const WriteOptions& options);
  // REQUIRES: not kReject, which has no key.
  void Add(const TableEntry& table, Operation operation, KeyRef key, std::string_view value,
           const WriteOptions& options);
  void Reject(const TableEntry& table, std::string_view raw, std::string_view why);
  void Clear() noexcept;

  const std::vector<BatchRecord>& records() const noexcept { return records_; }
  const std::vector<TableRun>& tables() const noexcept { return tables_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  std::size_t bytes() const noexcept { return bytes_; }
  bool overflowed() const noexcept { return overflowed_; }
  bool full() const noexcept;

  // Where a record was read. REQUIRES: it has a delivery.
  struct ReadAt {
    const SourcePartition* where;
    std::int64_t offset;
  };
  ReadAt PositionOf(const BatchRecord& record) const noexcept;

  // The records added before a delivery of `step`.
  std::size_t RecordsBefore(const Step& step, std::size_t delivery) const noexcept;

 private:
  bool Reserve(std::size_t bytes);
  bool ReserveRecord(std::size_t bytes);
  // Takes one of the calls of From, Advance and DeclareEmpty that a batch may have.
  bool ReserveCall() noexcept;
  std::size_t CallsMax() const noexcept { return 2 * limits_.batch_records + 1; }
  // As much of a value as is copied.
  std::string_view Kept(std::string_view value) const noexcept;
  bool Continues(const Position& position) const noexcept;
  // Null: over the limit, and overflowed.
  Step* AddStep(Step::Kind kind, OffsetRange offsets, std::string_view source,
                PartitionRef partition, std::string_view incarnation);
  const SourcePartition* Intern(std::string_view source, PartitionRef partition,
                                std::string_view incarnation);
  // A store key, not taken yet: the next one overwrites it.
  std::string_view Encode(codec::Space space, const TableEntry& table, const KeyRef& key,
                          std::size_t behind);
  char* RoomAside(std::size_t bytes);
  std::string_view KeepBehind(std::string_view row_key, std::string_view value);
  struct KeptExtras {
    const Extras* extras;  // null: over the limit, and overflowed
    Reason fault;          // of the event id
  };
  KeptExtras KeepExtras(const TableEntry& table, std::string_view version,
                        const std::optional<KeyRef>& event_id, codec::Fingerprint cut);
  void BeginRun(const TableEntry& table);
  BatchRecord& AddRecord(const TableEntry& table, Operation operation);

  static constexpr std::int64_t kNever = -1;

  const Limits limits_;
  base::Arena arena_;
  std::vector<BatchRecord> records_;
  std::vector<TableRun> tables_;
  std::vector<Step> steps_;
  std::size_t calls_ = 0;                 // that are in steps_
  std::uint32_t deliveries_ = 0;          // of them, those of From
  std::uint32_t delivery_ = kNoDelivery;  // the one that records belong to
  std::int64_t continues_ = kNever;       // the offset that would continue the last step
  std::size_t bytes_ = 0;
  bool overflowed_ = false;
  std::string scratch_;  // for large keys

  // Source partitions seen by this batch, kept across Clear up to a bound: a consumer reads from
  // the same few all the time.
  using PartitionKey =
      std::tuple<std::string_view, bool, std::int64_t, std::string_view, std::string_view>;
  std::deque<SourcePartition> partitions_;
  std::map<PartitionKey, const SourcePartition*> by_name_;
  const SourcePartition* last_ = nullptr;  // of the step before: mostly that of the next one too
};

}  // namespace idem::pipeline
