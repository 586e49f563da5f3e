// SPDX-License-Identifier: Apache-2.0

#include "cli/interrupt.h"

#include <csignal>

namespace idem::cli {
namespace {

// The one piece of global state of the command: a signal handler can reach nothing else.
volatile std::sig_atomic_t interrupt_requested = 0;

void OnSignal(int) { interrupt_requested = 1; }

}  // namespace

void InstallSignalHandlers() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  // Without SA_RESTART a blocked read of a pipe returns; SA_RESETHAND lets the second signal kill.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);

  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
}

bool InterruptRequested() noexcept { return interrupt_requested != 0; }

}  // namespace idem::cli
