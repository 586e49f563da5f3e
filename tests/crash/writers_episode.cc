// SPDX-License-Identifier: Apache-2.0
#include "crash/writers_episode.h"

#include <utility>
#include <vector>

#include "crash/state.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/shared_array.h"

namespace idem::crash {
namespace {

constexpr std::uint64_t kStepsOfOne = 360;
constexpr std::uint64_t kCommitsOfALife = 40;
constexpr std::uint64_t kVerifiesOneIn = 10;

class Episode {
 public:
  Episode(std::uint64_t seed, std::string store, WatchedOpener opener)
      : store_(std::move(store)), opener_(std::move(opener)), random_(Mix(seed, 1)) {
    const std::size_t writers = random_.OneIn(4) ? kWritersMax : 2;
    for (std::size_t i = 0; i < writers; ++i) {
      streams_.emplace_back(Mix(seed, 100 + i), kStepsOfOne, i);
    }
    expected_ = ContentAfter(streams_, std::vector<std::uint32_t>(writers, kStepsOfOne));
  }

  WritersEnd Run() {
    while (!AllAcknowledged() && end_.wrong.empty()) LiveOnce();
    if (end_.wrong.empty()) CheckEnd();
    end_.unacknowledged_found = page_->unacknowledged_found;
    end_.decided_beside = page_->sight.decided_beside;
    return end_;
  }

 private:
  bool AllAcknowledged() const {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      if (page_->writers[i].acked.load().steps < kStepsOfOne) return false;
    }
    return true;
  }

  // Any moment, and most of them while commits are on their way.
  WritersKill DrawKill() {
    const auto times = static_cast<std::uint32_t>(1 + random_.Below(6));
    switch (random_.Below(10)) {
      case 0:
        return {Moment::kOpening, 1, random_.Below(12'000)};
      case 1:
        return {Moment::kClosing, 1, random_.Below(1'000)};
      case 2:
        return {Moment::kBetween, 1, random_.Below(3'000)};
      case 3:
        return {Moment::kSyncing, 1, random_.Below(150)};
      case 4:
      case 5:
      case 6:
        return {Moment::kWriting, times, random_.Below(100)};
      default:
        return {Moment::kBeside, times, random_.Below(60)};
    }
  }

  void LiveOnce() {
    WritersLife life;
    life.directory = store_;
    life.opener = opener_;
    life.seed = random_.Below(UINT64_MAX);
    life.kill = DrawKill();
    // A life that should be killed when it closes is short, so that the streams last for many.
    const bool closes = life.kill.at == Moment::kClosing;
    life.commits_max = closes ? random_.Below(3) : kCommitsOfALife;
    life.verify = random_.OneIn(kVerifiesOneIn);
    life.streams = &streams_;
    life.page = page_;
    const Ending ending = LiveAsWriters(life);
    if (ending.killed) ++end_.killed[static_cast<std::size_t>(page_->DiedAt())];
    // One may be killed on its way from a failure to its end.
    const bool failed = !ending.wrong.empty() || page_->failed;
    if (failed) end_.wrong = ending.wrong + ": " + page_->failure;
  }

  // Invariants 1 and 4: the end is that of one writer after the other, and stays it when everything
  // is offered once more.
  void CheckEnd() {
    const auto sink = opener_(store_, StreamOptions(), &page_->sight, [](Moment) {}).value();
    const Tables tables = OpenTables(sink.get()).value();
    const VerifyReport verified = sink->NewSnapshot().value().Verify().value();
    if (!verified.ok()) end_.wrong = "Verify: " + verified.findings.front().what;
    if (DescribeStore(*sink).value() != expected_) {
      end_.wrong = "the end is not that of one writer after the other";
    }
    Batch batch;
    for (const Stream& stream : streams_) {
      batch.Clear();
      for (std::uint64_t step = 0; step < kStepsOfOne; ++step) {
        stream.AddStep(step, tables, &batch);
      }
      const CommitReport report = sink->Commit(batch).value();
      if (report.count(Verdict::kReplayed) + report.count(Verdict::kInvalid) != batch.size()) {
        end_.wrong = "what was acknowledged is new again";
      }
    }
    if (DescribeStore(*sink).value() != expected_) {
      end_.wrong = "offering everything again had an effect";
    }
  }

  const std::string store_;
  const WatchedOpener opener_;
  Random random_;
  std::vector<Stream> streams_;
  std::vector<std::string> expected_;
  testing::SharedArray<WritersPage> pages_{1};
  WritersPage* const page_ = pages_.all().data();
  WritersEnd end_;
};

}  // namespace

WritersEnd RunWriters(std::uint64_t seed, const std::filesystem::path& directory,
                      const WatchedOpener& opener) {
  return Episode(seed, directory.string(), opener).Run();
}

Result<std::unique_ptr<IdempotentSink>> OpenWatched(const std::string& directory,
                                                    const SinkOptions& options, Sight* sight,
                                                    const Reached& reached) {
  auto store = storage::OpenRocksStore(directory, options);
  if (!store) return store.error();
  return SinkImpl::Open(std::make_shared<WatchedStore>(*std::move(store), sight, reached), options);
}

}  // namespace idem::crash
