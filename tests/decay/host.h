// SPDX-License-Identifier: Apache-2.0
//
// The host of the decay test: the few small records that it ingests, so that a store of them can be
// damaged at every byte, and everything that it can ask of a store.
#pragma once

#include <idem/idem.h>

#include <cstdint>
#include <string>
#include <vector>

namespace idem::decay {

inline constexpr std::uint64_t kCommits = 20;

SinkOptions HostOptions();

// Makes commit `number` of the host's, 0 <= number < kCommits. The tables are defined before the
// first one.
Result<void> CommitNumber(std::uint64_t number, IdempotentSink* sink);
Result<void> Define(IdempotentSink* sink);

// Everything a store answers, a line each: its last commit, tables, rows by scan and by key (absent
// ones too), checkpoints, where to resume, quarantine. An error of any question is the result.
Result<std::vector<std::string>> Ask(const IdempotentSink& sink);

// What the store says to everything that was ever offered, offered once more: with its tokens,
// without positions, with them. Changes the store where something is not recognised.
Result<std::vector<std::string>> OfferAgain(IdempotentSink* sink);

}  // namespace idem::decay
