// SPDX-License-Identifier: Apache-2.0

#include "model/episode_runner.h"

#include "model/compare.h"
#include "script/sink_target.h"
#include "script/text.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <vector>

namespace idem::model {

using script::Answer;
using script::SinkTarget;
using script::Step;
using script::StoreKind;

namespace {

// The oracle and the stores that are to agree with it, the one in memory first.
class Company {
 public:
  Company(const Episode& episode, const RunOptions& options, Coverage* coverage)
      : coverage_(coverage),
        oracle_(episode.options, coverage == nullptr ? nullptr : coverage->probes()) {
    stores_.push_back(
        {"memory", std::make_unique<SinkTarget>(StoreKind::kMemory, episode.options)});
    if (options.stores == Stores::kMemory) return;
    const std::filesystem::path directory = options.scratch / "store";
    std::filesystem::remove_all(directory);
    stores_.push_back(
        {"rocks", std::make_unique<SinkTarget>(StoreKind::kRocks, episode.options, directory)});
  }

  std::string Do(const Step& step) {
    const Answer wanted = oracle_.Do(step);
    if (coverage_ != nullptr) coverage_->See(step, wanted);
    for (const auto& [name, store] : stores_) {
      const std::string problem = CompareAnswers(wanted, store->Do(step));
      if (!problem.empty()) return name + ":\n" + problem;
    }
    return "";
  }

  std::string CompareStates() {
    const script::State wanted = oracle_.Read();
    std::string digests;
    for (const auto& [name, store] : stores_) {
      const script::State state = store->Read();
      if (const std::string problem = model::CompareStates(wanted, state); !problem.empty()) {
        return name + ", reading:\n" + problem;
      }
      if (stores_.size() == 1) continue;
      const std::string with_digests = script::ToText(state, true);
      if (digests.empty()) digests = with_digests;
      if (digests == with_digests) continue;
      return "the digests of the stores differ:\n" + FirstDifference(digests, with_digests);
    }
    return "";
  }

  std::string Check() {
    for (const auto& [name, store] : stores_) {
      const std::string problem = store->Check();
      if (!problem.empty()) return name + ", checking:\n" + problem;
    }
    return "";
  }

 private:
  struct Store {
    std::string name;
    std::unique_ptr<SinkTarget> target;
  };
  Coverage* coverage_;
  Oracle oracle_;
  std::vector<Store> stores_;
};

std::string RunSteps(const Episode& episode, const RunOptions& options, Coverage* coverage) {
  Company company(episode, options, coverage);
  for (std::size_t i = 0; i < episode.steps.size(); ++i) {
    const Step& step = episode.steps[i];
    std::string problem;
    // The counters of a sink end with it.
    if (std::holds_alternative<script::Reopen>(step)) problem = company.Check();
    if (problem.empty()) problem = company.Do(step);
    if (problem.empty() && (i + 1) % options.read_every == 0) problem = company.CompareStates();
    if (!problem.empty()) return problem + "at the step:\n" + script::ToText(step);
  }
  std::string problem = company.CompareStates();
  if (problem.empty()) problem = company.Check();
  return problem.empty() ? "" : problem + "at the end\n";
}

// Removes ever smaller pieces of `list` as long as `fails` holds for what is left.
template <typename T>
void Reduce(std::vector<T>* list, const std::function<bool(const std::vector<T>&)>& fails) {
  for (std::size_t piece = std::max<std::size_t>(list->size() / 2, 1);; piece /= 2) {
    for (std::size_t at = 0; at < list->size();) {
      std::vector<T> smaller(list->begin(), list->begin() + static_cast<std::ptrdiff_t>(at));
      const std::size_t end = std::min(at + piece, list->size());
      smaller.insert(smaller.end(), list->begin() + static_cast<std::ptrdiff_t>(end), list->end());
      if (fails(smaller)) {
        *list = std::move(smaller);
      } else {
        at += piece;
      }
    }
    if (piece <= 1) return;
  }
}

}  // namespace

std::string RunEpisode(const Episode& episode, const RunOptions& options, Coverage* coverage) {
  if (coverage != nullptr) coverage->Begin();
  try {
    return RunSteps(episode, options, coverage);
  } catch (const std::exception& error) {
    return std::string("it threw: ") + error.what() + "\n";
  }
}

Episode Shrink(const Episode& episode, const std::function<bool(const Episode&)>& fails) {
  // Tables are named by what follows; everything else may go.
  Episode tables = episode;
  std::vector<Step> steps;
  std::set<std::string> named;
  std::erase_if(tables.steps, [&](const Step& step) {
    const auto* table = std::get_if<script::OpenTable>(&step);
    if (table != nullptr && named.insert(table->name).second) return false;
    steps.push_back(step);
    return true;
  });
  const auto with = [&](const std::vector<Step>& rest) {
    Episode candidate = tables;
    candidate.steps.insert(candidate.steps.end(), rest.begin(), rest.end());
    return candidate;
  };
  const auto steps_fail = [&](const std::vector<Step>& rest) { return fails(with(rest)); };
  Reduce<Step>(&steps, steps_fail);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!std::holds_alternative<script::Commit>(steps[i])) continue;
    script::Commit commit = std::get<script::Commit>(steps[i]);
    Reduce<script::Action>(&commit.actions, [&](const std::vector<script::Action>& actions) {
      std::vector<Step> changed = steps;
      changed[i] = script::Commit{commit.token, actions, commit.bulk};
      return fails(with(changed));
    });
    steps[i] = commit;
  }
  Reduce<Step>(&steps, steps_fail);
  return with(steps);
}

std::string AsScenario(const Episode& episode) {
  return script::ToText(episode.options) + script::ToText(episode.steps);
}

}  // namespace idem::model
