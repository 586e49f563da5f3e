// SPDX-License-Identifier: Apache-2.0
#include "crash/episode.h"

#include <sys/mman.h>

#include <cstdlib>
#include <utility>

#include "crash/state.h"

namespace idem::crash {
namespace {

constexpr std::uint64_t kVerifiesOneIn = 20;

// The page that an episode shares with its victims.
class Memory {
 public:
  Memory() {
    void* memory = ::mmap(nullptr, SharedPage::Bytes(kSteps), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    page_ = static_cast<SharedPage*>(memory);
  }
  ~Memory() { ::munmap(page_, SharedPage::Bytes(kSteps)); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  SharedPage* page() const { return page_; }

 private:
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
  Episode(std::uint64_t seed, std::string store, Opener opener)
      : store_(std::move(store)),
        opener_(std::move(opener)),
        random_(Mix(seed, 1)),
        stream_(Mix(seed, 2), kSteps) {
    uninterrupted_ = RunUninterrupted(stream_, memory_.page()->expected());
  }

  EpisodeEnd Run() {
    while (memory_.page()->acked.load().steps < kSteps && end_.wrong.empty()) LiveOnce();
    if (end_.wrong.empty()) CheckEnd();
    end_.unacknowledged_found = memory_.page()->unacknowledged_found;
    return end_;
  }

 private:
  // Any phase, and about as long as it takes.
  KillPlan DrawKill() {
    switch (random_.Below(8)) {
      case 0:
        return {Phase::kOpening, 1, random_.Below(12'000)};
      case 1:
        return {Phase::kChecking, 1, random_.Below(500)};
      case 2:
      case 3:
      case 4:
        return {Phase::kCommitting, 1 + random_.Below(4), random_.Below(250)};
      case 5:
        return {Phase::kFlushing, 1, random_.Below(500)};
      case 6:
        return {Phase::kBetween, 1 + random_.Below(4), random_.Below(50)};
      default:
        return {Phase::kClosing, 1, random_.Below(1'000)};
    }
  }

  void LiveOnce() {
    Life life;
    life.directory = store_;
    life.opener = opener_;
    life.seed = random_.Below(UINT64_MAX);
    life.kill = DrawKill();
    // A life that should be killed when it closes is short, so that the stream lasts for many.
    life.commits_max = life.kill.at == Phase::kClosing ? random_.Below(3) : kSteps;
    life.verify = random_.OneIn(kVerifiesOneIn);
    life.stream = &stream_;
    life.page = memory_.page();
    const Ending ending = Live(life);
    const SharedPage& page = *memory_.page();
    if (ending.killed) ++end_.killed[static_cast<std::size_t>(page.phase.load())];
    if (!ending.wrong.empty()) end_.wrong = ending.wrong + ": " + page.failure;
  }

  // Invariants 1 and 4: the end is that of the uninterrupted run, and stays it when everything is
  // offered once more.
  void CheckEnd() {
    auto sink = opener_(store_).value();
    const Tables tables = OpenTables(sink.get()).value();
    const VerifyReport verified = sink->NewSnapshot().value().Verify().value();
    if (!verified.ok()) end_.wrong = "Verify: " + verified.findings.front().what;
    if (DescribeStore(*sink).value() != uninterrupted_) {
      end_.wrong = "the end is not that of an uninterrupted run";
    }
    Batch batch;
    for (std::uint64_t step = 0; step < kSteps; ++step) stream_.AddStep(step, tables, &batch);
    const CommitReport report = sink->Commit(batch).value();
    if (report.count(Verdict::kReplayed) + report.count(Verdict::kInvalid) != batch.size() ||
        DescribeStore(*sink).value() != uninterrupted_) {
      end_.wrong = "offering everything again had an effect";
    }
  }

  const std::string store_;
  const Opener opener_;
  Random random_;
  Stream stream_;
  Memory memory_;
  std::vector<std::string> uninterrupted_;
  EpisodeEnd end_;
};

}  // namespace

EpisodeEnd RunEpisode(std::uint64_t seed, const std::filesystem::path& directory,
                      const Opener& opener) {
  return Episode(seed, directory.string(), opener).Run();
}

Result<std::unique_ptr<IdempotentSink>> OpenSink(const std::string& directory) {
  return IdempotentSink::Open(directory, StreamOptions());
}

}  // namespace idem::crash
