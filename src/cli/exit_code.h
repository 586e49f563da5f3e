// SPDX-License-Identifier: Apache-2.0
//
// What the process says to its caller. The numbers are part of the command's contract.
#pragma once

#include <idem/error.h>

namespace idem::cli {

enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,   // the work was not done, or not all of it: see stderr
  kUsage = 2,     // the command line is wrong; nothing was opened
  kNoStore = 3,   // the store is missing, or open in another process
  kFindings = 4,  // verify or doctor found something, or a recovery is needed
};

constexpr ExitCode ExitCodeOf(ErrorCode code) noexcept {
  return code == ErrorCode::kStoreMissing || code == ErrorCode::kStoreLocked ? ExitCode::kNoStore
                                                                             : ExitCode::kFailure;
}

}  // namespace idem::cli
