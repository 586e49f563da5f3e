// SPDX-License-Identifier: Apache-2.0
//
// Workload: one stream of records, and what is in the store before it comes.
//
// A run first loads `preload * records` rows (version 1, row i at offset i), restarts the store,
// and then measures `records` records, record i being what `record(i, records)` says.
// A workload more is an entry more in workload.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "record.h"

namespace idem::bench {

struct Workload {
  std::string_view name;
  std::string_view what;  // for people
  std::uint64_t preload;  // rows that are there before, for each measured record
  RecordId (*record)(std::uint64_t i, std::uint64_t records);
  bool drained = false;   // measured until the store's background work is done too
  bool replaces = false;  // rows change: not for peers that keep the first value
};

std::span<const Workload> AllWorkloads();

RecordId PreloadedRecord(std::uint64_t i);

}  // namespace idem::bench
