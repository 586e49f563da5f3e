// SPDX-License-Identifier: Apache-2.0

#include "cli/interrupt.h"

#include <csignal>

namespace idem::cli {
namespace {

// The one piece of global state of the command: a signal handler can reach nothing else.
volatile std::sig_atomic_t interrupt_requested = 0;

// Of both, because a second signal need not be of the same kind.
void Handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  // Without SA_RESTART a blocked read of a pipe returns. The other one waits until the first has
  // put the default back, which then takes it.
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void OnSignal(int) {
  interrupt_requested = 1;
  Handle(SIG_DFL);
}

}  // namespace

void InstallSignalHandlers() { Handle(OnSignal); }

bool InterruptRequested() noexcept { return interrupt_requested != 0; }

}  // namespace idem::cli
