// SPDX-License-Identifier: Apache-2.0
//
// TableEntry: one table of an open sink, as the pipeline sees it.
#pragma once

#include "codec/catalog.h"
#include "codec/fingerprint.h"

#include <idem/table.h>
#include <idem/verdict.h>

#include <array>
#include <cstdint>
#include <utility>

namespace idem {

struct TableEntry {
  TableEntry(const SinkImpl* sink, codec::TableDefinition table)
      : owner(sink), definition(std::move(table)), fingerprinter(definition.options) {}

  // Constant after construction.
  const SinkImpl* owner;
  const codec::TableDefinition definition;
  const codec::PayloadFingerprinter fingerprinter;

  // Guarded by Ledger::mutex; changed by the committing thread alone.
  codec::TableState state;
  std::array<std::uint64_t, kVerdictCount> verdicts{};
};

// The door between the public handle and its entry.
struct TableAccess {
  static Table Make(const SinkImpl* sink, const TableEntry* entry) { return Table(sink, entry); }
  static const TableEntry& Entry(const Table& table) { return *table.entry_; }
};

}  // namespace idem
