// SPDX-License-Identifier: Apache-2.0
//
// Progress: one line on a terminal's stderr, rewritten now and then: how far, how fast, how long
// still. Silent when stderr is no terminal.
#pragma once

#include <chrono>
#include <cstdint>

namespace idem::cli {

class Progress final {
 public:
  // `total` is in the unit of Update's `done`; 0: unknown. `unit` names what is counted.
  Progress(std::uint64_t total, const char* unit);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(std::uint64_t done, std::uint64_t count);

  // Wipes the line, before something else is written.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  std::uint64_t total_;
  const char* unit_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace idem::cli
