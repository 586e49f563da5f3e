// SPDX-License-Identifier: Apache-2.0
//
// Puts known bugs back under several writers and expects that kills show them.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crash/writers_episode.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/checkpoints_apart.h"
#include "support/front_store.h"
#include "support/isolation.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::FrontStore;

constexpr std::size_t kEpisodes = 4;

// A plan with its bytes, whose commit is over.
class KeptPlan {
 public:
  explicit KeptPlan(const storage::WritePlan& plan) : epoch_(plan.writer_epoch), path_(plan.path) {
    for (const storage::Write& write : plan.writes) {
      entries_.emplace_back(write.key, write.value ? std::optional(write.WholeValue())
                                                   : std::optional<std::string>());
    }
  }

  storage::WritePlan plan() const {
    storage::WritePlan plan{epoch_, {}, path_};
    for (const auto& [key, value] : entries_) {
      plan.writes.push_back({key, value ? std::optional<std::string_view>(*value) : std::nullopt});
    }
    return plan;
  }

 private:
  std::uint64_t epoch_;
  storage::WritePath path_;
  std::vector<std::pair<std::string, std::optional<std::string>>> entries_;
};

// Acknowledges every second commit before it is written, together with the next one.
class WritesLater final : public FrontStore {
 public:
  using FrontStore::FrontStore;

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    if (!kept_) {
      kept_.emplace(plan);
      return {};
    }
    if (auto written = WriteKept(); !written) return written;
    return inner().Commit(plan, durability);
  }

  Result<void> Sync() override {
    if (auto written = WriteKept(); !written) return written;
    return inner().Sync();
  }

 private:
  Result<void> WriteKept() {
    if (!kept_) return {};
    const KeptPlan kept = *std::move(kept_);
    kept_.reset();
    return inner().Commit(kept.plan(), Durability::kAsync);
  }

  std::optional<KeptPlan> kept_;
};

// Opens a store with a `Front` before it.
template <typename Front, typename... Arguments>
WatchedOpener OpenerOf(Arguments... arguments) {
  return [=](const std::string& directory, const SinkOptions& options, Sight* sight,
             const Reached& reached) -> Result<std::unique_ptr<IdempotentSink>> {
    auto store = storage::OpenRocksStore(directory, options);
    if (!store) return store.error();
    auto front = std::make_unique<Front>(*std::move(store), arguments...);
    return SinkImpl::Open(std::make_shared<WatchedStore>(std::move(front), sight, reached),
                          options);
  };
}

// In how many of some episodes a promise is seen to be broken, with a text that says `why`.
std::size_t Broken(const WatchedOpener& opener, std::string_view why) {
  std::size_t broken = 0;
  testing::Isolation({.processes = kEpisodes})
      .Run(
          kEpisodes,
          [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
            const WritersEnd end = RunWriters(Mix(7, i), place, opener);
            report->Say(end.wrong.empty() ? CycleEnd::kHeld : CycleEnd::kViolated, end.wrong);
          },
          [&](std::size_t, const CycleReport& report) {
            const std::string_view text = report.text.data();
            const bool wrong = report.end == CycleEnd::kViolated;
            if (wrong && text.find(why) != std::string_view::npos) ++broken;
          });
  return broken;
}

TEST(WritersMutant, CheckpointBeforeItsRows) {
  EXPECT_GT(Broken(OpenerOf<testing::CheckpointsApart>(true), "not a prefix"), 0U);
}

TEST(WritersMutant, AcknowledgementBeforeTheWrite) {
  EXPECT_GT(Broken(OpenerOf<WritesLater>(), "acknowledged: commit"), 0U);
}

}  // namespace
}  // namespace idem::crash
