// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committer.h"

#include "codec/keyspace.h"
#include "codec/row_envelope.h"
#include "pipeline/decide.h"
#include "pipeline/gather.h"
#include "pipeline/quarantine_stage.h"
#include "pipeline/refusals.h"
#include "pipeline/report_builder.h"
#include "pipeline/stage.h"
#include "rules/checkpoints.h"

#include <utility>

namespace idem::pipeline {
namespace {

std::vector<OpenGap> OpenGaps(const SourcePassResult& sources) {
  std::vector<OpenGap> gaps;
  for (const auto& [key, touched] : sources.touched) {
    if (rules::IsFresh(touched.checkpoint)) continue;
    for (const OffsetRange& hole : touched.checkpoint.Holes()) {
      gaps.push_back({touched.checkpoint.source, touched.checkpoint.partition, hole});
    }
  }
  return gaps;
}

CommitReport ReportOf(std::uint64_t commit, Draft* draft) {
  return ReportBuilder::Make(commit, false, std::move(draft->work.outcomes),
                             OpenGaps(draft->sources));
}

}  // namespace

// A draft that comes to nothing has nobody decided beside it any more.
class Committer::UnlessPublished {
 public:
  UnlessPublished(Committer* committer, Draft* draft) : committer_(committer), draft_(draft) {}
  ~UnlessPublished() {
    if (draft_ == nullptr) return;
    const std::lock_guard lock(committer_->memory_);
    draft_->pending = false;
  }
  UnlessPublished(const UnlessPublished&) = delete;
  UnlessPublished& operator=(const UnlessPublished&) = delete;

  void Release() noexcept { draft_ = nullptr; }

 private:
  Committer* const committer_;
  Draft* draft_;
};

Committer::Committer(storage::Store* store, Ledger* ledger, const SinkOptions* options,
                     Clock* clock)
    : store_(store),
      ledger_(ledger),
      options_(options),
      clock_(clock),
      identities_(KeyHash(), options->identity_bytes, options->filter_bytes,
                  options->fingerprint_bytes),
      drafts_{Draft(&identities_), Draft(&identities_)} {}

std::uint64_t Committer::KeyCount() const {
  std::uint64_t keys = 0;
  for (const auto& [name, table] : ledger_->tables) {
    keys += table->state.rows + table->state.tombstones + table->state.event_ids;
  }
  return keys;
}

Committer::Alone Committer::BeAlone() {
  Alone alone(&deciding_, &writing_);
  const std::lock_guard until_published(memory_);
  draft()->Begin(ledger_->last_commit, nullptr);
  return alone;
}

Result<Committer::Committed> Committer::Commit(const RecordBuffer& batch,
                                               const std::optional<BatchToken>& batch_token,
                                               storage::WritePath path) {
  if (ledger_->poisoned) return Poisoned();
  if (auto ok = CheckBatch(batch); !ok) return ok.error();
  std::unique_lock deciding(deciding_);
  std::unique_lock writing(writing_, std::try_to_lock);
  Draft* const draft = &drafts_[draft_];
  const bool beside = !writing && !batch_token && DecideBeside(batch, draft);
  if (beside && draft->plan.empty()) return EndWithoutEffect(draft);
  if (beside) {
    CompletePlan(path, draft);
    draft->plan.PrepareFor(*store_);
  }

  if (!writing) writing.lock();
  if (ledger_->poisoned) return Poisoned();
  if (!beside || draft->commit != last_written_ + 1) {
    auto answered = DecideInTurn(batch, batch_token, draft);
    if (!answered) return answered.error();
    if (*answered) return **std::move(answered);
    CompletePlan(path, draft);
  }
  draft_ = 1 - draft_;
  draft->pending = true;
  deciding.unlock();
  return Write(draft, std::move(writing));
}

Result<void> Committer::CheckBatch(const RecordBuffer& batch) const {
  const Limits& limits = options_->limits;
  if (batch.overflowed() || batch.records().size() > limits.batch_records ||
      batch.bytes() > limits.batch_bytes) {
    return BatchTooLarge(batch, limits);
  }
  return {};
}

// False: it has to wait, or there is an error, which is for it to find when it is alone.
bool Committer::DecideBeside(const RecordBuffer& batch, Draft* draft) {
  const std::lock_guard lock(memory_);
  if (ledger_->poisoned) return false;  // what the one before has published may be half of it
  const Draft* before = &drafts_[1 - draft_];
  draft->Begin(ledger_->last_commit, before->pending ? before : nullptr);
  const Result<bool> prepared = Prepare(batch, draft);
  return prepared && *prepared;
}

// What there is nothing to write for has its answer with that.
Result<std::optional<Committer::Committed>> Committer::DecideInTurn(
    const RecordBuffer& batch, const std::optional<BatchToken>& batch_token, Draft* draft) {
  std::optional<TokenLookup> token;
  if (batch_token) {
    auto lookup = LookUpToken(*batch_token, batch, *store_);
    if (!lookup) return lookup.error();
    token = *std::move(lookup);
  }
  if (token && token->stored) {
    if (auto ok = store_->CheckWriter(ledger_->epoch); !ok) return ok.error();
    // The commit that stored it may be written and not published: nobody could wait for it yet.
    const std::lock_guard until_published(memory_);
    if (ledger_->poisoned) return Poisoned();
    codec::TokenRecord& stored = *token->stored;
    return Committed{ReportBuilder::Make(stored.commit, true, std::move(stored.outcomes), {})};
  }
  if (auto ok = DecideAlone(batch, token, draft); !ok) return ok.error();
  if (!draft->plan.empty()) return std::optional<Committed>();
  auto ended = EndWithoutEffect(draft);
  if (!ended) return ended.error();
  return std::optional<Committed>(*std::move(ended));
}

Result<void> Committer::DecideAlone(const RecordBuffer& batch,
                                    const std::optional<TokenLookup>& token, Draft* draft) {
  const std::lock_guard lock(memory_);
  if (ledger_->poisoned) return Poisoned();  // as the one before was published
  draft->Begin(ledger_->last_commit, nullptr);
  const Result<bool> prepared = Prepare(batch, draft);
  if (!prepared) return prepared.error();
  if (token) StageToken(*token, draft->work.outcomes, draft->commit, &draft->plan);
  return {};
}

// False: it depends on the commit beside it.
Result<bool> Committer::Prepare(const RecordBuffer& batch, Draft* draft) {
  SourcePassResult* const sources = &draft->sources;
  WorkingSet* const work = &draft->work;
  if (auto ok = RunSourcePass(batch, *ledger_, options_->limits, sources); !ok) return ok.error();
  if (sources->blocked) return false;
  if (auto ok = Gather(batch, *sources, options_->limits, *store_, Afterwards::kDecide, work);
      !ok) {
    return ok.error();
  }
  if (work->blocked) return false;
  Decide(batch, draft->commit, work);
  const bool refused = HasRefused(work->outcomes);
  if (refused && work->beside != nullptr) return false;
  if (auto ok = GatherPayloads(*store_, work); !ok) return ok.error();
  const QuarantineContext context{*store_, draft->commit, clock_->WallMicros(),
                                  options_->limits.value_bytes};
  if (refused) {
    if (auto ok = SetRefusedAside(batch, context, draft); !ok) return ok.error();
  }
  StageWork(*work, draft->commit, &draft->plan);
  StageSources(draft->commit, sources, &draft->plan);
  RememberRead(*work);
  return true;
}

Result<void> Committer::SetRefusedAside(const RecordBuffer& batch, const QuarantineContext& context,
                                        Draft* draft) const {
  std::vector<Outcome>* const outcomes = &draft->work.outcomes;
  if (options_->on_invalid == InvalidPolicy::kRejectBatch) {
    if (auto ok = RejectInvalid(batch, *outcomes); !ok) return ok;
  }
  return StageQuarantine(batch, context, outcomes, &draft->plan);
}

Result<void> Committer::RejectInvalid(const RecordBuffer& batch,
                                      const std::vector<Outcome>& outcomes) const {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].verdict != Verdict::kInvalid) continue;
    return RecordInvalid(batch, i, outcomes[i].reason, options_->limits);
  }
  return {};
}

Result<Committer::Committed> Committer::EndWithoutEffect(Draft* draft) {
  // What a fenced writer remembers is not what is stored: it must not even say "seen before".
  if (auto ok = store_->CheckWriter(ledger_->epoch); !ok) return ok.error();
  return Committed{ReportOf(draft->after, draft)};
}

void Committer::CompletePlan(storage::WritePath path, Draft* draft) {
  draft->plan.set_path(path);
  StageLastCommit(draft->commit, &draft->plan);
}

Result<Committer::Committed> Committer::Write(Draft* draft, std::unique_lock<std::mutex> writing) {
  UnlessPublished give_up(this, draft);
  Committed done{ReportOf(draft->commit, draft), /*has_effect=*/true};
  const std::uint64_t stalled = store_->StalledMicros();
  if (auto ok = WritePlanned(draft->commit, &draft->plan); !ok) return ok.error();
  ReportBuilder::SetStalled(store_->StalledMicros() - stalled, &done.report);
  const std::lock_guard memory(memory_);
  const UnfinishedWrite unfinished(ledger_);
  writing.unlock();  // not before: the next one to take memory_ must find this one published
  give_up.Release();
  Publish(draft);
  return done;
}

Result<void> Committer::WritePlanned(std::uint64_t commit, WritePlanBuilder* plan) {
  auto written = store_->Commit(plan->Finish(ledger_->epoch), Durability::kAsync);
  plan->DropPrepared();
  if (written) last_written_ = commit;
  if (!written && written.error().code() == ErrorCode::kCommitUnknown) ledger_->poisoned = true;
  return written;
}

void Committer::Publish(Draft* draft) {
  draft->pending = false;
  Remember(draft->plan, draft->work);
  const std::lock_guard lock(ledger_->mutex);
  PublishTables(draft->work);
  PublishSources(draft->sources);
  ++ledger_->last_commit;
}

void Committer::Remember(const WritePlanBuilder& plan, const WorkingSet& work) {
  constexpr std::size_t kAhead = 8;
  const auto& staged = plan.identities();
  for (std::size_t i = 0; i < staged.size(); ++i) {
    if (i + kAhead < staged.size()) identities_.PrefetchSlot(staged[i + kAhead].hash);
    identities_.Put(staged[i].key, staged[i].hash, staged[i].head);
  }
  for (const std::string_view key : plan.erased()) {
    if (codec::IsRowKey(key)) identities_.Erase(key, identities_.hash()(key));
  }
  // Last: what made room above may have been what this commit has replaced.
  for (const codec::Fingerprint& row : work.replaced) {
    identities_.mutable_fingerprints()->Erase(row);
  }
}

// What had to be read was not in memory; it may well be asked for again. What is about to be
// changed will be remembered when it was.
void Committer::RememberRead(const WorkingSet& work) {
  std::string event;
  char head[codec::kRowHeadBytesMax];
  for (const std::uint32_t number : work.asked) {
    const Slot& slot = work.slots[number];
    if (!slot.exists || slot.dirty) continue;
    const std::string_view key = work.index.keys()[number];
    const std::uint64_t hash = work.index.hashes()[number];
    if (codec::IsRowKey(key)) {
      identities_.Put(key, hash, {head, codec::PutRowHead(slot.row, head)});
      continue;
    }
    event.clear();
    codec::AppendEvent(slot.event, &event);
    identities_.Put(key, hash, event);
  }
}

Result<void> Committer::CommitPlan(WritePlanBuilder* plan, const std::function<void()>& publish) {
  if (ledger_->poisoned) return Poisoned();
  StageLastCommit(NextCommit(), plan);
  if (auto ok = WritePlanned(NextCommit(), plan); !ok) return ok;
  const std::lock_guard memory(memory_);
  const UnfinishedWrite unfinished(ledger_);
  Remember(*plan, *work());
  const std::lock_guard lock(ledger_->mutex);
  publish();
  ++ledger_->last_commit;
  return {};
}

void Committer::PublishTables(const WorkingSet& work) {
  for (const auto& [table, state] : work.tables) {
    ledger_->tables.find(table->definition.name)->second->state = state;
  }
}

void Committer::PublishSources(const SourcePassResult& sources) {
  for (const auto& [key, touched] : sources.touched) {
    if (!touched.changed || rules::IsFresh(touched.checkpoint)) continue;
    ledger_->Publish(key, touched.checkpoint);
  }
}

}  // namespace idem::pipeline
