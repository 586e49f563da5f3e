// SPDX-License-Identifier: Apache-2.0
#include "fencing/race.h"

#include <chrono>
#include <system_error>
#include <thread>

namespace idem::fencing {
namespace {

namespace fs = std::filesystem;

std::string Describe(const Answer& answer) {
  return answer.ok() ? "ok" : std::string(ToString(*answer.code));
}

// Calls `see` with each descriptor of a process and what it leads to.
template <typename See>
void EachDescriptor(pid_t process, const See& see) {
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    if (!gone) see(entry.path(), target);
  }
}

}  // namespace

Race::Race(const fs::path& place, const fs::path& model, std::uint64_t seed, Page* page)
    : place_(place), store_(place / "home" / "store"), page_(page), chance_(seed) {
  page_->seed = seed;
  fs::create_directories(store_.parent_path());
  fs::copy(model, store_, fs::copy_options::recursive);
}

void Race::Pause() { std::this_thread::sleep_for(std::chrono::microseconds(chance_.Below(1000))); }

void Race::Require(bool held, const std::string& what) const {
  if (!held) throw Foul(what);
}

void Race::MustDo(const Answer& answer, const std::string& what) const {
  Require(answer.ok(), what + ": " + Describe(answer));
}

void Race::MustBeLocked(const Answer& answer, const std::string& what) {
  Require(answer.Is(ErrorCode::kStoreLocked), what + ": " + Describe(answer));
  ++score_.locked;
}

void Race::MustHaveNoticed(Actor* loser, const std::string& what) {
  Answer answer = loser->StopWriting();
  if (answer.ok()) answer = loser->Do(WriteOne);
  if (answer.Is(ErrorCode::kCommitUnknown)) {
    ++score_.unknown;
    return;
  }
  Require(answer.Is(ErrorCode::kFenced), what + ": " + Describe(answer));
  ++score_.fenced;
}

void Race::MustBeHarmless(Actor* loser) {
  const std::uint64_t before = OpenLogBytes(loser->process());
  for (int i = 0; i < 3; ++i) {
    const Answer refused = loser->Do(WriteOne);
    Require(refused.Is(ErrorCode::kFenced) || refused.Is(ErrorCode::kPoisoned),
            "a writer who lost the store commits: " + Describe(refused));
    if (refused.Is(ErrorCode::kFenced)) ++score_.fenced;
  }
  Require(OpenLogBytes(loser->process()) == before, "a refused commit touched the log");
  MustDo(loser->Do(ReadOwn), "reading through the sink that lost the store");
}

std::uint64_t OpenLogBytes(pid_t process) {
  std::uint64_t bytes = 0;
  EachDescriptor(process, [&](const fs::path& descriptor, const std::string& target) {
    if (target.find(".log") == std::string::npos) return;
    std::error_code gone;
    const std::uintmax_t size = fs::file_size(descriptor, gone);
    if (!gone) bytes += size;
  });
  return bytes;
}

bool HasOpenBelow(pid_t process, const fs::path& directory) {
  bool found = false;
  EachDescriptor(process, [&](const fs::path&, const std::string& target) {
    found = found || target.starts_with(directory.string());
  });
  return found;
}

}  // namespace idem::fencing
