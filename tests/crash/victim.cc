// SPDX-License-Identifier: Apache-2.0
#include "crash/victim.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "crash/timer.h"

namespace idem::crash {
namespace {

constexpr std::uint64_t kStepsPerCommitMax = 5;

// Says why in the shared page; the first failure counts.
bool Fail(const Life& life, const std::string& why) {
  if (life.page->failure[0] == 0) {
    std::snprintf(life.page->failure, sizeof(life.page->failure), "%s", why.c_str());
  }
  return false;
}

// Where the victim is in its life, for the parent and for the timer.
class Progress {
 public:
  explicit Progress(const Life& life) : life_(life) {}

  void Enter(Phase phase) {
    life_.page->phase = phase;
    if (phase == life_.kill.at && ++entered_ == life_.kill.times) WindTheTimer(life_.kill.micros);
  }

 private:
  const Life& life_;
  std::uint64_t entered_ = 0;
};

std::string Join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

// Invariants 4 and 5 for kill -9: the store is the state after a prefix of the commits, that prefix
// holds all that was acknowledged, and rows, quarantine and checkpoints belong to the same prefix.
bool CheckPrefix(const Life& life, const Snapshot& snapshot, std::uint32_t* steps) {
  const Acked acked = life.page->acked;
  const std::vector<Checkpoint> checkpoints = snapshot.Checkpoints().value();
  *steps = StepsDone(checkpoints);
  const std::string found = "commit " + std::to_string(snapshot.commit()) + " with " +
                            std::to_string(*steps) + " steps; acknowledged: commit " +
                            std::to_string(acked.commit) + " with " + std::to_string(acked.steps) +
                            " steps, in flight: up to step " +
                            std::to_string(life.page->started_steps);
  if (*steps > acked.steps) ++life.page->unacknowledged_found;
  if (*steps != acked.steps && *steps != life.page->started_steps) {
    return Fail(life, "not a prefix of the commits: " + found);
  }
  if (life.page->set_up != 0 &&
      snapshot.commit() != acked.commit + (*steps > acked.steps ? 1 : 0)) {
    return Fail(life, "another commit number than the steps tell: " + found);
  }

  std::vector<std::string> lines;
  for (const Checkpoint& checkpoint : checkpoints) lines.push_back(Describe(checkpoint));
  std::vector<std::string> expected = life.stream->CheckpointsAfter(*steps);
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  if (lines != expected) {
    return Fail(life, "checkpoints of " + found + Join(lines) + "\nexpected" + Join(expected));
  }
  return true;
}

bool CheckContent(const Life& life, const Snapshot& snapshot, std::uint64_t steps) {
  const Expected seen = Observe(snapshot).value();
  const Expected& wanted = life.page->expected()[steps];
  if (seen != wanted) {
    return Fail(
        life, "rows or quarantine are not those after step " + std::to_string(steps) + ": state " +
                  seen.state.ToHex() + " for " + wanted.state.ToHex() + ", log " +
                  seen.log.ToHex() + " for " + wanted.log.ToHex() + ", payments " +
                  seen.payments.ToHex() + " for " + wanted.payments.ToHex() + ", quarantined " +
                  std::to_string(seen.quarantined) + " for " + std::to_string(wanted.quarantined));
  }
  if (!life.verify) return true;
  const VerifyReport report = snapshot.Verify().value();
  if (report.ok()) return true;
  return Fail(life,
              "Verify: " + report.findings.front().table + ": " + report.findings.front().what);
}

bool Ingest(const Life& life, IdempotentSink* sink, const Tables& tables, std::uint64_t steps,
            Progress* progress) {
  Random random(life.seed);
  Batch batch(StreamOptions().limits);
  for (std::uint64_t n = 0; n < life.commits_max && steps < life.stream->steps(); ++n) {
    const std::uint64_t to =
        std::min(life.stream->steps(), steps + 1 + random.Below(kStepsPerCommitMax));
    Offer(*life.stream, tables, steps, to, &random, &batch);
    CommitOptions options;
    options.durability = random.OneIn(12) ? Durability::kSync : Durability::kAsync;
    options.bulk = random.OneIn(20);
    life.page->started_steps = static_cast<std::uint32_t>(to);
    progress->Enter(Phase::kCommitting);
    Result<CommitReport> report = sink->Commit(batch, options);
    if (!report) return Fail(life, "Commit: " + report.error().ToString());
    const Acked before = life.page->acked;
    if (report->commit() != before.commit + 1) {
      return Fail(life, "commit " + std::to_string(report->commit()) + " came after " +
                            std::to_string(before.commit));
    }
    life.page->acked = Acked{before.commit + 1, static_cast<std::uint32_t>(to)};
    progress->Enter(Phase::kBetween);
    steps = to;
    if (random.OneIn(5)) {
      progress->Enter(Phase::kFlushing);
      if (Result<void> flushed = sink->Flush(); !flushed) {
        return Fail(life, "Flush: " + flushed.error().ToString());
      }
    }
  }
  return true;
}

bool LiveWithin(const Life& life) {
  Progress progress(life);
  progress.Enter(Phase::kOpening);
  Result<std::unique_ptr<IdempotentSink>> sink = life.opener(life.directory);
  if (!sink) return Fail(life, "Open: " + sink.error().ToString());

  progress.Enter(Phase::kChecking);
  std::uint32_t steps = 0;
  {
    const Snapshot snapshot = (*sink)->NewSnapshot().value();
    if (!CheckPrefix(life, snapshot, &steps)) return false;
    if (life.page->set_up != 0 && !CheckContent(life, snapshot, steps)) return false;
  }
  Result<Tables> tables = OpenTables(sink->get());
  if (!tables) return Fail(life, "OpenTable: " + tables.error().ToString());

  // What was seen after an opening may not vanish later either.
  const std::uint64_t commit = (*sink)->NewSnapshot().value().commit();
  life.page->acked = Acked{static_cast<std::uint32_t>(commit), steps};
  life.page->started_steps = steps;
  life.page->set_up = 1;
  progress.Enter(Phase::kBetween);
  if (!Ingest(life, sink->get(), *tables, steps, &progress)) return false;
  progress.Enter(Phase::kClosing);
  sink->reset();
  return true;
}

}  // namespace

Result<Expected> Observe(const Snapshot& snapshot) {
  Expected seen;
  for (auto [name, digest] : {std::pair{"state", &seen.state}, std::pair{"log", &seen.log},
                              std::pair{"payments", &seen.payments}}) {
    Result<TableInfo> table = snapshot.GetTable(name);
    if (!table) return table.error();
    *digest = table->digest;
  }
  QuarantineQuery all;
  all.limit = SIZE_MAX;
  Result<std::vector<QuarantineEntry>> entries = snapshot.Quarantine(all);
  if (!entries) return entries.error();
  seen.quarantined = entries->size();
  return seen;
}

std::string_view ToString(Phase phase) {
  constexpr std::array<std::string_view, kPhases> kNames = {"opening",  "checking", "committing",
                                                            "flushing", "between",  "closing"};
  return kNames[static_cast<std::size_t>(phase)];
}

Ending Live(const Life& life) {
  return LiveOneLife([&life] { return LiveWithin(life); },
                     [&life](const std::string& why) { Fail(life, why); });
}

}  // namespace idem::crash
