// SPDX-License-Identifier: Apache-2.0
//
// FailingMemory: operator new of this program, which can be told to throw std::bad_alloc.
//
// Only allocations of the thread that armed it fail, and never one that RocksDB makes for itself:
// RocksDB does not survive that, and it is not what idem can promise. Which those are, the stack
// says: one of its frames lies in librocksdb. A build that links RocksDB statically cannot tell.
#pragma once

#include <cstdint>

namespace idem::testing {

class FailingMemory {
 public:
  enum class Mode : std::uint8_t { kOnce, kFromThen };

  // True when RocksDB's allocations can be told from ours.
  static bool KnowsRocksDb();

  // The first allocation that may fail, at or after the `n`-th of this thread from now on, throws;
  // so do all that follow, with kFromThen. Counting goes on through Pause and Resume.
  static void Arm(std::uint64_t n, Mode mode);
  static void Pause();
  static void Resume();

  // The number of the allocation that failed; 0 when none did. Ends what Arm began.
  static std::uint64_t Disarm();

  // One has failed since Arm.
  static bool HasFailed();
};

}  // namespace idem::testing
