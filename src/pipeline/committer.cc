// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committer.h"

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "pipeline/decide.h"
#include "pipeline/gather.h"
#include "pipeline/quarantine_stage.h"
#include "pipeline/report_builder.h"
#include "rules/checkpoints.h"

#include <string>
#include <utility>

namespace idem::pipeline {
Committer::Committer(storage::Store* store, Ledger* ledger, const SinkOptions* options,
                     Clock* clock)
    : store_(store),
      ledger_(ledger),
      options_(options),
      clock_(clock),
      identities_(work_.index.hash(), options->identity_bytes, options->filter_bytes,
                  options->fingerprint_bytes) {
  work_.identities = &identities_;
}

std::uint64_t Committer::KeyCount() const {
  std::uint64_t keys = 0;
  for (const auto& [name, table] : ledger_->tables) {
    keys += table->state.rows + table->state.tombstones + table->state.event_ids;
  }
  return keys;
}

Result<CommitReport> Committer::Commit(const RecordBuffer& batch,
                                       const std::optional<BatchToken>& batch_token,
                                       storage::WritePath path) {
  if (ledger_->poisoned) return Poisoned();
  if (auto ok = CheckBatch(batch); !ok) return ok.error();
  std::optional<TokenLookup> token;
  if (batch_token) {
    auto lookup = LookUpToken(*batch_token, batch, *store_);
    if (!lookup) return lookup.error();
    if (lookup->stored) {
      if (auto ok = store_->CheckWriter(ledger_->epoch); !ok) return ok.error();
      return ReportBuilder::Make(lookup->stored->commit, true, std::move(lookup->stored->outcomes),
                                 {});
    }
    token = std::move(*lookup);
  }
  plan_.Clear();
  plan_.set_path(path);
  auto outcomes = DecideAll(batch);
  if (!outcomes) return outcomes.error();
  StageWork(&plan_);
  StageSources();
  if (token) StageToken(*token, *outcomes);
  return Finish(std::move(*outcomes));
}

Result<void> Committer::CheckBatch(const RecordBuffer& batch) const {
  const Limits& limits = options_->limits;
  if (batch.overflowed() || batch.records().size() > limits.batch_records ||
      batch.bytes() > limits.batch_bytes) {
    return Error(
        ErrorCode::kLimitExceeded,
        "the batch is over Limits::batch_records or batch_bytes and some of its records "
        "were not taken; nothing was applied: offer them again in smaller batches (look at "
        "Batch::full), or raise the limits of batch and sink");
  }
  return {};
}

Result<std::vector<Outcome>> Committer::DecideAll(const RecordBuffer& batch) {
  work_.Clear();
  if (auto ok = RunSourcePass(batch, *ledger_, options_->limits, &sources_); !ok) return ok.error();
  if (auto ok = Gather(batch, sources_, options_->limits, *store_, Afterwards::kDecide, &work_);
      !ok)
    return ok.error();
  Decide(batch, NextCommit(), &work_);
  if (auto ok = GatherPayloads(*store_, &work_); !ok) return ok.error();
  if (options_->on_invalid == InvalidPolicy::kRejectBatch) {
    if (auto ok = RejectInvalid(batch, work_.outcomes); !ok) return ok.error();
  }
  const QuarantineContext context{*store_, NextCommit(), clock_->WallMicros()};
  if (auto ok = StageQuarantine(batch, context, &work_.outcomes, &plan_); !ok) {
    return ok.error();
  }
  return std::move(work_.outcomes);
}

Result<void> Committer::RejectInvalid(const RecordBuffer& batch,
                                      const std::vector<Outcome>& outcomes) const {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].verdict != Verdict::kInvalid) continue;
    return Error(ErrorCode::kInvalidRecord,
                 "record " + std::to_string(i) + " (table '" +
                     batch.records()[i].table->definition.name +
                     "') is invalid: " + std::string(ToString(outcomes[i].reason)) +
                     "; nothing was applied: correct or leave out the record, or open the sink "
                     "with InvalidPolicy::kQuarantine",
                 i);
  }
  return {};
}

WorkingSet* Committer::FreshWorkingSet() {
  work_.Clear();
  return &work_;
}

void Committer::StageWork(WritePlanBuilder* plan) {
  const auto keys = work_.index.keys();
  const auto hashes = work_.index.hashes();
  char bytes[codec::kRowHeadBytesMax];
  for (std::size_t i = 0; i < work_.slots.size(); ++i) {
    const Slot& slot = work_.slots[i];
    if (!slot.dirty) continue;
    if (keys[i][0] == static_cast<char>(codec::Space::kRow)) {
      const std::string_view head(bytes, codec::PutRowHead(slot.row, bytes));
      plan->PutIdentity(keys[i], hashes[i], head, slot.row.payload);
    } else {
      bytes_.clear();
      codec::AppendEvent(slot.event, &bytes_);
      plan->PutIdentity(keys[i], hashes[i], bytes_, {});
    }
  }
  for (const auto& [table, state] : work_.tables) {
    if (state.last_commit != NextCommit()) continue;
    bytes_.clear();
    codec::AppendTableState(state, &bytes_);
    plan->Put(codec::TableStateKey(table->definition.id), bytes_);
  }
}

void Committer::StageSources() {
  for (auto& [key, touched] : sources_.touched) {
    if (!touched.changed || rules::IsFresh(touched.checkpoint)) continue;
    touched.checkpoint.commit = NextCommit();
    bytes_.clear();
    codec::AppendCheckpoint(touched.checkpoint, &bytes_);
    plan_.Put(key, bytes_);
  }
}

void Committer::StageToken(const TokenLookup& lookup, const std::vector<Outcome>& outcomes) {
  bytes_.clear();
  codec::AppendTokenRecord({NextCommit(), lookup.batch, outcomes}, &bytes_);
  plan_.Put(lookup.key, bytes_);
}

Result<CommitReport> Committer::Finish(std::vector<Outcome> outcomes) {
  const std::uint64_t commit = plan_.empty() ? ledger_->last_commit : NextCommit();
  auto report = ReportBuilder::Make(commit, false, std::move(outcomes), OpenGaps());
  if (plan_.empty()) {
    // What a fenced writer remembers is not what is stored: it must not even say "seen before".
    if (auto ok = store_->CheckWriter(ledger_->epoch); !ok) return ok.error();
  } else {
    const std::uint64_t stalled = store_->StalledMicros();
    if (auto ok = WritePlanned(&plan_); !ok) return ok.error();
    ReportBuilder::SetStalled(store_->StalledMicros() - stalled, &report);
    const UnfinishedWrite unfinished(ledger_);
    const std::lock_guard lock(ledger_->mutex);
    PublishTables();
    PublishSources();
    ++ledger_->last_commit;
  }
  RememberRead();
  return report;
}

Result<void> Committer::WritePlanned(WritePlanBuilder* plan) {
  std::string commit;
  codec::AppendFixed64(NextCommit(), &commit);
  plan->Put(codec::SpaceKey(codec::Space::kLastCommit), commit);
  auto written = store_->Commit(plan->Finish(ledger_->epoch), Durability::kAsync);
  if (!written && written.error().code() == ErrorCode::kCommitUnknown) ledger_->poisoned = true;
  if (written) Remember(*plan);
  return written;
}

void Committer::Remember(const WritePlanBuilder& plan) {
  constexpr std::size_t kAhead = 8;
  const auto& staged = plan.identities();
  for (std::size_t i = 0; i < staged.size(); ++i) {
    if (i + kAhead < staged.size()) identities_.PrefetchSlot(staged[i + kAhead].hash);
    identities_.Put(staged[i].key, staged[i].hash, staged[i].head);
  }
  for (const std::string_view key : plan.erased()) {
    identities_.Erase(key, identities_.hash()(key));
  }
  // At last: what made room above may have been what this commit has replaced.
  for (const codec::Fingerprint& row : work_.replaced) {
    identities_.mutable_fingerprints()->Erase(row);
  }
}

// What had to be read was not in memory; it may well be asked for again. What was changed since is
// remembered already.
void Committer::RememberRead() {
  for (std::size_t i = 0; i < work_.asked.size(); ++i) {
    const Slot& slot = work_.slots[work_.asked[i]];
    const auto& value = work_.read->values[i];
    if (!value || slot.dirty) continue;
    identities_.Put(work_.asked_keys[i], work_.index.hashes()[work_.asked[i]],
                    value->substr(0, value->size() - slot.row.payload.size()));
  }
}

Result<void> Committer::CommitPlan(WritePlanBuilder* plan) {
  if (ledger_->poisoned) return Poisoned();
  if (auto ok = WritePlanned(plan); !ok) return ok;
  const std::lock_guard lock(ledger_->mutex);
  ++ledger_->last_commit;
  return {};
}

void Committer::PublishTables() {
  for (const auto& [table, state] : work_.tables) {
    ledger_->tables.find(table->definition.name)->second->state = state;
  }
}

void Committer::PublishSources() {
  for (auto& [key, touched] : sources_.touched) {
    if (!touched.changed || rules::IsFresh(touched.checkpoint)) continue;
    ledger_->Publish(key, touched.checkpoint);
  }
}

std::vector<OpenGap> Committer::OpenGaps() const {
  std::vector<OpenGap> gaps;
  for (const auto& [key, touched] : sources_.touched) {
    if (rules::IsFresh(touched.checkpoint)) continue;
    for (const OffsetRange& hole : touched.checkpoint.Holes()) {
      gaps.push_back({touched.checkpoint.source, touched.checkpoint.partition, hole});
    }
  }
  return gaps;
}

}  // namespace idem::pipeline
