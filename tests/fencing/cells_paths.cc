// SPDX-License-Identifier: Apache-2.0
#include "fencing/cells.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <system_error>

namespace idem::fencing {
namespace {

namespace fs = std::filesystem;

// A link to the store itself may be refused for being one, before any lock is looked at.
bool IsRefusalOfLinks(const Answer& answer) { return answer.Is(ErrorCode::kUnsafeDirectory); }

void MustNotGetIn(Race* race, Actor* holder, Actor* challenger, const std::string& when) {
  const std::uint64_t before = OpenLogBytes(holder->process());
  const Answer refused = challenger->Do(Open);
  if (refused.ok()) {  // let it show what comes of it
    challenger->Do(Write);
    holder->Do(Write);
  }
  if (IsRefusalOfLinks(refused)) return;
  race->MustBeLocked(refused, "a second opening, " + when);
  race->Require(OpenLogBytes(holder->process()) == before, "a refused opening touched the log");
}

// The course of all cells of this file. `disturb` is done to the files while the holder writes.
void HolderStays(Race* race, const fs::path& by_path, Deed arrive,
                 const std::function<void(Actor* holder)>& disturb) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, by_path, race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(challenger.Do(arrive), "arriving");
  holder.Begin(WriteOn);
  race->Pause();
  disturb(&holder);
  const Answer early = challenger.Do(Open);
  race->Pause();
  race->MustDo(holder.StopWriting(), "writing while another one tries to open");
  if (!IsRefusalOfLinks(early)) race->MustBeLocked(early, "an opening while the holder writes");
  MustNotGetIn(race, &holder, &challenger, "the holder being at rest");

  if (!IsRefusalOfLinks(early)) {
    const Answer seen = challenger.Do(ReadBeside);
    race->MustDo(seen, "reading beside the writer");
    race->Require(seen.count == race->page()->tried[0], "a reader does not see all commits");
  }
  race->MustDo(holder.Do(Write), "writing after the refusal");
  holder.Do(Close);
  if (by_path.filename() == "clone" || IsRefusalOfLinks(early)) return;
  race->MustDo(challenger.Do(Open), "opening after the holder has closed");
  race->MustDo(challenger.Do(Write), "writing in turn");
  challenger.Do(Close);
}

Answer Nothing(Role*) { return {}; }
void Undisturbed(Actor*) {}

void ByThePlainPath(Race* race) { HolderStays(race, race->store(), Nothing, Undisturbed); }

void ByALinkToTheParent(Race* race) {
  fs::create_directory_symlink(race->place() / "home", race->place() / "link");
  HolderStays(race, race->place() / "link" / "store", Nothing, Undisturbed);
}

void ByALinkToTheStore(Race* race) {
  fs::create_directory_symlink(race->store(), race->place() / "link");
  HolderStays(race, race->place() / "link", Nothing, Undisturbed);
}

void ByARelativePath(Race* race) {
  const auto step_aside = [](Role* role) -> Answer {
    fs::current_path(role->store.parent_path());
    role->store = fs::path("..") / "home" / "." / "store";
    return {};
  };
  HolderStays(race, race->store(), step_aside, Undisturbed);
}

void ByABindMount(Race* race) {
  fs::create_directory(race->place() / "mount");
  const auto mount = [](Role* role) -> Answer {
    const fs::path point = role->store.parent_path().parent_path() / "mount";
    const bool alone = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!alone || ::mount(role->store.c_str(), point.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return {ErrorCode::kUnsupported};
    }
    role->store = point;
    return {};
  };
  Actor scout(1, race->store(), race->page());
  if (!scout.Do(mount).ok()) throw Skip("needs the right to mount");
  HolderStays(race, race->store(), mount, Undisturbed);
}

// As `cp -al` makes it: another directory with the very same lock file and logs.
void ByACloneOfHardLinks(Race* race) {
  const fs::path clone = race->place() / "clone";
  const auto link_all = [&](Actor*) {
    fs::create_directory(clone);
    std::error_code gone;  // a file that the holder removed meanwhile
    for (const auto& file : fs::directory_iterator(race->store())) {
      fs::create_hard_link(file.path(), clone / file.path().filename(), gone);
    }
  };
  HolderStays(race, clone, Nothing, link_all);
}

// As tar does, from within a process.
void OpenAndCloseAll(const fs::path& directory) {
  for (const auto& file : fs::directory_iterator(directory)) {
    for (const int flags : {O_RDONLY, O_RDWR}) {
      const int fd = ::open(file.path().c_str(), flags | O_CLOEXEC);
      if (fd >= 0) ::close(fd);
    }
  }
}

void AfterABackupByAnotherProcess(Race* race) {
  HolderStays(race, race->store(), Nothing, [&](Actor*) { OpenAndCloseAll(race->store()); });
}

void AfterABackupByTheHolderItself(Race* race) {
  const auto back_up = [](Role* role) -> Answer {
    OpenAndCloseAll(role->store);
    return {};
  };
  HolderStays(race, race->store(), Nothing, [&](Actor* holder) {
    race->MustDo(holder->StopWriting(), "writing");
    holder->Do(back_up);
    holder->Begin(WriteOn);
  });
}

}  // namespace

std::vector<Cell> CellsOfPaths() {
  return {{"the same path", ByThePlainPath},
          {"a link to the parent", ByALinkToTheParent},
          {"a link to the store", ByALinkToTheStore},
          {"a relative path", ByARelativePath},
          {"a bind mount", ByABindMount},
          {"a clone of hard links", ByACloneOfHardLinks},
          {"lock file read by another", AfterABackupByAnotherProcess},
          {"lock file read by the holder", AfterABackupByTheHolderItself}};
}

}  // namespace idem::fencing
