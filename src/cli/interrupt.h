// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a question to ask: work stops at the next batch, with everything so far
// committed. A second signal ends the process at once, which the store survives as any kill.
#pragma once

namespace idem::cli {

// Also ignores SIGPIPE, so that a closed pipe is a failed write and not a sudden death.
void InstallSignalHandlers();

bool InterruptRequested() noexcept;

}  // namespace idem::cli
