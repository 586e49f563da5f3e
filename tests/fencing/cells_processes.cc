// SPDX-License-Identifier: Apache-2.0
#include "fencing/cells.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace idem::fencing {
namespace {

namespace fs = std::filesystem;

constexpr int kNotRefused = 1;  // exit status of a forked child whose commit was not refused
constexpr unsigned kChildLimit_s = 30;

// The child of a process that has the store open: it tries to write with what it inherited, and
// destroys it. `release` is read before that; a closed pipe reads at once.
[[noreturn]] void LiveAsChild(Role* role, int release) {
  ::alarm(kChildLimit_s);
  char none = 0;
  const bool refused = WriteOne(role).Is(ErrorCode::kStoreLocked);
  if (!refused || ::read(release, &none, 1) < 0) ::_exit(kNotRefused);
  Close(role);
  ::_exit(0);
}

Answer WaitFor(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return {ErrorCode::kStalled};  // it hung, died, or was not refused
}

// Forks, and waits for the child's end: the child closes first.
Answer ForkAndWait(Role* role) {
  const pid_t child = ::fork();
  if (child == 0) LiveAsChild(role, ::open("/dev/null", O_RDONLY));
  return WaitFor(child);
}

// Forks, closes first, and ends the child when the challenger has the store.
pid_t waiting_child = 0;
int child_release = -1;

Answer ForkAndClose(Role* role) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {ErrorCode::kIoError};
  waiting_child = ::fork();
  if (waiting_child == 0) {
    ::close(ends[1]);
    LiveAsChild(role, ends[0]);
  }
  ::close(ends[0]);
  child_release = ends[1];
  return Close(role);
}

Answer EndChild(Role*) {
  ::close(child_release);
  return WaitFor(waiting_child);
}

void ForkedChildClosesFirst(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(holder.Do(Write), "writing");
  const std::uint64_t before = OpenLogBytes(holder.process());
  race->MustDo(holder.Do(ForkAndWait), "the child's commit is refused, and it ends");
  ++race->score().locked;
  race->Require(OpenLogBytes(holder.process()) == before, "the child touched the log");
  race->MustBeLocked(challenger.Do(Open), "the child did not give the lock away");
  race->MustDo(holder.Do(Write), "writing after the child has gone");
  holder.Do(Close);
  race->MustDo(challenger.Do(Open), "opening after both have closed");
  race->MustDo(challenger.Do(Write), "writing after both have closed");
  challenger.Do(Close);
}

void ForkedChildClosesLast(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(holder.Do(Write), "writing");
  race->MustDo(holder.Do(ForkAndClose), "closing while a child lives");
  race->MustDo(challenger.Do(Open), "opening while a child of the old writer lives");
  race->MustDo(challenger.Do(Write), "writing while a child of the old writer lives");
  race->MustDo(holder.Do(EndChild), "the child's commit is refused, and it ends");
  ++race->score().locked;
  race->MustBeLocked(holder.Do(Open), "the child did not give the new writer's lock away");
  race->MustDo(challenger.Do(Write), "writing after the child has gone");
  challenger.Do(Close);
}

Answer StartProgram(Role*) {
  waiting_child = ::fork();
  if (waiting_child == 0) {
    ::execl("/bin/sleep", "sleep", "20", static_cast<char*>(nullptr));
    ::_exit(kNotRefused);
  }
  return {{}, static_cast<std::uint64_t>(waiting_child)};
}

void WaitUntilItRuns(Race* race, pid_t process) {
  const fs::path program = "/proc/" + std::to_string(process) + "/exe";
  for (int i = 0; fs::read_symlink(program) == fs::read_symlink("/proc/self/exe"); ++i) {
    race->Require(i < 20'000, "the program does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// A program that the host starts has none of the store's files open and so no part of the lock.
void ProgramStartedByTheHolder(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  race->MustDo(holder.Do(Write), "writing");
  const auto program = static_cast<pid_t>(holder.Do(StartProgram).count);
  WaitUntilItRuns(race, program);
  race->Require(!HasOpenBelow(program, race->store()), "a program inherits files of the store");
  race->MustBeLocked(challenger.Do(Open), "the holder still lives");
  holder.Kill();
  const Answer opened = challenger.Do(OpenAtLast);
  race->Require(::kill(program, 0) == 0, "the program should have outlived its parent");
  ::kill(program, SIGKILL);
  race->MustDo(opened, "opening while the program runs on");
  race->MustDo(challenger.Do(Write), "writing after that");
  challenger.Do(Close);
}

void KilledAndOpenedAtOnce(Race* race) {
  Actor holder(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  race->MustDo(holder.Do(Open), "the first opening");
  holder.Begin(WriteOn);
  race->Pause();
  holder.Kill();
  const Answer opened = challenger.Do(OpenAtLast);  // asks while the kernel tidies up
  race->MustDo(opened, "opening after kill -9");
  race->score().locked += static_cast<std::uint32_t>(opened.count - 1);
  race->MustDo(challenger.Do(Write), "writing after kill -9");
  challenger.Do(Close);
}

void TwoProcessesAtOnce(Race* race) {
  Actor first(0, race->store(), race->page());
  Actor second(1, race->store(), race->page());
  first.Begin(Open);
  if (race->chance().OneIn(2)) race->Pause();
  second.Begin(Open);
  const Answer one = first.End();
  const Answer other = second.End();
  race->Require(one.ok() != other.ok(), "one of two openings must win, and only one");
  race->MustBeLocked(one.ok() ? other : one, "the other one");
  Actor& winner = one.ok() ? first : second;
  Actor& loser = one.ok() ? second : first;
  race->MustDo(winner.Do(Write), "the winner's writing");
  const Answer seen = loser.Do(ReadBeside);
  race->Require(seen.ok() && seen.count == 3, "the loser reads what the winner wrote");
  winner.Do(Close);
  race->MustDo(loser.Do(Open), "the loser's turn");
  race->MustDo(loser.Do(Write), "the loser's writing");
}

void TwoProcessesCreateAtOnce(Race* race) {
  fs::remove_all(race->store());
  TwoProcessesAtOnce(race);
}

Answer OpenByTwoThreads(Role* role) {
  std::array<Role, 2> roles;
  std::array<Answer, 2> answers;
  {
    std::array<std::thread, 2> threads;
    for (std::size_t i = 0; i < threads.size(); ++i) {
      roles[i] = {role->number, role->store, role->page};
      threads[i] = std::thread([&, i] { answers[i] = Open(&roles[i]); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  if (answers[0].ok() == answers[1].ok()) return {ErrorCode::kStalled};
  const std::size_t winner = answers[0].ok() ? 0 : 1;
  *role = std::move(roles[winner]);
  return answers[1 - winner];
}

void TwoThreadsAtOnce(Race* race) {
  Actor actor(0, race->store(), race->page());
  race->MustBeLocked(actor.Do(OpenByTwoThreads), "one of two threads must win, and only one");
  race->MustDo(actor.Do(Write), "the winner's writing");
  actor.Do(Close);
  race->MustDo(actor.Do(Open), "opening again");
}

// Opens with 0 to 23 descriptors left.
Answer OpenWithFewDescriptors(Role* role) {
  struct rlimit before = {};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next = ::dup(STDIN_FILENO);  // the lowest that is free
  ::close(next);
  const std::uint64_t few = static_cast<std::uint64_t>(next) + role->page->seed % 24;
  struct rlimit limit = before;
  limit.rlim_cur = std::min<rlim_t>(before.rlim_max, few);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const Answer opened = Open(role);
  ::setrlimit(RLIMIT_NOFILE, &before);
  return opened;
}

void NoDescriptorsLeft(Race* race) {
  Actor actor(0, race->store(), race->page());
  Actor challenger(1, race->store(), race->page());
  const Answer opened = actor.Do(OpenWithFewDescriptors);
  if (opened.ok()) {
    actor.Do(Close);
  } else {
    race->Require(opened.Is(ErrorCode::kIoError),
                  "without descriptors: " + std::string(ToString(*opened.code)));
  }
  race->MustDo(challenger.Do(Open), "a failed opening keeps no lock");
  race->MustBeLocked(actor.Do(Open), "the process lives on");
  race->MustDo(challenger.Do(Write), "writing");
  challenger.Do(Close);
  race->MustDo(actor.Do(Open), "opening when there are descriptors again");
  race->MustDo(actor.Do(Write), "writing when there are descriptors again");
}

}  // namespace

std::vector<Cell> CellsOfProcesses() {
  return {{"fork, the child closes first", ForkedChildClosesFirst},
          {"fork, the child closes last", ForkedChildClosesLast},
          {"a program started", ProgramStartedByTheHolder},
          {"kill -9, opened at once", KilledAndOpenedAtOnce},
          {"two processes at once", TwoProcessesAtOnce},
          {"two processes create it", TwoProcessesCreateAtOnce},
          {"two threads at once", TwoThreadsAtOnce},
          {"no descriptors left", NoDescriptorsLeft}};
}

std::vector<Cell> AllCells() {
  std::vector<Cell> all;
  for (const auto& some : {CellsOfPaths(), CellsOfTakeovers(), CellsOfProcesses()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace idem::fencing
