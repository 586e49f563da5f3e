// SPDX-License-Identifier: Apache-2.0
//
// Sequences of operations, as the model test makes them, with the fuzzer in the place of chance:
// the memory store and the oracle must agree, and what was committed may be offered again.

#include "fuzz/input.h"
#include "fuzz/target.h"
#include "model/episode_runner.h"
#include "model/generator.h"
#include "script/sink_target.h"

#include <cstdio>
#include <string>
#include <vector>

using idem::fuzz::Require;
using idem::model::Episode;
using idem::script::Action;
using idem::script::Commit;

namespace {

constexpr std::size_t kRecords = 24;

std::string Digests(idem::script::SinkTarget* sink) {
  std::string digests;
  for (const auto& table : sink->Read().tables) digests += table.name + table.digest + "\n";
  return digests;
}

// Invariant 1: only what was skipped for its position or rejects its batch is left out.
void OfferAgain(const Episode& episode) {
  idem::script::SinkTarget sink(idem::script::StoreKind::kMemory, episode.options);
  std::vector<Action> committed;
  for (const auto& step : episode.steps) {
    const idem::script::Answer answer = sink.Do(step);
    const auto* commit = std::get_if<Commit>(&step);
    if (commit == nullptr || !answer.ok()) continue;
    auto outcome = answer.outcomes.begin();
    for (const Action& action : commit->actions) {
      if (!action.is_record()) continue;
      const idem::Verdict verdict = outcome++->verdict;
      if (verdict == idem::Verdict::kReplayed || verdict == idem::Verdict::kInvalid) continue;
      committed.push_back(action);
    }
  }
  const std::string before = Digests(&sink);
  for (auto action = committed.rbegin(); action != committed.rend(); ++action) {
    Require(sink.Do(Commit{.actions = {{.kind = Action::Kind::kNowhere}, *action}}).ok(),
            "what was committed is not rejected");
  }
  Require(Digests(&sink) == before, "what was committed may be offered again, in any order");
  Require(sink.Check().empty(), "the store is right");
}

}  // namespace

IDEM_FUZZ_TARGET("operations") {
  idem::fuzz::Input choices(input);
  const bool repeatable = choices.Coin();
  const idem::model::Profile profile{.last_wins = !repeatable, .accept = !repeatable};
  const Episode episode = idem::model::MakeEpisode(choices.Rest(), kRecords, profile);
  const std::string problem = idem::model::RunEpisode(
      episode, {.stores = idem::model::Stores::kMemory, .read_every = kRecords}, nullptr);
  if (!problem.empty()) {
    std::fprintf(stderr, "%s%s", idem::model::AsScenario(episode).c_str(), problem.c_str());
  }
  Require(problem.empty(), "the store and the oracle agree");
  if (repeatable) OfferAgain(episode);
}
