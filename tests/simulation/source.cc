// SPDX-License-Identifier: Apache-2.0
#include "simulation/source.h"

#include <array>
#include <string>
#include <utility>

#include "script/text.h"

namespace idem::simulation {
namespace {

using script::Action;
using testing::Mix;
using testing::Random;

constexpr std::int64_t kHorizon = 6;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// The records of one position.
class Records {
 public:
  Records(std::uint64_t seed, std::uint64_t large_of_12, const script::Place& place,
          std::vector<Action>* actions)
      : random_(seed),
        large_of_12_(large_of_12),
        place_(place),
        actions_(actions),
        begin_(actions->size()) {}

  void Make() {
    Add({.kind = Action::Kind::kInsert,
         .table = std::string(kLog),
         .key = Source::LogKey(place_.partition, place_.offset),
         .value = Value()});
    for (std::uint64_t left = random_.Below(4); left > 0; --left) MakeOne();
  }

 private:
  void MakeOne() {
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        return AddState();
      case 3:
        return AddPayment();
      case 4:
        return Add({.kind = Action::Kind::kInsert,
                    .table = "disputed",
                    .key = {Signed(random_.Below(4))},
                    .value = "claim " + std::to_string(random_.Below(3))});
      case 5:
      case 6:
        return AddRecent();
      default:
        return Add({.kind = Action::Kind::kReject,
                    .table = "state",
                    .value = "{torn " + std::to_string(place_.offset),
                    .why = "not a record"});
    }
  }

  void AddState() {
    Action action{.kind = random_.OneIn(4) ? Action::Kind::kDelete : Action::Kind::kUpsert,
                  .table = "state",
                  .key = {std::string("row"), Signed(random_.Below(8))},
                  .version = Signed(random_.Below(6))};
    if (action.kind == Action::Kind::kUpsert) action.value = Value();
    Add(std::move(action));
  }

  // An event that comes at several positions is the same everywhere.
  void AddPayment() {
    const bool shared = random_.OneIn(2);
    const std::string event = shared ? "shared " + std::to_string(random_.Below(6))
                                     : script::Quote(place_.partition.ToString()) +
                                           std::to_string(place_.offset) + "-" +
                                           std::to_string(actions_->size() - begin_);
    Add({.kind = Action::Kind::kInsert,
         .table = "payments",
         .key = {std::string("payment"), event},
         .event_id = script::Tuple{event},
         .value = "paid " + event});
  }

  // Versions rise with the offset and are late by up to twice the horizon.
  void AddRecent() {
    const std::int64_t late = Signed(random_.Below(2 * kHorizon));
    Action action{.kind = random_.OneIn(3) ? Action::Kind::kDelete : Action::Kind::kUpsert,
                  .table = std::string(kRecent),
                  .key = {Signed(random_.Below(10))},
                  .version = place_.offset - late};
    if (action.kind == Action::Kind::kUpsert) action.value = Value();
    Add(std::move(action));
  }

  std::string Value() {
    const bool large = random_.Below(12) < large_of_12_;
    const std::uint64_t bytes = large ? 2000 + random_.Below(6000) : random_.Below(40);
    std::string value(static_cast<std::size_t>(bytes), '.');
    const std::uint64_t content = random_.Below(1'000'000);
    for (std::size_t i = 0; i < value.size(); ++i) {
      value[i] = static_cast<char>('a' + Mix(content, i / 8) % 26);
    }
    return value;
  }

  void Add(Action action) { actions_->push_back(std::move(action)); }

  Random random_;
  const std::uint64_t large_of_12_;
  const script::Place& place_;
  std::vector<Action>* const actions_;
  const std::size_t begin_;
};

}  // namespace

Source::Source(const Conditions& conditions)
    : seed_(Mix(conditions.seed, 0x50c)),
      large_of_12_(conditions.large_values_of_12),
      positions_(Signed(conditions.positions)) {
  // Numbers and a name: both kinds of partition.
  const std::array<Partition, 3> all = {PartitionRef(0), PartitionRef(7), PartitionRef("east")};
  partitions_.assign(all.begin(), all.begin() + Signed(conditions.partitions));
}

std::vector<script::Step> Source::Definitions() {
  return {
      script::OpenTable{"state", {}},
      script::OpenTable{std::string(kLog), {.mode = TableMode::kAppend}},
      script::OpenTable{"payments", {.mode = TableMode::kAppend}},
      script::OpenTable{"disputed", {.mode = TableMode::kAppend}},
      script::OpenTable{std::string(kRecent), {.horizon = kHorizon}},
      script::DeclareSource{std::string(kSource), {.start = 0}},
  };
}

void Source::Append(const script::Place& place, std::vector<Action>* actions) const {
  actions->push_back({.kind = Action::Kind::kFrom, .place = place});
  std::uint64_t seed = Mix(seed_, static_cast<std::uint64_t>(place.offset));
  for (const char c : place.partition.ToString()) seed = Mix(seed, static_cast<unsigned char>(c));
  Records(seed, large_of_12_, place, actions).Make();
}

script::Tuple Source::LogKey(const Partition& partition, std::int64_t offset) {
  return {partition.ToString(), offset};
}

}  // namespace idem::simulation
