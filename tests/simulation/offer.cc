// SPDX-License-Identifier: Apache-2.0
//
// One call on the host, and what its answer means:
//
//   ok        as the oracle says, verdict by verdict; it is there from now on
//   rejected  by the oracle too, or by a disk that fails: no effect, now or later
//   unknown   the next opening finds it, or does not
//
// An answer that came after the process or the power was cut was never received.
#include <utility>

#include "model/compare.h"
#include "script/text.h"
#include "simulation/violation.h"
#include "simulation/world.h"

namespace idem::simulation {
namespace {

using script::Answer;
using script::Step;

constexpr std::uint64_t kRejectsMax = 3;  // in a row; then the host opens the store again

// Errors of the machine, which the oracle knows nothing of.
bool IsTrouble(const Answer& answer) {
  if (answer.ok()) return false;
  switch (answer.errors.front()) {
    case ErrorCode::kCommitUnknown:
    case ErrorCode::kPoisoned:
    case ErrorCode::kFenced:
    case ErrorCode::kIoError:
    case ErrorCode::kCorruption:
    case ErrorCode::kNoSpace:
    case ErrorCode::kStalled:
      return true;
    default:
      return false;
  }
}

// The records that the answer says were applied by this call.
std::vector<RecordName> AppliedOf(const Step& step, const Answer& answer) {
  std::vector<RecordName> applied;
  const auto* commit = std::get_if<script::Commit>(&step);
  if (commit == nullptr || answer.repeated) return applied;
  const std::vector<RecordName> names = NamesOf(commit->actions);
  for (std::size_t i = 0; i < answer.outcomes.size(); ++i) {
    if (IsApplied(answer.outcomes[i].verdict)) applied.push_back(names.at(i));
  }
  return applied;
}

}  // namespace

Answer World::Perform(const Step& step, Durability durability) {
  if (const auto* commit = std::get_if<script::Commit>(&step)) {
    return host_->target().CommitWith(*commit, durability);
  }
  return host_->target().Do(step);
}

void World::Offer(const Step& step, Durability durability) {
  model::Oracle next = history_.latest();
  situations_.clear();
  const Answer wanted = next.Do(step);
  const Answer got = Perform(step, durability);
  trace_.Add(script::ToText(got));
  if (IsTrouble(got)) return Trouble(got, wanted, step, std::move(next));
  rejects_ = 0;
  if (const std::string problem = model::CompareAnswers(wanted, got); !problem.empty()) {
    throw Violation("answered otherwise than promised:\n" + problem + "to " + script::ToText(step));
  }
  NoteSituations();
  if (!got.ok()) return;
  NoteOutcomes(step, got);
  Applied(step, wanted, std::move(next));
  if (machine_.IsCut()) return;
  history_.KeepAll();
  MakeDurable(step, got, durability);
}

// Adds what the step makes, or may have made, to the history. A step without effect makes nothing.
void World::Applied(const Step& step, const Answer& answer, model::Oracle next) {
  if (answer.commit <= history_.current()) return;
  if (host_->lock_is_lost) throw Violation("a writer wrote whose lock file was gone");
  const std::vector<RecordName> applied = AppliedOf(step, answer);
  for (const RecordName& name : applied) {
    if (history_.WasLost(name)) Reach(Probe::kAppliedAgainAfterLoss);
  }
  history_.Add(std::move(next), applied);
}

void World::MakeDurable(const Step& step, const Answer& got, Durability durability) {
  const bool is_commit = std::holds_alternative<script::Commit>(step);
  const bool flushed = std::holds_alternative<script::Flush>(step);
  if (is_commit && durability == Durability::kSync) history_.MakeDurable(got.commit);
  if (flushed) history_.MakeDurable(history_.current());
  // What the sink says of itself is a promise as well.
  history_.MakeDurable(host_->sink().ReadMetrics().durable_commit);
}

void World::Trouble(const Answer& got, const Answer& wanted, const Step& step, model::Oracle next) {
  const ErrorCode code = got.errors.front();
  Note("trouble: " + got.message);
  if (code == ErrorCode::kFenced) {
    if (!host_->lock_is_lost) throw Violation("fenced, and nobody else owns the store");
    Reach(Probe::kLockRemoved);
    return Close();
  }
  if (machine_.disk().failed() == 0) {
    throw Violation("an error that no fault explains: " + got.message);
  }
  switch (code) {
    case ErrorCode::kCommitUnknown:
      unknown_ = wanted.ok() && wanted.commit > history_.current();
      if (unknown_) Applied(step, wanted, std::move(next));
      return Close();
    case ErrorCode::kPoisoned:
      Reach(Probe::kPoisonedBehind);
      return Close();
    default:
      Reach(Probe::kRejected);
      CheckRejected();
      if (++rejects_ > kRejectsMax) Close();
  }
}

void World::CheckRejected() {
  if (host_->commit() != history_.current()) {
    throw Violation("a rejected commit has a number");
  }
  try {
    model::Oracle oracle = history_.latest();
    const std::string problem = model::CompareStates(oracle.Read(), host_->target().Read());
    if (!problem.empty()) throw Violation("a rejected commit had an effect:\n" + problem);
  } catch (const BadResult&) {
    Reach(Probe::kReadFailed);  // the disk still fails
  }
}

void World::NoteSituations() {
  const auto met = [this](const char* what) { return situations_.contains(what); };
  if (met("gap tracked")) Reach(Probe::kGapTracked);
  if (met("gap filled") && found_gaps_) Reach(Probe::kGapFilledAfterReopening);
  if (met("tombstones collected")) Reach(Probe::kTombstonesCollected);
  if (met("too late: horizon") || met("too late: after collecting")) Reach(Probe::kTooLate);
  if (met("token forgotten")) Reach(Probe::kTokenForgotten);
}

void World::NoteOutcomes(const Step& step, const Answer& answer) {
  const std::uint64_t found = host_->found();
  if (answer.repeated) {
    Reach(Probe::kTokenRepeated);
    if (answer.commit <= found) Reach(Probe::kTokenRepeatedAfterReopening);
    return;
  }
  const auto* commit = std::get_if<script::Commit>(&step);
  if (commit == nullptr) return;
  const std::vector<RecordName> names = NamesOf(commit->actions);
  for (std::size_t i = 0; i < answer.outcomes.size(); ++i) {
    const Outcome& outcome = answer.outcomes[i];
    if (outcome.verdict == Verdict::kConflict) Reach(Probe::kConflict);
    if (outcome.verdict == Verdict::kInvalid) Reach(Probe::kHostReject);
    if (outcome.verdict == Verdict::kDuplicate && outcome.commit > 0 && outcome.commit <= found) {
      Reach(Probe::kDuplicateAcrossReopening);
    }
    const std::uint64_t by = history_.CommitOf(names.at(i));
    if (outcome.verdict == Verdict::kReplayed && by > 0 && by <= found) {
      Reach(Probe::kReplayedAcrossReopening);
    }
  }
}

}  // namespace idem::simulation
