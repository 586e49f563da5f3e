// SPDX-License-Identifier: Apache-2.0
//
// Probes: the situations that a run of many seeds must have met to mean anything. One that was
// never reached fails the run, so that a change of the generator cannot quietly stop testing
// something.
//
// Thread-safety: the counters are shared by all processes that were forked after the board was
// made, and every method may be called in each of them at any time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::simulation {

enum class Probe : std::uint8_t {
  kFlushed,
  kCompacted,
  kUnknownFound,
  kUnknownAbsent,
  kRejected,
  kPoisonedBehind,
  kKilled,
  kKilledInACall,
  kPowerLost,
  kPowerLostInACall,
  kUnsyncedLost,
  kAppliedAgainAfterLoss,
  kCutWhileOpening,
  kOpenFailed,
  kOpenRefused,
  kRecovered,
  kStartedAnew,
  kDiskFull,
  kDiskFullAndFree,
  kLateDelivery,
  kReplayedAcrossReopening,
  kDuplicateAcrossReopening,
  kTokenRepeated,
  kTokenRepeatedAfterReopening,
  kTokenForgotten,
  kGapTracked,
  kGapFilledAfterReopening,
  kConflict,
  kHostReject,
  kTombstonesCollected,
  kTooLate,
  kZombieFenced,
  kLockRemoved,
  kLockTouched,
  kRivalRefused,
  kSnapshotAcrossCommits,
  kReadFailed,
  kClockBack,
  kClockForth,
};
inline constexpr std::size_t kProbes = static_cast<std::size_t>(Probe::kClockForth) + 1;

std::string_view ToString(Probe probe);

class ProbeBoard {
 public:
  ProbeBoard();
  ~ProbeBoard();
  ProbeBoard(const ProbeBoard&) = delete;
  ProbeBoard& operator=(const ProbeBoard&) = delete;

  void Reach(Probe probe);

  std::vector<Probe> Missing() const;
  std::string Table() const;

 private:
  std::uint64_t Count(std::size_t probe) const;

  std::atomic<std::uint64_t>* counts_;  // kProbes of them, in shared memory
};

}  // namespace idem::simulation
