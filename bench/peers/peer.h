// SPDX-License-Identifier: Apache-2.0
//
// Peer: a store that ingests records. What is measured is Apply and Finish, and nothing else.
//
// Contract of every peer
//   * One Apply is one atomic step: the rows and the offset to read next, or nothing of it.
//   * Durability::kAsync: what Apply returned survives the death of the process. kSync: and power
//     loss, or, where a peer says so, no sooner than Finish has returned.
//   * The highest version of a key wins, whatever the order; equal versions hold equal values.
//     Excused are those whose Wins is another.
//   * The offset to read next never moves back.
// After a run Scan and Next show what is there, and the run fails where that is not what the stream
// says (final_state.h).
//
// Errors: exceptions derived from std::exception, after which the peer is of no more use.
// Thread-safety: none.
#pragma once

#include <idem/options.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "process.h"
#include "record.h"

namespace idem::bench {

// Its offset is unset.
using RowVisitor = std::function<void(const Record&)>;

class Peer {
 public:
  virtual ~Peer() = default;
  virtual void Apply(std::span<const Record> batch) = 0;
  virtual void Finish() {}

  // Work that the store has put off and a thread of this process does not do by itself.
  virtual void Drain() {}

  // Of a store that is a process of its own.
  virtual ProcessUse ServerUse() const { return {}; }

  virtual void Scan(const RowVisitor& visit) const = 0;
  virtual std::int64_t Next() const = 0;  // as it is stored; 0: nothing yet
};

struct PeerOptions {
  std::filesystem::path directory;  // exists; empty, or what the same peer left there
  Durability durability = Durability::kAsync;
};

// Which of a key's records a peer keeps.
enum class Wins : std::uint8_t { kVersion, kLast, kFirst };

struct PeerKind {
  std::string_view name;
  std::unique_ptr<Peer> (*open)(const PeerOptions& options);
  Wins wins = Wins::kVersion;

  // Why it cannot take part here; empty: it can. Null: it always can.
  std::string (*missing)() = nullptr;
};

}  // namespace idem::bench
