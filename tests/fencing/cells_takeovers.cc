// SPDX-License-Identifier: Apache-2.0
#include "fencing/cells.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "support/directory_bytes.h"

namespace idem::fencing {
namespace {

namespace fs = std::filesystem;

constexpr char kOurLock[] = "IDEM_LOCK";
constexpr char kRocksLock[] = "LOCK";

void RemoveLocks(const fs::path& store) {
  fs::remove(store / kOurLock);
  fs::remove(store / kRocksLock);
}

// The challenger has the store, the holder still lives: nothing that it does may show, also not
// what it does when it closes. Both orders of closing.
void HolderHasLost(Race* race, Actor* holder, Actor* challenger) {
  challenger->Begin(WriteOn);
  race->Pause();
  race->MustBeHarmless(holder);
  const bool holder_first = race->chance().OneIn(2);
  if (holder_first) holder->Do(Close);
  race->Pause();
  race->MustDo(challenger->StopWriting(), "the new writer's commits");
  race->MustDo(challenger->Do(ReadOwn), "the new writer's reading");
  challenger->Do(Close);
  if (!holder_first) holder->Do(Close);
}

// The holder writes all the time, the challenger tries all the time.
void TakenWhileWriting(Race* race, const std::function<void()>& take) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  holder.Begin(WriteOn);
  challenger.Begin(OpenAtLast);
  race->Pause();
  take();
  race->MustDo(challenger.End(), "opening a store whose lock was taken away");
  race->Pause();
  race->MustHaveNoticed(&holder, "the old writer, which wrote on");
  HolderHasLost(race, &holder, &challenger);
}

void LockFileRemoved(Race* race) {
  TakenWhileWriting(race, [&] { RemoveLocks(race->store()); });
}

void LockFileReplaced(Race* race) {
  TakenWhileWriting(race, [&] {
    std::ofstream(race->place() / "other") << "4711\n";
    fs::remove(race->store() / kRocksLock);
    fs::rename(race->place() / "other", race->store() / kOurLock);
  });
}

// RocksDB's own lock still keeps the other one out; the holder stops all the same.
void OnlyOurLockFileRemoved(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  holder.Begin(WriteOn);
  race->Pause();
  fs::remove(race->store() / kOurLock);
  race->MustBeLocked(challenger.Do(Open), "an opening that RocksDB's lock is in the way of");
  race->Pause();
  race->MustHaveNoticed(&holder, "the writer without a lock file");
  race->MustBeHarmless(&holder);
  holder.Do(Close);
  race->MustDo(challenger.Do(Open), "opening after that");
  race->MustDo(challenger.Do(Write), "writing after that");
  challenger.Do(Close);
}

// A writer that stood still all the while, and knows of nothing when it goes on.
void Zombie(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  holder.Begin(WriteOn);
  race->Pause();
  holder.Freeze();
  race->MustBeLocked(challenger.Do(Open), "the kernel keeps the lock of a process that is stopped");
  RemoveLocks(race->store());
  race->MustDo(challenger.Do(Open), "opening a zombie's store");
  race->MustDo(challenger.Do(Write), "writing to a zombie's store");
  holder.Thaw();
  race->Pause();
  race->MustHaveNoticed(&holder, "the zombie");
  HolderHasLost(race, &holder, &challenger);
}

// The old lock file comes back after another writer has come and gone: it is the file that the old
// writer has locked, but not its store any more.
void LockFileRemovedAndPutBack(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(holder.Do(Write), "writing");
  fs::rename(race->store() / kOurLock, race->place() / "away");
  fs::remove(race->store() / kRocksLock);
  race->MustDo(challenger.Do(Open), "opening a store whose lock was taken away");
  race->MustDo(challenger.Do(Write), "writing after that");
  if (race->chance().OneIn(2)) challenger.Do(Close);
  fs::rename(race->place() / "away", race->store() / kOurLock);
  race->MustBeHarmless(&holder);
  holder.Do(Close);
}

void DirectoryMovedAwayAndBack(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->place() / "away", race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  holder.Begin(WriteOn);
  race->Pause();
  fs::rename(race->store(), race->place() / "away");
  race->MustBeLocked(challenger.Do(Open), "the store at its new place");
  race->Pause();
  race->MustHaveNoticed(&holder, "writing to a store that is not there");
  fs::rename(race->place() / "away", race->store());
  race->MustDo(holder.Do(ReadOwn), "reading after the way back");
  holder.Do(Close);
  race->MustDo(holder.Do(Open), "opening anew after the way back");
  race->MustDo(holder.Do(Write), "writing after the way back");
  holder.Do(Close);
}

// The holder rests, but RocksDB may still be flushing, or removing what nobody needs any more. A
// copy is one of a moment only when nothing changed while it was read.
void CopyAtRest(const fs::path& store, const fs::path& copy) {
  auto files = testing::DirectoryBytes(store);
  for (auto before = files; true; before = std::move(files)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    files = testing::DirectoryBytes(store);
    if (files == before) break;
  }
  fs::create_directory(copy);
  fs::permissions(copy, fs::perms::owner_all);
  for (const auto& [path, bytes] : files) {
    testing::SetFileBytes(copy / fs::path(path).filename(), bytes);
  }
}

// The holder has rested since the copy was taken, so the copy is a whole store.
void TakenByACopy(Race* race, bool more_commits, const std::function<void()>& take) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(holder.Do(Write), "writing");
  CopyAtRest(race->store(), race->place() / "copy");
  race->ForgiveFrom(race->page()->tried[0]);
  if (more_commits) race->MustDo(holder.Do(Write), "writing after the copy");
  take();
  if (race->chance().OneIn(2)) race->MustBeHarmless(&holder);
  race->MustDo(challenger.Do(Open), "opening the copy");
  HolderHasLost(race, &holder, &challenger);
}

void DirectoryReplacedByACopy(Race* race) {
  TakenByACopy(race, false, [&] {
    fs::rename(race->store(), race->place() / "old");
    fs::rename(race->place() / "copy", race->store());
  });
}

void RestoredFromAnOlderCopy(Race* race) {
  TakenByACopy(race, true, [&] {
    for (const auto& file : fs::directory_iterator(race->store())) fs::remove(file.path());
    for (const auto& file : fs::directory_iterator(race->place() / "copy")) {
      fs::copy(file.path(), race->store() / file.path().filename());
    }
  });
}

}  // namespace

std::vector<Cell> CellsOfTakeovers() {
  return {{"lock files removed", LockFileRemoved},
          {"lock file replaced", LockFileReplaced},
          {"only our lock file removed", OnlyOurLockFileRemoved},
          {"lock file removed, put back", LockFileRemovedAndPutBack},
          {"stopped, overtaken, continued", Zombie},
          {"directory moved away and back", DirectoryMovedAwayAndBack},
          {"directory replaced by a copy", DirectoryReplacedByACopy},
          {"restored from an older copy", RestoredFromAnOlderCopy}};
}

}  // namespace idem::fencing
