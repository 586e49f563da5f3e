// SPDX-License-Identifier: Apache-2.0
//
// Working set: the rows and event ids that one commit reads and changes. Each record is decided
// against the slots as the records before it in the batch left them, which is what makes the cut
// into batches invisible (invariant 3).
#pragma once

#include "codec/catalog.h"
#include "codec/event_record.h"
#include "codec/row_envelope.h"
#include "pipeline/identities.h"
#include "pipeline/key_index.h"
#include "pipeline/record_buffer.h"
#include "rules/decision.h"
#include "storage/store.h"

#include <idem/commit_report.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::pipeline {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;

// One store key of the commit: a row or an event id, by its first byte.
struct Slot {
  bool exists = false;
  bool dirty = false;
  bool payload_unread = false;  // the row's head alone is known
  codec::RowEnvelope row;       // views refer to identities, `versions`, `payloads` or the batch
  codec::EventRecord event;
};

// A valid record that is not a replay, as the rules see it, with its version in normal form, and
// what the gathering found out about it.
struct Candidate : rules::Incoming {
  std::uint32_t record = 0;     // its number in the batch
  std::uint32_t row = kNoSlot;  // kNoSlot: it leaves its row as it is, and has its outcome
  std::uint32_t event = kNoSlot;
  std::uint64_t hash = 0;  // of the row's key
};

// The order in which tables are written. That of their addresses would differ from run to run, and
// with it the bytes of the log.
struct ByTableId {
  bool operator()(const TableEntry* a, const TableEntry* b) const noexcept {
    return a->definition.id < b->definition.id;
  }
};

struct WorkingSet {
  explicit WorkingSet(const Identities* known) : identities(known), index(known->hash()) {}

  const Identities* const identities;

  // That of the commit which is being written meanwhile; null: none. A row or an event id in common
  // blocks this one, which is given up. All others are in memory and store as they will stay.
  const WorkingSet* beside = nullptr;
  bool blocked = false;

  KeyIndex index;
  std::vector<Slot> slots;            // by number in `index`
  std::vector<Outcome> outcomes;      // by record; of candidates with a slot once they are decided
  std::vector<Candidate> candidates;  // by record
  std::map<const TableEntry*, codec::TableState, ByTableId> tables;  // the states after this commit
  std::pair<const TableEntry* const, codec::TableState>* last_table = nullptr;  // in `tables`

  // What memory could not tell: slots, their keys in the same order, and the store's last answer.
  std::vector<std::uint32_t> asked;
  std::vector<std::string_view> asked_keys;
  std::unique_ptr<storage::ReadResult> read;

  // What the rows were that are changed, where fingerprints of rows are kept.
  std::vector<codec::Fingerprint> replaced;

  // Rows to write again as they are but for their head, which may need their payload.
  std::vector<std::uint32_t> kept_payloads;
  std::unique_ptr<storage::ReadResult> payloads;

  base::Arena versions;  // normal forms of versions that are text
  std::string scratch;

  void Clear() noexcept {
    beside = nullptr;
    blocked = false;
    index.Clear();
    slots.clear();
    outcomes.clear();
    candidates.clear();
    tables.clear();
    last_table = nullptr;
    asked.clear();
    asked_keys.clear();
    replaced.clear();
    kept_payloads.clear();
    versions.Clear();
  }
};

}  // namespace idem::pipeline
