// SPDX-License-Identifier: Apache-2.0
//
// Broker: a log of partitions that processes share, as little of one as a sink needs: producers
// append, a sink reads from any offset that is not yet acknowledged, and what was acknowledged is
// forgotten. It lives in shared memory, so it outlives every process that is killed.
//
// One producer appends to a partition; one that died between entry and new end left nothing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace idem::endtoend {

inline constexpr std::uint32_t kPartitions = 4;
inline constexpr std::uint32_t kEntriesMax = 60'000;  // of one partition
inline constexpr std::uint32_t kForgotten = UINT32_MAX;

struct PartitionLog {
  std::atomic<std::uint32_t> end;        // entries below exist
  std::atomic<std::uint32_t> trimmed;    // entries below are forgotten
  std::atomic<std::uint32_t> confirmed;  // what the producer knows to have been sent: events below
  std::atomic<std::uint32_t> done;       // the producer has sent everything
  std::array<std::atomic<std::uint32_t>, kEntriesMax> event;  // which event, by offset
  std::array<std::uint32_t, kEntriesMax + 1> distinct;  // how many events stand below an offset
};

struct Broker {
  std::array<PartitionLog, kPartitions> partitions;
  std::atomic<std::uint32_t> events;      // of each partition
  std::atomic<bool> stop;                 // for the reader
  std::atomic<std::int32_t> opened;       // the sink that opened the store last, by its process
  std::atomic<std::uint64_t> snapshots;   // that the reader has checked
  std::atomic<std::uint64_t> duplicates;  // that reached a commit and had no effect
  std::array<char, 1000> failure;

  void Append(std::uint32_t partition, std::uint32_t event) {
    PartitionLog& log = partitions[partition];
    const std::uint32_t at = log.end;
    log.event[at] = event;
    const std::uint32_t before = log.distinct[at];
    log.distinct[at + 1] = event == before ? before + 1 : before;
    log.end = at + 1;
  }

  // What was acknowledged can never be read again, not even by mistake.
  void Trim(std::uint32_t partition, std::uint32_t below) {
    PartitionLog& log = partitions[partition];
    for (std::uint32_t at = log.trimmed; at < below; ++at) log.event[at] = kForgotten;
    if (log.trimmed < below) log.trimmed = below;
  }
};

}  // namespace idem::endtoend
