// SPDX-License-Identifier: Apache-2.0

#include "quiet.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace idem::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(5);
constexpr auto kQuiet = std::chrono::milliseconds(100);

// The state letter stands after the thread's name, which is in parentheses and may hold anything.
bool IsBusy(const std::filesystem::path& task) {
  std::string line;
  std::getline(std::ifstream(task / "stat"), line);
  const std::size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos) return false;  // it has just ended
  const char state = line[name_end + 2];
  return state == 'R' || state == 'D';
}

enum class Others { kNone, kIdle, kBusy };

Others LookAtOtherThreads() {
  const std::string self = std::to_string(gettid());
  Others others = Others::kNone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == self) continue;
    if (IsBusy(task.path())) return Others::kBusy;
    others = Others::kIdle;
  }
  return others;
}

}  // namespace

Clock::time_point WaitUntilQuiet() {
  Clock::time_point busy = Clock::now();
  while (Clock::now() - busy < kQuiet) {
    const Others others = LookAtOtherThreads();
    if (others == Others::kNone) break;
    if (others == Others::kBusy) busy = Clock::now();
    std::this_thread::sleep_for(kLook);
  }
  return busy;
}

}  // namespace idem::bench
