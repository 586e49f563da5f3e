// SPDX-License-Identifier: Apache-2.0
//
// Catalog: what is stored about a table. The definition never changes; the state changes in every
// commit that touches the table. Values begin with one byte, the record's version (1).
#pragma once

#include <idem/digest.h>
#include <idem/table_options.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idem::codec {

struct TableDefinition {
  std::uint32_t id = 0;
  std::string name;
  TableOptions options;  // version always set
};

struct TableState {
  std::uint64_t rows = 0;
  std::uint64_t tombstones = 0;
  std::uint64_t event_ids = 0;
  Digest digest;
  std::uint64_t last_commit = 0;
  std::optional<std::int64_t> high_version;  // highest integer version applied
  std::optional<std::int64_t> floor;         // tombstones below it were collected
};

void AppendTableDefinition(const TableDefinition& table, std::string* out);
bool DecodeTableDefinition(std::string_view bytes, TableDefinition* table);
void AppendTableState(const TableState& state, std::string* out);
bool DecodeTableState(std::string_view bytes, TableState* state);

// "mode: stored upsert, asked append; tie: stored first, asked converge", or empty when they agree.
std::string DescribeDifference(const TableOptions& stored, const TableOptions& asked);

}  // namespace idem::codec
