// SPDX-License-Identifier: Apache-2.0
#include "support/isolation.h"

#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

namespace idem::testing {
namespace {

std::filesystem::path PlaceOf(const std::filesystem::path& scratch, std::size_t slot) {
  return scratch / std::to_string(slot);
}

}  // namespace

void CycleReport::Say(CycleEnd how, std::string_view what) {
  end = how;
  text.fill('\0');
  std::memcpy(text.data(), what.data(), std::min(what.size(), text.size() - 1));
}

Isolation::Isolation(const IsolationOptions& options) : options_(options), scratch_("idem-cycle") {
  void* memory = ::mmap(nullptr, slots_.size() * sizeof(CycleReport), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || options_.processes > slots_.size()) std::abort();
  reports_ = static_cast<CycleReport*>(memory);
  // A cycle is short and takes its memory with it. What it frees it may as well keep, instead of
  // giving it back to the system and asking for it again.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

Isolation::~Isolation() { ::munmap(reports_, slots_.size() * sizeof(CycleReport)); }

void Isolation::Run(std::size_t cycles, const Cycle& cycle, const Done& done) {
  std::size_t next = 0;
  std::size_t running = 0;
  while (next < cycles || running > 0) {
    const auto busy = [](const Slot& slot) { return slot.process != 0; };
    while (next < cycles && running < options_.processes) {
      const auto idle = std::find_if_not(slots_.begin(), slots_.end(), busy);
      Start(static_cast<std::size_t>(idle - slots_.begin()), next++, cycle);
      ++running;
    }
    ReapOne(done);
    --running;
  }
}

void Isolation::Start(std::size_t slot, std::size_t number, const Cycle& cycle) {
  reports_[slot] = CycleReport();
  slots_[slot].cycle = number;
  slots_[slot].process = ::fork();
  if (slots_[slot].process < 0) std::abort();
  if (slots_[slot].process > 0) return;
  ::alarm(options_.hang_s);
  try {
    const std::filesystem::path place = PlaceOf(scratch_.path(), slot);
    std::filesystem::remove_all(place);
    cycle(number, place, &reports_[slot]);
  } catch (const std::exception& error) {
    reports_[slot].Say(CycleEnd::kViolated, error.what());
  }
  ::_exit(0);  // nothing of the parent's is to be torn down here
}

void Isolation::ReapOne(const Done& done) {
  int status = 0;
  const pid_t process = ::wait(&status);
  const auto of_process = [process](const Slot& slot) { return slot.process == process; };
  const auto slot = std::find_if(slots_.begin(), slots_.end(), of_process);
  if (process <= 0 || slot == slots_.end()) std::abort();
  CycleReport& report = reports_[slot - slots_.begin()];
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    report.Say(CycleEnd::kHung, "did not end in time");
  } else if (WIFSIGNALED(status) || report.end == CycleEnd::kUnreported) {
    report.Say(CycleEnd::kAborted, "ended with wait status " + std::to_string(status));
  }
  slot->process = 0;
  done(slot->cycle, report);
}

}  // namespace idem::testing
