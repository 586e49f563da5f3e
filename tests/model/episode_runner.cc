// SPDX-License-Identifier: Apache-2.0

#include "model/episode_runner.h"

#include "script/sink_target.h"
#include "script/text.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>

namespace idem::model {

using script::Answer;
using script::SinkTarget;
using script::Step;
using script::StoreKind;

namespace {

// The first line in which two texts differ, of both.
std::string FirstDifference(const std::string& wanted, const std::string& got) {
  std::size_t at = 0;
  while (at < wanted.size() && at < got.size() && wanted[at] == got[at]) ++at;
  const auto line = [](const std::string& text, std::size_t where) {
    const std::size_t before = where == 0 ? std::string::npos : text.rfind('\n', where - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  return "  the oracle: " + line(wanted, at) + "\n  the store:  " + line(got, at) + "\n";
}

std::string CompareAnswers(const Answer& wanted, const Answer& got) {
  if (wanted.ok() != got.ok() || (!got.ok() && std::find(wanted.errors.begin(), wanted.errors.end(),
                                                         got.errors[0]) == wanted.errors.end())) {
    return "  the oracle: " + script::ToText(wanted) + "  the store:  " + script::ToText(got) +
           got.message + "\n";
  }
  if (!got.ok()) return "";
  Answer expected = wanted;
  // Only a Commit tells its number.
  if (got.commit == 0 && got.outcomes.empty()) expected.commit = 0;
  const std::string left = script::ToText(expected);
  const std::string right = script::ToText(got);
  return left == right ? "" : FirstDifference(left, right);
}

class Trio {
 public:
  Trio(const Episode& episode, const std::filesystem::path& directory, Coverage* coverage)
      : coverage_(coverage),
        oracle_(episode.options, coverage == nullptr ? nullptr : coverage->probes()),
        memory_(StoreKind::kMemory, episode.options) {
    if (!directory.empty()) rocks_.emplace(StoreKind::kRocks, episode.options, directory);
  }

  std::string Do(const Step& step) {
    const Answer wanted = oracle_.Do(step);
    if (coverage_ != nullptr) coverage_->See(wanted);
    std::string problem = CompareAnswers(wanted, memory_.Do(step));
    if (!problem.empty()) return "memory:\n" + problem;
    if (rocks_) problem = CompareAnswers(wanted, rocks_->Do(step));
    return problem.empty() ? "" : "rocks:\n" + problem;
  }

  std::string CompareStates() {
    const std::string wanted = script::ToText(oracle_.Read(), false);
    const script::State memory = memory_.Read();
    if (const std::string got = script::ToText(memory, false); got != wanted) {
      return "memory, reading:\n" + FirstDifference(wanted, got);
    }
    if (!rocks_) return "";
    const script::State rocks = rocks_->Read();
    if (const std::string got = script::ToText(rocks, false); got != wanted) {
      return "rocks, reading:\n" + FirstDifference(wanted, got);
    }
    if (script::ToText(memory, true) != script::ToText(rocks, true)) {
      return "the digests of the two stores differ:\n" +
             FirstDifference(script::ToText(memory, true), script::ToText(rocks, true));
    }
    return "";
  }

  std::string Check() {
    std::string problem = memory_.Check();
    if (!problem.empty()) return "memory, checking:\n" + problem;
    if (rocks_) problem = rocks_->Check();
    return problem.empty() ? "" : "rocks, checking:\n" + problem;
  }

 private:
  Coverage* coverage_;
  Oracle oracle_;
  SinkTarget memory_;
  std::optional<SinkTarget> rocks_;
};

std::string RunSteps(const Episode& episode, const std::filesystem::path& directory,
                     std::size_t read_every, Coverage* coverage) {
  Trio trio(episode, directory, coverage);
  for (std::size_t i = 0; i < episode.steps.size(); ++i) {
    const Step& step = episode.steps[i];
    std::string problem;
    // The counters of a sink end with it.
    if (std::holds_alternative<script::Reopen>(step)) problem = trio.Check();
    if (problem.empty()) problem = trio.Do(step);
    if (problem.empty() && (i + 1) % read_every == 0) problem = trio.CompareStates();
    if (!problem.empty()) return problem + "at the step:\n" + script::ToText(step);
  }
  std::string problem = trio.CompareStates();
  if (problem.empty()) problem = trio.Check();
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

std::string RunEpisode(const Episode& episode, const std::filesystem::path& scratch,
                       std::size_t read_every, Coverage* coverage) {
  std::filesystem::path directory;
  if (!scratch.empty()) {
    directory = scratch / "store";
    std::filesystem::remove_all(directory);
  }
  try {
    return RunSteps(episode, directory, read_every, coverage);
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
      changed[i] = script::Commit{commit.token, actions};
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
