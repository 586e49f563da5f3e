// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a question to ask: work stops at the next batch, with everything so far
// committed. A second signal, of either kind, ends the process at once, which the store survives as
// any kill.
#pragma once

namespace idem::cli {

// Only for a command that asks: any other would no longer end when it is told to.
void InstallSignalHandlers();

bool InterruptRequested() noexcept;

}  // namespace idem::cli
