// SPDX-License-Identifier: Apache-2.0
//
// TableEntry: one table of an open sink, as the pipeline sees it. Handles and batches keep it, so
// that records of a sink that is gone can be told from those of the one that followed it.
#pragma once

#include "codec/catalog.h"
#include "codec/fingerprint.h"

#include <idem/table.h>
#include <idem/verdict.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace idem {

struct TableEntry : std::enable_shared_from_this<TableEntry> {
  TableEntry(std::uint64_t sink, codec::TableDefinition table)
      : owner(sink), definition(std::move(table)), fingerprinter(definition.options) {}

  // Constant after construction.
  const std::uint64_t owner;  // the number of its sink, which no other one of this process has
  const codec::TableDefinition definition;
  const codec::PayloadFingerprinter fingerprinter;

  // False once the sink is gone: from then on nobody changes the rest, and nobody may ask the sink.
  std::atomic<bool> open = true;

  // Guarded by Ledger::mutex while it is open; changed by the committing thread alone.
  codec::TableState state;
  std::array<std::uint64_t, kVerdictCount> verdicts{};
};

inline TableInfo MakeInfo(codec::TableDefinition table, const codec::TableState& state) {
  return {std::move(table.name), std::move(table.options), state.rows,
          state.tombstones,      state.event_ids,          state.digest,
          state.last_commit};
}

// The door between the public handle and its entry.
struct TableAccess {
  static Table Make(const SinkImpl* sink, std::shared_ptr<const TableEntry> entry) {
    return Table(sink, std::move(entry));
  }
  static const TableEntry& Entry(const Table& table) { return *table.entry_; }
};

}  // namespace idem
