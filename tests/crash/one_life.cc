// SPDX-License-Identifier: Apache-2.0
#include "crash/one_life.h"

#include <idem/result.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace idem::crash {
namespace {

constexpr int kClosed = 0;
constexpr int kFailed = 2;

}  // namespace

Ending LiveOneLife(const std::function<bool()>& live,
                   const std::function<void(const std::string&)>& fail) {
  const pid_t victim = ::fork();
  if (victim == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // its parent may end first where a test is stopped
    try {
      ::_exit(live() ? kClosed : kFailed);
    } catch (const BadResult& error) {
      fail(error.what());
      ::_exit(kFailed);
    }
  }
  int status = 0;
  if (victim < 0 || ::waitpid(victim, &status, 0) != victim) std::abort();
  Ending ending;
  ending.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (!ending.killed && (!WIFEXITED(status) || WEXITSTATUS(status) != kClosed)) {
    ending.wrong = "wait status " + std::to_string(status);
  }
  return ending;
}

}  // namespace idem::crash
