// SPDX-License-Identifier: Apache-2.0

#include "script/parse.h"

namespace idem::script {
namespace {

// The value of `words` that the line names; the library's own words, so that they are tested too.
template <typename E>
E Choice(Lexer* line, std::string (*name)(E), int count) {
  const std::string word = line->Word();
  for (int i = 0; i < count; ++i) {
    if (name(static_cast<E>(i)) == word) return static_cast<E>(i);
  }
  line->Fail("unknown word '" + word + "'");
}

std::string TieName(TieRule rule) { return std::string(ToString(rule)); }
std::string KindName(VersionKind kind) { return std::string(ToString(kind)); }
std::string ModeName(TableMode mode) { return std::string(ToString(mode)); }
std::string GapName(GapPolicy gaps) {
  return gaps == GapPolicy::kTrack ? "track" : gaps == GapPolicy::kRefuse ? "refuse" : "legal";
}

std::optional<Verdict> VerdictNamed(std::string_view name) {
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    if (ToString(static_cast<Verdict>(i)) == name) return static_cast<Verdict>(i);
  }
  return std::nullopt;
}

std::optional<Reason> ReasonNamed(std::string_view name) {
  constexpr int kReasonMax = 64;
  for (int i = 1; i < kReasonMax; ++i) {
    if (ToString(static_cast<Reason>(i)) == name) return static_cast<Reason>(i);
  }
  return std::nullopt;
}

OpenTable ParseTable(Lexer* line) {
  OpenTable step;
  step.name = line->Name();
  step.options.mode = Choice<TableMode>(line, ModeName, 2);
  while (!line->AtEnd() && !line->Next("->")) {
    if (line->NextField("version")) {
      step.options.version = Choice<VersionKind>(line, KindName, 4);
    } else if (line->NextField("tie")) {
      step.options.tie = Choice<TieRule>(line, TieName, 4);
    } else if (line->Next("json")) {
      step.options.canonical_json = true;
    } else if (line->NextField("ignore")) {
      step.options.ignored_members.push_back(line->Name());
    } else if (line->NextField("horizon")) {
      step.options.horizon = line->Integer();
    } else if (line->NextField("version_max")) {
      step.options.version_max = line->Integer();
    } else {
      line->Fail("unknown table option");
    }
  }
  return step;
}

DeclareSource ParseSource(Lexer* line) {
  DeclareSource step;
  step.name = line->Name();
  while (!line->AtEnd() && !line->Next("->")) {
    if (line->NextField("gaps")) {
      step.options.gaps = Choice<GapPolicy>(line, GapName, 3);
    } else if (line->NextField("start")) {
      step.options.start = line->Integer();
    } else if (line->NextField("rank")) {
      step.options.rank = static_cast<std::uint32_t>(line->Integer());
    } else {
      line->Fail("unknown source option");
    }
  }
  return step;
}

Commit ParseCommit(Lexer* line, const std::vector<Line>& body) {
  Commit step;
  step.bulk = line->Next("bulk");
  if (line->NextField("token")) {
    step.token = Token{line->Name(), std::nullopt};
    if (line->NextChar(':')) step.token->sequence = line->Integer();
  }
  for (const Line& action : body) step.actions.push_back(ParseAction(action));
  return step;
}

Rewind ParseRewind(Lexer* line) {
  Rewind step;
  step.place = line->ReadPlace(false);
  while (!line->AtEnd() && !line->Next("->")) {
    if (line->NextField("to")) {
      step.place.offset = line->Integer();
    } else if (line->NextField("life")) {
      step.new_life = true;
      step.place.incarnation = line->Name();
    } else if (line->NextField("reason")) {
      step.reason = line->Name();
    } else {
      line->Fail("unknown rewind option");
    }
  }
  return step;
}

ForgetTokens ParseForget(Lexer* line) {
  ForgetTokens step;
  step.application = line->Name();
  if (!line->NextField("below")) line->Fail("expected below=");
  step.below = line->Integer();
  return step;
}

std::uint64_t ParseBelow(Lexer* line) {
  if (!line->NextField("below")) line->Fail("expected below=");
  return static_cast<std::uint64_t>(line->Integer());
}

ExpectedAnswer ParseAnswer(Lexer* line) {
  ExpectedAnswer expected;
  while (!line->AtEnd()) {
    if (line->NextField("error")) {
      const std::string name = line->Word();
      expected.error = ErrorNamed(name);
      if (!expected.error) line->Fail("no such error: " + name);
    } else if (line->Next("repeated")) {
      expected.repeated = true;
    } else if (line->NextField("commit")) {
      expected.commit = static_cast<std::uint64_t>(line->Integer());
    } else if (line->NextField("removed")) {
      expected.removed = static_cast<std::uint64_t>(line->Integer());
    } else {
      line->Fail("unknown expectation");
    }
  }
  return expected;
}

std::optional<Step> StepOf(Lexer* line, const std::vector<Line>& body) {
  if (line->Next("table")) return ParseTable(line);
  if (line->Next("source")) return ParseSource(line);
  if (line->Next("commit")) return ParseCommit(line, body);
  if (line->Next("rewind")) return ParseRewind(line);
  if (line->Next("accept")) return Resolve{Resolution::kAccept, ParseRefused(line)};
  if (line->Next("discard")) return Resolve{Resolution::kDiscard, ParseRefused(line)};
  if (line->Next("forget-tokens")) return ParseForget(line);
  if (line->Next("forget-requests")) return ForgetRequests{ParseBelow(line)};
  if (line->Next("purge-quarantine")) return PurgeQuarantine{ParseBelow(line)};
  if (line->Next("collect")) return Collect{line->Name()};
  if (line->Next("flush")) return Flush{};
  if (line->Next("reopen")) return Reopen{};
  return std::nullopt;
}

}  // namespace

std::optional<ErrorCode> ErrorNamed(std::string_view name) {
  constexpr int kCodeMax = 64;
  for (int i = 1; i < kCodeMax; ++i) {
    if (ToString(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  }
  return std::nullopt;
}

std::optional<Expected> Lexer::Expectation() {
  if (!Next("->")) return std::nullopt;
  const std::optional<Verdict> verdict = VerdictNamed(Word());
  if (!verdict) Fail("expected a verdict");
  Expected expected{*verdict, {}, {}};
  while (!AtEnd()) {
    if (NextField("by")) {
      expected.commit = static_cast<std::uint64_t>(Integer());
      continue;
    }
    expected.reason = ReasonNamed(Word());
    if (!expected.reason) Fail("expected a reason");
  }
  return expected;
}

RefusedRecord ParseRefused(Lexer* line) {
  RefusedRecord record;
  if (line->Next("insert")) {
    record.operation = Operation::kInsert;
  } else if (line->Next("upsert")) {
    record.operation = Operation::kUpsert;
  } else if (line->Next("delete")) {
    record.operation = Operation::kDelete;
  } else if (line->Next("reject")) {
    record.operation = Operation::kReject;
  } else {
    line->Fail("expected insert, upsert, delete or reject");
  }
  record.table = line->Name();
  if (record.operation == Operation::kReject) {
    record.value = line->Quoted();
    record.why = line->Quoted();
    return record;
  }
  record.key = line->Key();
  record.version = line->Version();
  if (line->NextField("event")) record.event_id = line->Key();
  if (record.operation != Operation::kDelete) record.value = line->Quoted();
  return record;
}

Action ParseAction(const Line& text) {
  Lexer line(text);
  Action action;
  if (line.Next("from")) {
    action.kind = Action::Kind::kFrom;
    action.place = line.ReadPlace(true);
  } else if (line.Next("nowhere")) {
    action.kind = Action::Kind::kNowhere;
  } else if (line.Next("advance")) {
    action.kind = Action::Kind::kAdvance;
    action.place = line.ReadPlace(true);
    if (line.NextField("note")) action.note = line.Name();
  } else if (line.Next("empty")) {
    action.kind = Action::Kind::kEmpty;
    action.place = line.ReadPlace(false);
    action.range = line.Range();
  } else {
    const RefusedRecord record = ParseRefused(&line);
    action.kind = static_cast<Action::Kind>(static_cast<int>(Action::Kind::kInsert) +
                                            static_cast<int>(record.operation));
    action.table = record.table;
    action.key = record.key;
    action.version = record.version;
    action.event_id = record.event_id;
    action.value = record.value;
    action.why = record.why;
    action.expected = line.Expectation();
  }
  if (!line.AtEnd()) line.Fail("too much on this line");
  return action;
}

std::optional<Step> ParseStep(const Block& block, ExpectedAnswer* expected) {
  Lexer line(block.head);
  std::optional<Step> step = StepOf(&line, block.body);
  if (!step) return step;
  if (!block.body.empty() && !std::holds_alternative<Commit>(*step)) {
    line.Fail("nothing may stand under this line");
  }
  // The readers of option lists have taken the arrow to find their end.
  if (!line.AtEnd()) line.Next("->");
  *expected = ParseAnswer(&line);
  return step;
}

SinkOptions ParseSinkOptions(const Block& block) {
  Lexer line(block.head);
  SinkOptions options;
  if (!line.Next("sink")) line.Fail("expected sink");
  Limits& limits = options.limits;
  const std::pair<const char*, std::size_t*> fields[] = {
      {"key_bytes", &limits.key_bytes},
      {"value_bytes", &limits.value_bytes},
      {"batch_bytes", &limits.batch_bytes},
      {"batch_records", &limits.batch_records},
      {"tables", &limits.tables},
      {"source_partitions", &limits.source_partitions},
      {"ranges_per_partition", &limits.ranges_per_partition},
  };
  while (!line.AtEnd()) {
    bool known = false;
    if (line.Next("quarantine-invalid")) {
      options.on_invalid = InvalidPolicy::kQuarantine;
      known = true;
    }
    for (const auto& [name, field] : fields) {
      if (!line.NextField(name)) continue;
      *field = static_cast<std::size_t>(line.Integer());
      known = true;
    }
    if (!known) line.Fail("unknown sink option");
  }
  return options;
}

}  // namespace idem::script
