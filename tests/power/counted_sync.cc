// SPDX-License-Identifier: Apache-2.0
#include "power/counted_sync.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<std::uint64_t> syncs = 0;

}  // namespace

extern "C" int fdatasync(int fd) {
  const auto result = static_cast<int>(::syscall(SYS_fdatasync, fd));
  ++syncs;
  return result;
}

namespace idem::power {

std::uint64_t CountedSyncs() { return syncs; }

}  // namespace idem::power
