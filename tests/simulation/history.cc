// SPDX-License-Identifier: Apache-2.0
#include "simulation/history.h"

#include <algorithm>
#include <utility>

#include "script/text.h"
#include "simulation/violation.h"

namespace idem::simulation {

std::vector<RecordName> NamesOf(const std::vector<script::Action>& actions) {
  std::vector<RecordName> names;
  std::string place;
  std::size_t number = 0;
  for (const script::Action& action : actions) {
    if (action.kind == script::Action::Kind::kFrom) {
      place = script::ToText(action.place, true);
      number = 0;
    } else if (action.is_record()) {
      names.emplace_back(place, number++);
    }
  }
  return names;
}

History::History(const SinkOptions& options, model::Probes* situations)
    : moments_{{model::Oracle(options, situations), {}}} {}

std::uint64_t History::CommitOf(const RecordName& record) const {
  const auto found = applied_.find(record);
  return found == applied_.end() ? 0 : found->second;
}

void History::Add(model::Oracle oracle, const std::vector<RecordName>& applied) {
  moments_.push_back({std::move(oracle), applied});
  for (const RecordName& name : applied) {
    const auto [at, is_new] = applied_.emplace(name, current());
    if (is_new) continue;
    throw Violation("record " + std::to_string(name.second) + " of " + name.first +
                    " was applied twice, by commits " + std::to_string(at->second) + " and " +
                    std::to_string(current()));
  }
}

void History::MakeDurable(std::uint64_t commit) { durable_ = std::max(durable_, commit); }

void History::DropAfter(std::uint64_t commit) {
  while (current() > commit) {
    for (const RecordName& name : moments_.back().applied) {
      applied_.erase(name);
      lost_.insert(name);
    }
    moments_.pop_back();
  }
}

void History::Find(std::uint64_t commit) {
  if (commit < kept_) {
    throw Violation("lost acknowledged commits: found " + std::to_string(commit) + " of " +
                    std::to_string(kept_));
  }
  if (commit > current()) {
    throw Violation("found commit " + std::to_string(commit) +
                    ", which was rejected or never made; the last one was " +
                    std::to_string(current()));
  }
  DropAfter(commit);
  kept_ = durable_ = commit;
}

void History::StartAnew() {
  DropAfter(0);
  kept_ = durable_ = 0;
}

}  // namespace idem::simulation
