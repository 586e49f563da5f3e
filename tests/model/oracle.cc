// SPDX-License-Identifier: Apache-2.0

#include "model/oracle.h"

#include "script/text.h"

#include <algorithm>

namespace idem::model {

using script::Action;
using script::Answer;
using script::RefusedRecord;
using script::State;

namespace {

Answer Fail(ErrorCode code) {
  Answer answer;
  answer.errors.push_back(code);
  return answer;
}

// A batch is known again by its records; where they were read does not matter.
bool SameRecords(const std::vector<Action>& a, const std::vector<Action>& b) {
  const auto records = [](const std::vector<Action>& actions) {
    std::vector<RefusedRecord> out;
    for (const Action& action : actions) {
      if (!action.is_record()) continue;
      out.push_back(script::IdentityOf(script::AsRefused(action)));
    }
    return out;
  };
  return records(a) == records(b);
}

}  // namespace

Answer Oracle::Do(const script::Step& step) {
  return std::visit([this](const auto& one) { return Run(one); }, step);
}

Answer Oracle::Done() {
  Answer answer;
  answer.commit = ++world_.commit;
  return answer;
}

Answer Oracle::Removed(std::size_t count) {
  if (count == 0) return {};
  Answer answer = Done();
  answer.removed = count;
  return answer;
}

Answer Oracle::Run(const script::Reopen&) {
  Reach("reopen");
  return {};
}

Answer Oracle::Run(const script::OpenTable& step) {
  const auto found = world_.tables.find(step.name);
  if (found != world_.tables.end()) {
    // Options that say the same in other words (a default spelled out) are the same definition.
    script::OpenTable stored{step.name, found->second.options};
    const bool same = script::ToText(script::Step(stored)) == script::ToText(script::Step(step));
    return same ? Answer{} : Fail(ErrorCode::kDefinitionChanged);
  }
  if (world_.tables.size() >= options_.limits.tables) return Fail(ErrorCode::kLimitExceeded);
  const TableOptions& options = step.options;
  const bool ordered = options.version_kind() != VersionKind::kNone;
  const bool integer = options.version_kind() == VersionKind::kInteger;
  const bool unordered_converge =
      options.mode == TableMode::kUpsert && !ordered && options.tie == TieRule::kConverge;
  if (unordered_converge || ((options.horizon || options.version_max) && !integer)) {
    return Fail(ErrorCode::kInvalidArgument);
  }
  world_.tables[step.name].options = options;
  return Done();
}

Answer Oracle::Run(const script::DeclareSource& step) {
  const auto found = world_.sources.find(step.name);
  if (found != world_.sources.end()) {
    if (found->second.rank != step.options.rank) return Fail(ErrorCode::kDefinitionChanged);
    if (found->second == step.options) return {};
  } else if (step.options.rank != 0 &&
             std::any_of(world_.checkpoints.begin(), world_.checkpoints.end(),
                         [&](const auto& at) { return at.first.first == step.name; })) {
    // It has been read with the default rank, by which ties may have been decided.
    return Fail(ErrorCode::kDefinitionChanged);
  }
  world_.sources[step.name] = step.options;
  return Done();
}

// A token that was seen is answered from memory, whatever the rows say today.
bool Oracle::AnswerFromToken(const script::Commit& step, Answer* answer) const {
  if (!step.token) return false;
  const auto floor = world_.token_floors.find(step.token->name);
  if (step.token->sequence && floor != world_.token_floors.end() &&
      *step.token->sequence < floor->second) {
    Reach("token forgotten");
    *answer = Fail(ErrorCode::kTokenForgotten);
    return true;
  }
  const auto found = world_.tokens.find(*step.token);
  if (found == world_.tokens.end()) return false;
  if (!SameRecords(found->second.actions, step.actions)) {
    Reach("token reused");
    *answer = Fail(ErrorCode::kTokenReused);
    return true;
  }
  Reach("token repeated");
  *answer = found->second.answer;
  answer->repeated = true;
  answer->gaps.clear();
  return true;
}

Answer Oracle::Run(const script::Commit& step) {
  Answer answer;
  const auto records = std::count_if(step.actions.begin(), step.actions.end(),
                                     [](const Action& action) { return action.is_record(); });
  const bool overfull = static_cast<std::size_t>(records) > options_.limits.batch_records;
  if (!overfull && AnswerFromToken(step, &answer)) return answer;

  Draft draft;
  draft.world = world_;
  draft.number = world_.commit + 1;
  if (static_cast<std::size_t>(records) == options_.limits.batch_records) {
    Reach("batch at its limit");
  }
  if (overfull) {
    Reach("limit: batch records");
    draft.errors.push_back(ErrorCode::kLimitExceeded);
  }
  for (const Action& action : step.actions) {
    switch (action.kind) {
      case Action::Kind::kFrom:
        From(&draft, action.place);
        break;
      case Action::Kind::kNowhere:
        draft.place = {};
        draft.rank = 0;
        draft.replayed = draft.bad_offset = false;
        break;
      case Action::Kind::kAdvance:
        Advance(&draft, action);
        break;
      case Action::Kind::kEmpty:
        DeclareEmpty(&draft, action);
        break;
      default:
        answer.outcomes.push_back(Decide(&draft, action));
    }
  }
  if (!draft.errors.empty()) {
    answer = {};
    answer.errors = draft.errors;
    return answer;
  }
  if (step.token) draft.changed = true;
  answer.commit = draft.changed ? draft.number : world_.commit;
  answer.gaps = Gaps(draft);
  draft.world.commit = answer.commit;
  if (step.token) draft.world.tokens[*step.token] = {step.actions, answer};
  world_ = std::move(draft.world);
  return answer;
}

std::vector<OpenGap> Oracle::Gaps(const Draft& draft) const {
  std::vector<OpenGap> gaps;
  for (const auto& [key, checkpoint] : draft.world.checkpoints) {
    if (!draft.touched.contains(key)) continue;
    for (const OffsetRange& hole : checkpoint.Holes()) {
      gaps.push_back({checkpoint.source, checkpoint.partition, hole});
    }
  }
  return gaps;
}

Answer Oracle::Run(const script::Rewind& step) {
  const PlaceKey key{step.place.source, {step.place.partition.name, step.place.partition.number}};
  const auto found = world_.checkpoints.find(key);
  if (found == world_.checkpoints.end()) return Fail(ErrorCode::kNotFound);
  if (step.place.offset < 0 || step.place.offset > kOffsetMax) {
    return Fail(ErrorCode::kInvalidArgument);
  }
  Checkpoint& at = found->second;
  const bool same_life = !step.new_life || step.place.incarnation == at.incarnation;
  if (step.place.offset == at.next && at.done.empty() && same_life) return Answer();
  RewindEntry entry;
  entry.source = at.source;
  entry.partition = at.partition;
  entry.from = at.next;
  entry.to = step.place.offset;
  entry.incarnation_before = at.incarnation;
  Reach(entry.to < entry.from ? "rewind back" : "rewind forth");
  if (step.new_life) at.incarnation = step.place.incarnation;
  entry.incarnation_after = at.incarnation;
  entry.reason = step.reason;
  at.next = entry.to;
  at.start = std::min(at.start, entry.to);
  at.done.clear();
  const Answer answer = Done();
  at.commit = entry.commit = world_.commit;
  world_.rewinds.push_back(entry);
  return answer;
}

Answer Oracle::Run(const script::Resolve& step) {
  const auto found = world_.quarantine.find(script::IdentityOf(step.record));
  if (found == world_.quarantine.end()) return Fail(ErrorCode::kNotFound);
  script::RefusedState& entry = found->second;
  const bool accept = step.resolution == Resolution::kAccept;
  Answer answer;
  if (accept && entry.verdict == Verdict::kInvalid) {
    answer.errors.push_back(ErrorCode::kUnsupported);
  }
  const QuarantineState wanted = accept ? QuarantineState::kAccepted : QuarantineState::kDiscarded;
  if (entry.state != QuarantineState::kOpen && entry.state != wanted) {
    answer.errors.push_back(ErrorCode::kInvalidArgument);
  }
  if (!answer.ok()) return answer;
  if (entry.state == wanted) {
    Reach("resolved again");
    return {};
  }
  Reach(accept ? "resolve: accept" : "resolve: discard");
  Draft draft;
  draft.number = world_.commit + 1;
  entry.state = wanted;
  if (accept) {
    TableModel& table = world_.tables.find(step.record.table)->second;
    Action action{.key = step.record.key,
                  .version = step.record.version,
                  .event_id = step.record.event_id,
                  .value = step.record.value};
    action.kind = step.record.operation == Operation::kDelete   ? Action::Kind::kDelete
                  : step.record.operation == Operation::kUpsert ? Action::Kind::kUpsert
                                                                : Action::Kind::kInsert;
    Record record;
    record.rank = SourceOf(world_, entry.place.source).rank;
    Validate(table.options, action, false, &record);
    Write(&draft, &table, record);
    if (record.event_id) {
      table.events[*record.event_id] = {draft.number, record.is_delete, record.key, record.version,
                                        record.content};
    }
  }
  return Done();
}

Answer Oracle::Run(const script::ForgetTokens& step) {
  const auto found = world_.token_floors.find(step.application);
  if (found != world_.token_floors.end() && found->second >= step.below) return {};
  const std::int64_t floor = world_.token_floors[step.application] = step.below;
  std::erase_if(world_.tokens, [&](const auto& one) {
    return one.first.name == step.application && one.first.sequence && *one.first.sequence < floor;
  });
  return Done();
}

Answer Oracle::Run(const script::ForgetRequests& step) {
  return Removed(std::erase_if(world_.tokens, [&](const auto& one) {
    return !one.first.sequence && one.second.answer.commit < step.below_commit;
  }));
}

Answer Oracle::Run(const script::PurgeQuarantine& step) {
  return Removed(std::erase_if(world_.quarantine, [&](const auto& one) {
    const script::RefusedState& entry = one.second;
    return entry.state != QuarantineState::kOpen && entry.commit < step.below_commit;
  }));
}

Answer Oracle::Run(const script::Collect& step) {
  TableModel& table = world_.tables.find(step.table)->second;
  if (!table.options.horizon) return Fail(ErrorCode::kUnsupported);
  if (!table.high) return {};
  const std::int64_t floor = *table.high - *table.options.horizon;
  const auto removed = std::erase_if(table.cells, [&](const auto& one) {
    const bool old = one.second.tombstone && std::get<std::int64_t>(one.second.version) < floor;
    if (old) table.collected.insert(one.first);
    return old;
  });
  const Answer answer = Removed(removed);
  if (removed == 0) return answer;
  Reach("tombstones collected");
  table.floor = std::max(table.floor.value_or(floor), floor);
  table.last_commit = world_.commit;
  return answer;
}

State Oracle::Read() {
  State state;
  state.commit = world_.commit;
  for (const auto& [name, table] : world_.tables) {
    script::TableState out;
    out.name = name;
    out.event_ids = table.events.size();
    out.last_commit = table.last_commit;
    for (const auto& [key, cell] : table.cells) {
      if (cell.tombstone) {
        ++out.tombstones;
        continue;
      }
      ++out.rows;
      out.live.push_back({key, cell.version, cell.value, cell.commit});
      out.digest += script::ToText(key) + script::ToText(cell.version) +
                    std::to_string(cell.content.high) + "," + std::to_string(cell.content.low) +
                    ";";
    }
    state.tables.push_back(std::move(out));
  }
  for (const auto& [key, checkpoint] : world_.checkpoints) state.checkpoints.push_back(checkpoint);
  for (const auto& [record, entry] : world_.quarantine) state.quarantine.push_back(entry);
  state.rewinds = world_.rewinds;
  return state;
}

std::optional<std::int64_t> Oracle::NextOffset(const script::Place& place) const {
  const auto found =
      world_.checkpoints.find({place.source, {place.partition.name, place.partition.number}});
  if (found == world_.checkpoints.end()) return std::nullopt;
  return found->second.next;
}

std::vector<RefusedRecord> Oracle::Refused() const {
  std::vector<RefusedRecord> out;
  for (const auto& [identity, entry] : world_.quarantine) out.push_back(entry.record);
  return out;
}

}  // namespace idem::model
