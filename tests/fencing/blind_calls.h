// SPDX-License-Identifier: Apache-2.0
//
// Blindness: what the library is told of locks, files and processes can be made untrue, which puts
// known bugs back into it. The calls of the library (and of the test itself) are led through
// blind_calls.cc by the linker; RocksDB, a library of its own, sees the truth.
#pragma once

namespace idem::fencing {

enum class Blindness {
  kNone,
  kOnlyRocksDb,  // our locks are always granted and nothing is looked at: RocksDB's lock is left
  kFiles,        // the lock file and CURRENT always look as they did at first
  kProcesses,    // a forked child believes to be its parent
};

// For this process and those that it forks.
void SetBlindness(Blindness blindness);

}  // namespace idem::fencing
