// SPDX-License-Identifier: Apache-2.0

#include "model/coverage.h"

#include "script/text.h"

#include <algorithm>
#include <iterator>
#include <variant>

namespace idem::model {
namespace {

constexpr const char* kRequired[] = {
    "duplicate in the same batch",
    "duplicate across batches",
    "event id: duplicate",
    "event id: conflict",
    "event id: duplicate from a higher rank",
    "event id of a duplicate, last_wins",
    "stale: older version",
    "tombstone, then an older record",
    "tombstone, then a newer upsert",
    "delete of a key never seen",
    "duplicate from a higher rank",
    "tie: decided by rank",
    "tie: delete beats upsert",
    "tie: conflict",
    "converge tie: won",
    "converge tie: lost",
    "first tie: lost",
    "last tie: won",
    "too late: horizon",
    "too late: after collecting",
    "tombstones collected",
    "replay below next",
    "replay beyond next",
    "offset below start",
    "gap tracked",
    "gap filled",
    "gap legal",
    "gap refused",
    "advance",
    "declare empty",
    "source replaced",
    "rewind back",
    "rewind forth",
    "token repeated",
    "token reused",
    "token forgotten",
    "refused again",
    "resolve: accept",
    "resolve: discard",
    "resolved again",
    "duplicate of a resolved record",
    "reopen",
    "redelivery after reopening",
    "batch without anything",
    "batch without records",
    "batch at its limit",
    "key at its limit",
    "value at its limit",
    "version at its limit",
    "horizon: the oldest that counts",
    "horizon: one too old",
    "too late: its tombstone was collected",
    "new incarnation",
    "limit: batch records",
    "limit: source partitions",
    "limit: ranges",
    "invalid: key_missing",
    "invalid: key_too_large",
    "invalid: value_too_large",
    "invalid: version_missing",
    "invalid: version_unexpected",
    "invalid: version_kind_mismatch",
    "invalid: version_malformed",
    "invalid: payload_not_json",
    "invalid: operation_not_allowed",
    "invalid: offset_out_of_range",
    "invalid: rejected_by_host",
    "invalid: version_too_far",
    "error InvalidRecord",
    "error InvalidArgument",
    "error LimitExceeded",
    "error OffsetGap",
    "error SourceReplaced",
    "error DefinitionChanged",
    "error NotFound",
    "error Unsupported",
    "verdict INVALID",
    "verdict REPLAYED",
    "verdict DUPLICATE",
    "verdict CONFLICT",
    "verdict TOO_LATE",
    "verdict STALE",
    "verdict UNCHANGED",
    "verdict INSERTED",
    "verdict UPDATED",
    "verdict DELETED",
};

// A live row is never collected. Before its key can be too late, a delete that was refused long ago
// must be accepted over it, and that old tombstone collected: more luck than there are sequences.
constexpr const char* kNotAsked[] = {
    "verdict of one key: INSERTED, then TOO_LATE",
    "verdict of one key: UPDATED, then TOO_LATE",
};

const std::vector<std::string> kSteps = {"table",   "source",  "commit", "token",    "empty",
                                         "rewind",  "resolve", "forget", "requests", "purge",
                                         "collect", "flush",   "reopen", "bulk"};
enum StepKind : std::size_t {
  kTable,
  kSource,
  kCommit,
  kToken,
  kEmpty,
  kRewind,
  kResolve,
  kForget,
  kForgetRequests,
  kPurge,
  kCollect,
  kFlush,
  kReopen,
  kBulk
};

std::size_t KindOf(const script::Step& step) {
  struct Visitor {
    std::size_t operator()(const script::OpenTable&) const { return kTable; }
    std::size_t operator()(const script::DeclareSource&) const { return kSource; }
    std::size_t operator()(const script::Commit& commit) const {
      if (commit.actions.empty()) return kEmpty;
      if (commit.bulk) return kBulk;
      return commit.token ? kToken : kCommit;
    }
    std::size_t operator()(const script::Rewind&) const { return kRewind; }
    std::size_t operator()(const script::Resolve&) const { return kResolve; }
    std::size_t operator()(const script::ForgetTokens&) const { return kForget; }
    std::size_t operator()(const script::ForgetRequests&) const { return kForgetRequests; }
    std::size_t operator()(const script::PurgeQuarantine&) const { return kPurge; }
    std::size_t operator()(const script::Collect&) const { return kCollect; }
    std::size_t operator()(const script::Flush&) const { return kFlush; }
    std::size_t operator()(const script::Reopen&) const { return kReopen; }
  };
  return std::visit(Visitor{}, step);
}

// In the order of script::Action::Kind.
const std::vector<std::string> kActions = {"from",   "nowhere", "advance", "empty",
                                           "insert", "upsert",  "delete",  "reject"};

// One writer in one process is never FENCED, and nothing merges yet.
const std::vector<Verdict> kVerdicts = {
    Verdict::kInvalid, Verdict::kReplayed, Verdict::kDuplicate, Verdict::kConflict,
    Verdict::kTooLate, Verdict::kStale,    Verdict::kUnchanged, Verdict::kInserted,
    Verdict::kUpdated, Verdict::kDeleted};

std::size_t KindOf(Verdict verdict) {
  const auto found = std::find(kVerdicts.begin(), kVerdicts.end(), verdict);
  return static_cast<std::size_t>(found - kVerdicts.begin());
}

std::vector<std::string> VerdictNames() {
  std::vector<std::string> names;
  for (const Verdict verdict : kVerdicts) names.emplace_back(ToString(verdict));
  return names;
}

}  // namespace

Coverage::Coverage()
    : steps_("operation", kSteps),
      actions_("in a batch", kActions),
      verdicts_("verdict of one key", VerdictNames()) {
  for (const char* cell : kRequired) cells_[cell] = 0;
}

void Coverage::Begin() {
  last_step_.reset();
  last_verdict_.clear();
  commit_ = reopened_at_ = 0;
  just_reopened_ = false;
}

void Coverage::See(const script::Step& step, const script::Answer& answer) {
  const std::size_t kind = KindOf(step);
  if (last_step_) steps_.Add(*last_step_, kind);
  last_step_ = kind;
  for (const ErrorCode code : answer.errors) ++cells_["error " + std::string(ToString(code))];
  if (kind == kReopen) {
    reopened_at_ = commit_;
    just_reopened_ = true;
    return;
  }
  commit_ = std::max(commit_, answer.commit);
  if (const auto* commit = std::get_if<script::Commit>(&step)) SeeCommit(*commit, answer);
  if (const auto* rewind = std::get_if<script::Rewind>(&step); rewind != nullptr && answer.ok()) {
    if (rewind->new_life) ++cells_["new incarnation"];
  }
  just_reopened_ = false;
}

void Coverage::SeeCommit(const script::Commit& commit, const script::Answer& answer) {
  for (std::size_t i = 1; i < commit.actions.size(); ++i) {
    actions_.Add(static_cast<std::size_t>(commit.actions[i - 1].kind),
                 static_cast<std::size_t>(commit.actions[i].kind));
  }
  if (!answer.ok() || answer.repeated) return;
  if (commit.actions.empty()) ++cells_["batch without anything"];
  if (!commit.actions.empty() && answer.outcomes.empty()) ++cells_["batch without records"];
  std::size_t record = 0;
  for (const script::Action& action : commit.actions) {
    if (!action.is_record()) continue;
    const Outcome& outcome = answer.outcomes[record++];
    SeeOutcome(answer, outcome);
    const auto [last, fresh] =
        last_verdict_.try_emplace({action.table, action.key}, outcome.verdict);
    if (fresh) continue;
    verdicts_.Add(KindOf(last->second), KindOf(outcome.verdict));
    last->second = outcome.verdict;
  }
}

void Coverage::SeeOutcome(const script::Answer& answer, const Outcome& outcome) {
  ++cells_["verdict " + std::string(ToString(outcome.verdict))];
  const bool duplicate = outcome.verdict == Verdict::kDuplicate;
  if (duplicate) {
    ++cells_[outcome.commit == answer.commit ? "duplicate in the same batch"
                                             : "duplicate across batches"];
  }
  const bool known = duplicate && outcome.commit <= reopened_at_;
  const bool passed = outcome.verdict == Verdict::kReplayed && just_reopened_;
  if (known || passed) ++cells_["redelivery after reopening"];
}

std::vector<std::string> Coverage::Missing(Depth depth) const {
  std::vector<std::string> missing;
  for (const char* cell : kRequired) {
    if (cells_.at(cell) == 0) missing.emplace_back(cell);
  }
  std::vector<const Matrix*> asked;
  if (depth >= Depth::kPairs) asked = {&steps_, &actions_};
  if (depth >= Depth::kVerdictPairs) asked.push_back(&verdicts_);
  for (const Matrix* matrix : asked) {
    for (std::string& pair : matrix->Missing()) missing.push_back(std::move(pair));
  }
  std::erase_if(missing, [](const std::string& cell) {
    return std::find(std::begin(kNotAsked), std::end(kNotAsked), cell) != std::end(kNotAsked);
  });
  return missing;
}

std::string Coverage::Table(Depth depth) const {
  constexpr std::size_t kWidth = 40;
  std::string out;
  for (const auto& [cell, count] : cells_) {
    out += "  " + cell;
    out.append(cell.size() < kWidth ? kWidth - cell.size() : 1, ' ');
    out += std::to_string(count) + "\n";
  }
  if (depth >= Depth::kPairs) out += steps_.Table() + actions_.Table();
  if (depth >= Depth::kVerdictPairs) out += verdicts_.Table();
  return out;
}

std::size_t Coverage::CellCount() {
  return std::size(kRequired) + kSteps.size() * kSteps.size() + kActions.size() * kActions.size() +
         kVerdicts.size() * kVerdicts.size();
}

void Coverage::CopyTo(std::span<std::uint64_t> cells) {
  auto at = cells.begin();
  for (const char* cell : kRequired) *at++ = cells_.at(cell);
  for (Matrix* matrix : {&steps_, &actions_, &verdicts_}) {
    at = std::copy(matrix->counts().begin(), matrix->counts().end(), at);
  }
}

void Coverage::AddFrom(std::span<const std::uint64_t> cells) {
  auto at = cells.begin();
  for (const char* cell : kRequired) cells_.at(cell) += *at++;
  for (Matrix* matrix : {&steps_, &actions_, &verdicts_}) {
    for (std::uint64_t& count : matrix->counts()) count += *at++;
  }
}

}  // namespace idem::model
