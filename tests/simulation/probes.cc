// SPDX-License-Identifier: Apache-2.0
#include "simulation/probes.h"

#include <sys/mman.h>

#include <array>
#include <cstdlib>
#include <new>

namespace idem::simulation {
namespace {

constexpr std::array<std::string_view, kProbes> kNames = {
    "write buffer flushed between two commits",
    "files compacted",
    "unknown commit found after reopening",
    "unknown commit not found after reopening",
    "commit rejected by a failing disk",
    "handle poisoned by work in the background",
    "process killed",
    "process killed in the middle of a call",
    "power lost",
    "power lost in the middle of a call",
    "power loss took commits that were not synced",
    "record applied again after its commit was lost",
    "killed or without power while opening",
    "opening failed on a failing disk",
    "opening refused",
    "opening refused, then the store recovered",
    "store thrown away and filled again from the source",
    "disk full",
    "disk full, then room again",
    "delivery of a life before",
    "replayed position across a reopening",
    "duplicate across a reopening",
    "token repeated",
    "token repeated after a reopening",
    "token forgotten",
    "gap tracked",
    "gap filled after a reopening",
    "conflict",
    "record rejected by the host",
    "tombstones collected",
    "too late",
    "zombie fenced",
    "lock file removed, writer fenced",
    "lock file overwritten, writer unharmed",
    "second writer refused",
    "snapshot read after later commits",
    "read failed on a failing disk",
    "clock went back",
    "clock jumped forth",
};

constexpr std::size_t kBytes = kProbes * sizeof(std::atomic<std::uint64_t>);

}  // namespace

std::string_view ToString(Probe probe) { return kNames[static_cast<std::size_t>(probe)]; }

ProbeBoard::ProbeBoard() {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "processes share no locks");
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  counts_ = new (memory) std::atomic<std::uint64_t>[kProbes]();
}

ProbeBoard::~ProbeBoard() { ::munmap(counts_, kBytes); }

void ProbeBoard::Reach(Probe probe) { ++counts_[static_cast<std::size_t>(probe)]; }

std::uint64_t ProbeBoard::Count(std::size_t probe) const { return counts_[probe].load(); }

std::vector<Probe> ProbeBoard::Missing() const {
  std::vector<Probe> missing;
  for (std::size_t i = 0; i < kProbes; ++i) {
    if (Count(i) == 0) missing.push_back(static_cast<Probe>(i));
  }
  return missing;
}

std::string ProbeBoard::Table() const {
  constexpr std::size_t kWidth = 54;
  std::string table;
  for (std::size_t i = 0; i < kProbes; ++i) {
    const std::string name(kNames.at(i));
    table += "  " + name + std::string(kWidth - name.size(), ' ') + std::to_string(Count(i)) + "\n";
  }
  return table;
}

}  // namespace idem::simulation
