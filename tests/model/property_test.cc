// SPDX-License-Identifier: Apache-2.0
//
// The invariants of the design as properties of random streams, without an oracle: idempotence (1),
// order (2), cut (3) and conservation (8). Each runs on both stores.

#include "model/generator.h"
#include "script/sink_target.h"
#include "script/text.h"
#include "support/scratch.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <map>
#include <string>

namespace idem::model {
namespace {

using script::Action;
using script::Answer;
using script::Commit;
using script::SinkTarget;
using script::Step;
using script::StoreKind;

constexpr std::size_t kRecords = 400;

// A position, or none, with the records read there: what a batch must not be cut through.
using Group = std::vector<Action>;

class Property : public ::testing::TestWithParam<StoreKind> {
 protected:
  std::unique_ptr<SinkTarget> NewSink(const SinkOptions& options) {
    return std::make_unique<SinkTarget>(GetParam(), options,
                                        scratch_.path() / std::to_string(++stores_made_));
  }
  std::uint64_t Seeds() const { return GetParam() == StoreKind::kMemory ? 40 : 10; }

  testing::Scratch scratch_{"idem-property"};
  int stores_made_ = 0;
};

std::map<std::string, std::string> Digests(SinkTarget* sink) {
  std::map<std::string, std::string> digests;
  for (const script::TableState& table : sink->Read().tables) {
    digests[table.name] = table.digest + " rows=" + std::to_string(table.rows);
  }
  return digests;
}

Commit InGroups(const std::vector<Group>& groups) {
  Commit commit;
  for (const Group& group : groups) {
    commit.actions.insert(commit.actions.end(), group.begin(), group.end());
  }
  return commit;
}

// Commits all groups in batches of random size and returns the verdicts in order.
std::vector<Outcome> CommitAll(SinkTarget* sink, const std::vector<Group>& groups,
                               std::size_t batch_max, Random* random) {
  std::vector<Outcome> outcomes;
  for (std::size_t at = 0; at < groups.size();) {
    const std::size_t end = std::min(groups.size(), at + 1 + random->Below(batch_max));
    const auto begin = groups.begin() + static_cast<std::ptrdiff_t>(at);
    const Commit commit = InGroups({begin, groups.begin() + static_cast<std::ptrdiff_t>(end)});
    const Answer answer = sink->Do(commit);
    EXPECT_TRUE(answer.ok()) << answer.message;
    const auto offered = std::count_if(commit.actions.begin(), commit.actions.end(),
                                       [](const Action& action) { return action.is_record(); });
    EXPECT_EQ(answer.outcomes.size(), static_cast<std::size_t>(offered)) << "invariant 8";
    outcomes.insert(outcomes.end(), answer.outcomes.begin(), answer.outcomes.end());
    at = end;
  }
  return outcomes;
}

std::string VerdictText(const std::vector<Outcome>& outcomes) {
  std::string out;
  for (const Outcome& outcome : outcomes) {
    out +=
        std::string(ToString(outcome.verdict)) + " " + std::string(ToString(outcome.reason)) + "\n";
  }
  return out;
}

// Invariant 1: whatever was committed may be offered again, any number of times, in any order.
TEST_P(Property, Invariant1OfferingAgainChangesNothing) {
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Episode episode = MakeEpisode(seed, kRecords, {.last_wins = false, .accept = false});
    const auto sink = NewSink(episode.options);
    std::vector<Group> committed;
    for (const Step& step : episode.steps) {
      const Answer answer = sink->Do(step);
      const auto* commit = std::get_if<Commit>(&step);
      if (commit == nullptr || !answer.ok()) continue;
      std::size_t record = 0;
      for (const Action& action : commit->actions) {
        if (!action.is_record()) continue;
        const Verdict verdict = answer.outcomes.at(record++).verdict;
        // What was skipped for its position was not decided, and INVALID may reject the batch.
        if (verdict != Verdict::kReplayed && verdict != Verdict::kInvalid) {
          committed.push_back({Action{.kind = Action::Kind::kNowhere}, action});
        }
      }
    }
    const auto before = Digests(sink.get());
    Random random(seed);
    std::vector<Group> again;
    for (std::size_t i = 0; i < 2 * committed.size(); ++i) again.push_back(random.Of(committed));
    CommitAll(sink.get(), again, 5, &random);
    EXPECT_EQ(Digests(sink.get()), before);
    EXPECT_EQ(sink->Check(), "");
  }
}

// Records of one converging table, each at an offset of its own, from sources of different rank.
std::vector<Group> ConvergingRecords(VersionKind kind, Random* random) {
  static const std::vector<std::string> kText = {"1", "A", "A/0", "A/1", "FF/B", "FF/ABC"};
  std::vector<Group> groups;
  for (std::int64_t offset = 0; offset < 150; ++offset) {
    Action from{.kind = Action::Kind::kFrom};
    from.place.source = "rank-" + std::to_string(random->Below(3));
    from.place.offset = offset;
    Action record{.kind = Action::Kind::kUpsert, .table = "t"};
    record.key = {random->Between(0, 7)};
    record.version = random->Between(0, 3);
    if (kind != VersionKind::kInteger) record.version = random->Of(kText);
    record.value = std::string(1, static_cast<char>('w' + random->Below(4)));
    if (random->Percent(20)) {
      record.kind = Action::Kind::kDelete;
      record.value.clear();
    }
    // One event says one thing, whichever source tells of it.
    if (random->Percent(50)) record.event_id = {script::ToText(record)};
    groups.push_back({from, record});
  }
  return groups;
}

// Invariant 2: under `converge` the order of arrival leaves no trace.
TEST_P(Property, Invariant2OrderDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto kind = static_cast<VersionKind>(1 + seed % 3);
    std::vector<Group> groups = ConvergingRecords(kind, &random);
    std::map<std::string, std::string> first;
    for (int permutation = 0; permutation < 3; ++permutation) {
      SinkOptions options;
      options.durability = Durability::kAsync;
      const auto sink = NewSink(options);
      ASSERT_TRUE(sink->Do(script::OpenTable{"t", {.version = kind}}).ok());
      for (std::uint32_t rank = 0; rank < 3; ++rank) {
        const SourceOptions source{.start = 0, .rank = rank};
        ASSERT_TRUE(sink->Do(script::DeclareSource{"rank-" + std::to_string(rank), source}).ok());
      }
      CommitAll(sink.get(), groups, 10, &random);
      if (permutation == 0) first = Digests(sink.get());
      EXPECT_EQ(Digests(sink.get()), first) << "permutation " << permutation;
      EXPECT_EQ(sink->Check(), "");
      random.Shuffle(&groups);
    }
  }
}

// Invariant 3: neither rows nor verdicts depend on where a stream is cut into batches.
TEST_P(Property, Invariant3CutDoesNotMatter) {
  const Profile profile{.rejections = false, .upkeep = false};
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Episode episode = MakeEpisode(seed, kRecords, profile);
    std::vector<Step> setup;
    std::vector<Group> groups;
    for (const Step& step : episode.steps) {
      const auto* commit = std::get_if<Commit>(&step);
      if (commit == nullptr) {
        setup.push_back(step);
        continue;
      }
      // A batch begins nowhere, and an advance does not change where the next record was read.
      groups.push_back({Action{.kind = Action::Kind::kNowhere}});
      for (const Action& action : commit->actions) {
        const bool moves =
            action.kind == Action::Kind::kFrom || action.kind == Action::Kind::kNowhere;
        if (moves) groups.emplace_back();
        groups.back().push_back(action);
      }
    }
    std::string first;
    std::map<std::string, std::string> digests;
    for (const std::size_t batch_max : {1, 4, 60}) {
      const auto sink = NewSink(episode.options);
      for (const Step& step : setup) ASSERT_TRUE(sink->Do(step).ok());
      Random random(seed);
      const std::string verdicts = VerdictText(CommitAll(sink.get(), groups, batch_max, &random));
      if (first.empty()) {
        first = verdicts;
        digests = Digests(sink.get());
      }
      EXPECT_EQ(verdicts, first) << "batches of up to " << batch_max;
      EXPECT_EQ(Digests(sink.get()), digests) << "batches of up to " << batch_max;
      EXPECT_EQ(sink->Check(), "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, Property, ::testing::Values(StoreKind::kMemory, StoreKind::kRocks),
                         [](const auto& store) {
                           return store.param == StoreKind::kMemory ? "memory" : "rocks";
                         });

}  // namespace
}  // namespace idem::model
