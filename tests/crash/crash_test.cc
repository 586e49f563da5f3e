// SPDX-License-Identifier: Apache-2.0
//
// Kills a process that ingests, with SIGKILL, at random moments: while it opens, between and within
// commits, while it closes. Whatever the moment, the next opening must find the state after a
// prefix of the commits with everything that was acknowledged, and at the end of the stream the
// store must be what one uninterrupted run makes of it.
//
//   IDEM_CRASH_KILLS   how many kills (200)
//   IDEM_CRASH_SEED    of the streams and the moments (1); the moments also depend on the machine

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "crash/state.h"
#include "crash/stream.h"
#include "crash/victim.h"
#include "support/settings.h"
#include "support/temp_directory.h"

namespace idem::crash {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kSteps = 6000;  // of one episode
constexpr std::chrono::seconds kHang(120);

// The shared memory of one episode; the descriptor is inherited by the victims.
class Memory {
 public:
  Memory() : descriptor_(::memfd_create("idem-crash", 0)) {
    const std::size_t bytes = SharedPage::Bytes(kSteps);
    if (descriptor_ < 0 || ::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) std::abort();
    page_ = Map(descriptor_);
  }
  ~Memory() {
    ::munmap(page_, SharedPage::Bytes(kSteps));
    ::close(descriptor_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  static SharedPage* Map(int descriptor) {
    void* memory = ::mmap(nullptr, SharedPage::Bytes(kSteps), PROT_READ | PROT_WRITE, MAP_SHARED,
                          descriptor, 0);
    if (memory == MAP_FAILED) std::abort();
    return static_cast<SharedPage*>(memory);
  }

  int descriptor() const { return descriptor_; }
  SharedPage* page() const { return page_; }

 private:
  int descriptor_;
  SharedPage* page_;
};

// The uninterrupted run, in memory: its state after every step.
std::vector<std::string> RunUninterrupted(const Stream& stream, Expected* expected) {
  auto sink = IdempotentSink::OpenInMemory(StreamOptions()).value();
  const Tables tables = OpenTables(sink.get()).value();
  Batch batch;
  std::uint64_t quarantined = 0;
  for (std::uint64_t step = 0; step < stream.steps(); ++step) {
    batch.Clear();
    stream.AddStep(step, tables, &batch);
    const CommitReport report = sink->Commit(batch).value();
    Expected& after = expected[step + 1];
    after = {tables.state.Digest(), tables.log.Digest(), tables.payments.Digest(), quarantined};
    if (!report.refused().empty()) {
      quarantined = Observe(sink->NewSnapshot().value()).value().quarantined;
      after.quarantined = quarantined;
    }
  }
  return DescribeStore(*sink).value();
}

class Episode {
 public:
  explicit Episode(std::uint64_t seed)
      : seed_(seed), random_(Mix(seed, 1)), stream_(Mix(seed, 2), kSteps) {
    uninterrupted_ = RunUninterrupted(stream_, memory_.page()->expected());
  }

  // Kills until the stream is through or `kills` is used up, then checks the end. Returns the
  // kills that met a living process.
  std::uint64_t Run(std::uint64_t kills) {
    std::uint64_t killed = 0;
    while (memory_.page()->acked.load().steps < kSteps && !::testing::Test::HasFailure()) {
      const bool kill = killed < kills;
      if (LiveOnce(kill ? random_.Below(3) : kToTheEnd)) ++killed;
    }
    if (!::testing::Test::HasFailure()) CheckEnd();
    return killed;
  }

 private:
  static constexpr std::uint64_t kToTheEnd = 3;

  // One life of a victim. True when it was killed.
  bool LiveOnce(std::uint64_t moment) {
    SharedPage* page = memory_.page();
    page->phase = Phase::kStarting;
    // The closing lives are short, so that the stream lasts for many of them.
    const std::uint64_t commits = moment == 2           ? random_.Below(8)
                                  : moment == kToTheEnd ? kSteps
                                                        : 1000;
    const pid_t pid = Spawn(commits);
    bool alive = true;
    if (moment == 0) alive = Sleep(pid, random_.Below(60'000));
    if (moment == 1) {
      // By progress rather than time, so that a slow machine gets through the stream too.
      const std::uint64_t target = page->acked.load().steps + random_.Below(300);
      alive = WaitUntil(pid, [&] { return page->acked.load().steps >= target; }) &&
              Sleep(pid, random_.Below(3'000));
    }
    if (moment == 2) alive = Wait(pid, Phase::kClosing) && Sleep(pid, random_.Below(6'000));
    if (moment == kToTheEnd) alive = Sleep(pid, microseconds(kHang).count());
    EXPECT_FALSE(alive && moment == kToTheEnd) << "the process hangs";
    if (alive) ::kill(pid, SIGKILL);
    int status = 0;
    if (!reaped_) ::waitpid(pid, &status, 0);
    if (reaped_) status = status_;
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed) {
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == kClosed)
          << "wait status " << status << ": " << page->failure;
    }
    return killed;
  }

  pid_t Spawn(std::uint64_t commits) {
    const std::string arguments[] = {"crash",
                                     "--victim",
                                     std::to_string(memory_.descriptor()),
                                     store(),
                                     std::to_string(Mix(seed_, 2)),
                                     std::to_string(random_.Below(UINT64_MAX)),
                                     std::to_string(commits),
                                     random_.OneIn(6) ? "1" : "0"};
    std::vector<char*> argv;
    for (const std::string& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execv's signature
    }
    argv.push_back(nullptr);
    reaped_ = false;
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execv("/proc/self/exe", argv.data());
      ::_exit(127);
    }
    return pid;
  }

  // False when the process has ended by itself.
  bool Alive(pid_t pid) {
    if (!reaped_) reaped_ = ::waitpid(pid, &status_, WNOHANG) == pid;
    return !reaped_;
  }

  bool Sleep(pid_t pid, std::uint64_t micros) {
    const auto until = steady_clock::now() + microseconds(micros);
    while (steady_clock::now() < until) {
      if (!Alive(pid)) return false;
      std::this_thread::sleep_until(
          std::min(until, steady_clock::now() + std::chrono::milliseconds(2)));
    }
    return Alive(pid);
  }

  bool Wait(pid_t pid, Phase phase) {
    return WaitUntil(pid, [&] { return memory_.page()->phase.load() >= phase; });
  }

  template <typename Condition>
  bool WaitUntil(pid_t pid, Condition condition) {
    const auto until = steady_clock::now() + kHang;
    while (!condition()) {
      if (!Alive(pid)) return false;
      if (steady_clock::now() > until) {
        ADD_FAILURE() << "the process hangs in phase "
                      << static_cast<int>(memory_.page()->phase.load());
        return true;
      }
      std::this_thread::sleep_for(microseconds(50));
    }
    return Alive(pid);
  }

  // Invariants 1 and 4: the end is that of the uninterrupted run, and stays it when everything is
  // offered once more.
  void CheckEnd() {
    auto sink = IdempotentSink::Open(store(), StreamOptions()).value();
    const Tables tables = OpenTables(sink.get()).value();
    EXPECT_EQ(DescribeStore(*sink).value(), uninterrupted_);
    const VerifyReport verified = sink->NewSnapshot().value().Verify().value();
    EXPECT_TRUE(verified.ok()) << verified.findings.front().what;

    Batch batch;
    for (std::uint64_t step = 0; step < kSteps; ++step) {
      stream_.AddStep(step, tables, &batch);
      if (step % 1000 != 999) continue;
      const CommitReport report = sink->Commit(batch).value();
      EXPECT_EQ(report.count(Verdict::kReplayed) + report.count(Verdict::kInvalid), batch.size());
      batch.Clear();
    }
    EXPECT_EQ(DescribeStore(*sink).value(), uninterrupted_);
  }

  std::string store() const { return (directory_.path() / "store").string(); }

  std::uint64_t seed_;
  Random random_;
  Stream stream_;
  Memory memory_;
  testing::TempDirectory directory_;
  std::vector<std::string> uninterrupted_;
  bool reaped_ = false;
  int status_ = 0;
};

TEST(Crash, EveryOpeningFindsAPrefixAndTheEndIsThatOfOneRun) {
  const std::uint64_t seed = testing::Setting("IDEM_CRASH_SEED").value_or(1);
  const std::uint64_t goal = testing::Setting("IDEM_CRASH_KILLS").value_or(200);
  std::uint64_t kills = 0;
  std::uint64_t episodes = 0;
  while (kills < goal && !HasFailure()) {
    SCOPED_TRACE("IDEM_CRASH_SEED=" + std::to_string(seed) + ", episode " +
                 std::to_string(episodes) + ", after " + std::to_string(kills) + " kills");
    Episode episode(Mix(seed, 100 + episodes));
    kills += episode.Run(goal - kills);
    ++episodes;
  }
  RecordProperty("kills", std::to_string(kills));
  std::cout << kills << " kills in " << episodes << " episodes\n";
}

// --victim DESCRIPTOR DIRECTORY STREAM-SEED LIFE-SEED COMMITS VERIFY
int LiveAsVictim(char** argv) {
  const Stream stream(std::strtoull(argv[4], nullptr, 10), kSteps);
  Life life;
  life.page = Memory::Map(static_cast<int>(std::strtol(argv[2], nullptr, 10)));
  life.directory = argv[3];
  life.stream = &stream;
  life.seed = std::strtoull(argv[5], nullptr, 10);
  life.commits_max = std::strtoull(argv[6], nullptr, 10);
  life.verify = std::strcmp(argv[7], "1") == 0;
  return Live(life);
}

}  // namespace
}  // namespace idem::crash

int main(int argc, char** argv) {
  if (argc == 8 && std::strcmp(argv[1], "--victim") == 0) return idem::crash::LiveAsVictim(argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
