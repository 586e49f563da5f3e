// SPDX-License-Identifier: Apache-2.0
//
// Isolation: runs many cycles, each in a process of its own, several at a time. A cycle that aborts
// or hangs is one finding with a number, and every cycle starts from the same memory, so that it
// can be run again alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "support/scratch.h"

namespace idem::testing {

enum class CycleEnd : std::uint8_t { kUnreported, kHeld, kRefused, kViolated, kAborted, kHung };

// What a cycle reports to the parent, through shared memory.
struct CycleReport {
  CycleEnd end = CycleEnd::kUnreported;
  std::array<std::uint32_t, 8> counts{};  // what they count is the test's business
  std::array<char, 1000> text{};          // cut where it is longer

  void Say(CycleEnd how, std::string_view what);
};

struct IsolationOptions {
  std::size_t processes = 2;
  unsigned hang_s = 120;  // of one cycle; generous, because a machine may be busy
};

class Isolation {
 public:
  // `cycle` runs in the child, with an empty place of its own; `done` in the parent, in any order.
  using Cycle = std::function<void(std::size_t, const std::filesystem::path&, CycleReport*)>;
  using Done = std::function<void(std::size_t, const CycleReport&)>;

  explicit Isolation(const IsolationOptions& options);
  ~Isolation();
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;

  void Run(std::size_t cycles, const Cycle& cycle, const Done& done);

 private:
  struct Slot {
    int process = 0;  // 0: idle
    std::size_t cycle = 0;
  };
  void Start(std::size_t slot, std::size_t number, const Cycle& cycle);
  void ReapOne(const Done& done);

  const IsolationOptions options_;
  Scratch scratch_;
  CycleReport* reports_;  // one a slot, shared with the children
  std::array<Slot, 16> slots_;
};

}  // namespace idem::testing
