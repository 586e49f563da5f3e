// SPDX-License-Identifier: Apache-2.0
//
// RecordBuffer: what a Batch holds, in the order it was handed in. Keys are kept as the store keys
// they will be read and written by, so that no later step copies them.
#pragma once

#include "base/arena.h"
#include "codec/keyspace.h"
#include "pipeline/table_entry.h"

#include <idem/checkpoint.h>
#include <idem/limits.h>
#include <idem/quarantine.h>
#include <idem/record.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace idem::pipeline {

inline constexpr std::uint32_t kNoStep = UINT32_MAX;

struct BatchRecord {
  const TableEntry* table = nullptr;
  Operation operation = Operation::kInsert;
  Reason invalid = Reason::kNone;    // found while adding
  std::uint32_t delivery = kNoStep;  // the From it belongs to
  std::string_view row_key;          // store key; key() is the host's part
  std::string_view event_key;        // store key; empty: no event id
  Version version;
  std::string_view value;  // cut to kQuarantineValueBytes when it is over its limit
  std::uint64_t value_bytes = 0;
  std::string_view why;  // of Batch::Reject

  std::string_view key() const noexcept;
  std::string_view event_id() const noexcept;
};

struct SourcePartition {
  std::string source;
  Partition partition;
  std::string incarnation;
};

// One call of From, Advance or DeclareEmpty.
struct Step {
  enum class Kind : std::uint8_t { kFrom, kAdvance, kEmpty };
  Kind kind = Kind::kFrom;
  const SourcePartition* where = nullptr;
  OffsetRange offsets;     // kFrom, kAdvance: begin alone
  std::string_view note;   // kAdvance
  std::size_t record = 0;  // records added before it
};

class RecordBuffer {
 public:
  explicit RecordBuffer(const Limits& limits) : limits_(limits) {}

  void From(const Position& position);
  void FromNowhere() noexcept { delivery_ = kNoStep; }
  void Advance(std::string_view source, PartitionRef partition, std::int64_t next,
               std::string_view note);
  void DeclareEmpty(std::string_view source, PartitionRef partition, OffsetRange range);
  void Add(const TableEntry& table, Operation operation, const KeyRef& key, std::string_view value,
           const WriteOptions& options);
  void Reject(const TableEntry& table, std::string_view raw, std::string_view why);
  void Clear() noexcept;

  const std::vector<BatchRecord>& records() const noexcept { return records_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  std::size_t bytes() const noexcept { return bytes_; }
  bool overflowed() const noexcept { return overflowed_; }
  bool full() const noexcept;

 private:
  bool Reserve(std::size_t bytes);
  bool ReserveRecord(std::size_t bytes);
  std::size_t StepsMax() const noexcept { return 2 * limits_.batch_records + 1; }
  // As much of a value as is copied.
  std::string_view Kept(std::string_view value) const noexcept;
  // Null: over the limit, and overflowed.
  Step* AddStep(Step::Kind kind, OffsetRange offsets, std::string_view source,
                PartitionRef partition, std::string_view incarnation);
  const SourcePartition* Intern(std::string_view source, PartitionRef partition,
                                std::string_view incarnation);
  // Store keys, valid until the next one; cut where they are over their limit.
  std::string_view Encode(codec::Space space, const TableEntry& table, const KeyRef& key);
  std::string_view EncodeKey(const TableEntry& table, const KeyRef& key, Reason* invalid);
  std::string_view EncodeEventId(const TableEntry& table, const KeyRef& id, Reason* invalid);
  std::string_view KeepValue(std::string_view value, Reason* invalid);

  const Limits limits_;
  base::Arena arena_;
  std::vector<BatchRecord> records_;
  std::vector<Step> steps_;
  std::uint32_t delivery_ = kNoStep;
  std::size_t bytes_ = 0;
  bool overflowed_ = false;
  std::string scratch_;

  // Source partitions seen by this batch, kept across Clear up to a bound: a consumer reads from
  // the same few all the time.
  using PartitionKey =
      std::tuple<std::string_view, bool, std::int64_t, std::string_view, std::string_view>;
  std::deque<SourcePartition> partitions_;
  std::map<PartitionKey, const SourcePartition*> by_name_;
  const SourcePartition* last_ = nullptr;  // of the step before: mostly that of the next one too
};

}  // namespace idem::pipeline
