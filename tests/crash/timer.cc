// SPDX-License-Identifier: Apache-2.0
#include "crash/timer.h"

#include <signal.h>
#include <time.h>

#include <cstdlib>

namespace idem::crash {

void WindTheTimer(std::uint64_t micros) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer{};
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(micros / 1'000'000);
  when.it_value.tv_nsec = static_cast<long>(micros % 1'000'000 * 1'000) + 1;  // 0 would stop it
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) std::abort();
  if (::timer_settime(timer, 0, &when, nullptr) != 0) std::abort();
}

}  // namespace idem::crash
