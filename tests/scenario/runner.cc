// SPDX-License-Identifier: Apache-2.0

#include "scenario/runner.h"

#include "model/oracle.h"
#include "script/text.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <thread>
#include <utility>

namespace idem::scenario {

using script::Answer;
using script::Block;
using script::Lexer;
using script::Line;

namespace fs = std::filesystem;

Runner::Runner(TargetKind kind, std::string file, fs::path scratch)
    : kind_(kind), file_(std::move(file)), scratch_(std::move(scratch)) {}

Runner::~Runner() = default;

void Runner::Fail(const Line& line, const std::string& what) const {
  ADD_FAILURE_AT(file_.c_str(), line.number) << line.text << "\n" << what;
}

void Runner::ExpectText(const Line& line, const std::string& got, const std::string& wanted) const {
  if (got != wanted) Fail(line, "expected:\n" + wanted + "\nbut it is:\n" + got);
}

void Runner::Run(std::string_view text) {
  const std::vector<Block> blocks = script::SplitBlocks(text);
  std::size_t first = 0;
  if (!blocks.empty() && blocks[0].head.text.starts_with("sink ")) {
    options_ = script::ParseSinkOptions(blocks[0]);
    first = 1;
  }
  Fresh();
  for (std::size_t i = first; i < blocks.size(); ++i) RunBlock(blocks[i]);
  if (const std::string problems = target_->Check(); !problems.empty()) {
    Fail({0, "at the end"}, problems);
  }
}

// An empty store in place of the one before.
void Runner::Fresh() {
  sink_ = nullptr;
  target_.reset();
  if (kind_ == TargetKind::kOracle) {
    target_ = std::make_unique<model::Oracle>(options_);
    return;
  }
  SinkOptions options = options_;
  options.clock = &clock_;
  store_ = scratch_ / ("store-" + std::to_string(++stores_made_));
  const auto store =
      kind_ == TargetKind::kMemory ? script::StoreKind::kMemory : script::StoreKind::kRocks;
  auto sink = std::make_unique<script::SinkTarget>(store, options, store_);
  sink_ = sink.get();
  target_ = std::move(sink);
}

void Runner::RunBlock(const Block& block) {
  script::ExpectedAnswer expected;
  if (const auto step = script::ParseStep(block, &expected)) {
    RunStep(*step, block, expected);
    return;
  }
  static const std::pair<std::string_view, Check> kWords[] = {
      {"rows", &Runner::CheckRows},
      {"get", &Runner::CheckGet},
      {"counts", &Runner::CheckCounts},
      {"checkpoint", &Runner::CheckCheckpoint},
      {"resume", &Runner::CheckResume},
      {"durable", &Runner::CheckDurable},
      {"quarantine", &Runner::CheckQuarantine},
      {"rewinds", &Runner::CheckRewinds},
      {"gaps", &Runner::CheckGaps},
      {"last-commit", &Runner::CheckLastCommit},
      {"remember-digest", &Runner::RememberDigest},
      {"same-digest", &Runner::CheckSameDigest},
      {"other-digest", &Runner::CheckOtherDigest},
      {"fresh", &Runner::RunFresh},
      {"clock", &Runner::RunClock},
      {"repeat", &Runner::RunRepeat},
      {"race", &Runner::RunRace},
      {"second-writer", &Runner::RunSecondWriter},
      {"save", &Runner::RunSave},
      {"restore", &Runner::RunRestore},
      {"verify", &Runner::RunVerify},
  };
  Lexer line(block.head);
  for (const auto& [word, check] : kWords) {
    if (!line.Next(word)) continue;
    (this->*check)(&line, block);
    return;
  }
  line.Fail("unknown word");
}

void Runner::RunStep(const script::Step& step, const Block& block,
                     const script::ExpectedAnswer& expected) {
  const Answer answer = target_->Do(step);
  const auto* commit = std::get_if<script::Commit>(&step);
  if (expected.error) {
    if (answer.ok()) return Fail(block.head, "it succeeded:\n" + script::ToText(answer));
    const auto& errors = answer.errors;
    if (std::find(errors.begin(), errors.end(), *expected.error) == errors.end()) {
      Fail(block.head, script::ToText(answer) + answer.message);
    }
    return;
  }
  if (!answer.ok()) return Fail(block.head, script::ToText(answer) + answer.message);
  if (expected.removed && *expected.removed != answer.removed) {
    Fail(block.head, "removed " + std::to_string(answer.removed));
  }
  if (commit == nullptr) return;
  last_gaps_ = answer.gaps;
  if (expected.repeated != answer.repeated) Fail(block.head, script::ToText(answer));
  if (expected.commit && *expected.commit != answer.commit) {
    Fail(block.head, "commit " + std::to_string(answer.commit));
  }
  ExpectOutcomes(*commit, block, answer);
}

void Runner::ExpectOutcomes(const script::Commit& commit, const Block& block,
                            const Answer& answer) {
  std::size_t record = 0;
  for (std::size_t i = 0; i < commit.actions.size(); ++i) {
    const script::Action& action = commit.actions[i];
    if (!action.is_record()) continue;
    if (record >= answer.outcomes.size()) return Fail(block.body[i], "no verdict");
    const Outcome got = answer.outcomes[record++];
    if (!action.expected) continue;
    // A scenario may leave out the reason where it is not the point, never a verdict.
    const script::Expected& wanted = *action.expected;
    if (got.verdict != wanted.verdict || (wanted.reason && got.reason != *wanted.reason) ||
        (wanted.commit && got.commit != *wanted.commit)) {
      Fail(block.body[i], "it is " + script::ToText(got));
    }
  }
  if (record != answer.outcomes.size()) Fail(block.head, "more verdicts than records");
}

void Runner::RunFresh(Lexer*, const Block&) { Fresh(); }

void Runner::RunClock(Lexer* line, const Block&) { clock_.Set(line->Integer()); }

void Runner::RunVerify(Lexer*, const Block& block) {
  if (const std::string problems = target_->Check(); !problems.empty()) Fail(block.head, problems);
}

// The same commit so many times, each time with the same verdicts.
void Runner::RunRepeat(Lexer* line, const Block& block) {
  script::Commit commit;
  for (const Line& action : block.body) commit.actions.push_back(script::ParseAction(action));
  for (std::int64_t n = line->Integer(); n > 0; --n) RunStep(commit, block, {});
}

// So many threads commit the same batch at once: each record is applied by exactly one of them and
// is a duplicate for all others.
void Runner::RunRace(Lexer* line, const Block& block) {
  script::Commit commit;
  for (const Line& action : block.body) commit.actions.push_back(script::ParseAction(action));
  std::vector<Answer> answers(static_cast<std::size_t>(line->Integer()));
  if (sink_ == nullptr) {
    for (Answer& answer : answers) answer = target_->Do(commit);
  } else {
    std::vector<std::thread> threads;
    for (Answer& answer : answers) {
      threads.emplace_back([this, &answer, &commit] {
        Batch batch(options_.limits);
        sink_->Fill(commit.actions, &batch);
        answer.outcomes = sink_->sink().Commit(batch).value().outcomes();
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Answer& answer : answers) sink_->Count(answer.outcomes);
  }
  for (std::size_t record = 0; record < commit.actions.size(); ++record) {
    std::size_t applied = 0;
    std::size_t duplicates = 0;
    for (const Answer& answer : answers) {
      const Verdict verdict = answer.outcomes.at(record).verdict;
      applied += IsApplied(verdict) ? 1 : 0;
      duplicates += verdict == Verdict::kDuplicate ? 1 : 0;
    }
    if (applied != 1 || duplicates + 1 != answers.size()) {
      Fail(block.body.at(record),
           std::to_string(applied) + " applied, " + std::to_string(duplicates) + " duplicates");
    }
  }
}

// Only a store on disk can meet a second writer.
void Runner::RunSecondWriter(Lexer* line, const Block& block) {
  const bool arrow = line->Next("->");
  if (!arrow || !line->NextField("error")) line->Fail("expected -> error=");
  const auto wanted = script::ErrorNamed(line->Word());
  if (kind_ != TargetKind::kRocks) return;
  const auto second = IdempotentSink::Open(store_);
  if (second) return Fail(block.head, "it opened");
  if (second.error().code() != wanted) Fail(block.head, second.error().ToString());
}

void Runner::RunSave(Lexer* line, const Block&) {
  const std::string name = line->Word();
  if (kind_ != TargetKind::kRocks) line->Fail("only a store on disk can be saved");
  sink_->Close();
  fs::copy(store_, scratch_ / name, fs::copy_options::recursive);
  sink_->Open();
}

void Runner::RunRestore(Lexer* line, const Block&) {
  const std::string name = line->Word();
  if (kind_ != TargetKind::kRocks) line->Fail("only a store on disk can be restored");
  sink_->Close();
  fs::remove_all(store_);
  fs::copy(scratch_ / name, store_, fs::copy_options::recursive);
  sink_->Open();
}

}  // namespace idem::scenario
