// SPDX-License-Identifier: Apache-2.0
#include <idem/recovery.h>

#include "codec/keyspace.h"
#include "codec/recovery_record.h"
#include "codec/source_records.h"
#include "pipeline/durable_note.h"
#include "pipeline/ledger.h"
#include "pipeline/write_plan_builder.h"
#include "sink/recovery_impl.h"
#include "storage/rocks/rocks_store.h"

#include <algorithm>
#include <map>
#include <utility>

namespace idem {
namespace {

using Sources = std::map<std::string, RecoverySource>;  // by checkpoint key

RecoverySource* SourceOf(const std::string& source, const Partition& partition, Sources* sources) {
  RecoverySource& of = sources->try_emplace(codec::CheckpointKey(source, partition)).first->second;
  of.source = source;
  of.partition = partition;
  return &of;
}

Result<void> AddKept(const storage::StoreView& kept, Sources* sources) {
  const auto add = [sources](std::string_view key, std::string_view value) -> Result<void> {
    Checkpoint checkpoint;
    if (!codec::DecodeCheckpoint(key, value, &checkpoint)) return pipeline::Damaged("a checkpoint");
    SourceOf(checkpoint.source, checkpoint.partition, sources)->kept = checkpoint.next;
    return {};
  };
  return pipeline::ForEach(kept, codec::SpaceKey(codec::Space::kCheckpoint), add);
}

void AddAcknowledged(const std::string& source, const Partition& partition, std::int64_t next,
                     Sources* sources) {
  auto& known = SourceOf(source, partition, sources)->acknowledged;
  known = std::max(next, known.value_or(next));
}

Result<void> WriteEntry(const RecoveryEntry& entry, storage::Store* store) {
  std::string bytes;
  codec::AppendRecovery(entry, &bytes);
  pipeline::WritePlanBuilder plan;
  plan.Put(codec::RecoveryKey(entry.writer_epoch), bytes);
  return store->Commit(plan.Finish(entry.writer_epoch), Durability::kSync);
}

// From here on the watermark says what the store has, and not what it had.
Result<void> RenewWatermark(storage::Store* store) {
  auto view = store->NewView();
  if (!view) return view.error();
  auto note = pipeline::NoteOf(**view);
  if (!note) return note.error();
  return store->KeepWatermark(*note);
}

Result<void> CheckAccepted(std::uint64_t commit, const RecoveryPlan& plan) {
  if (!plan.needed) {
    return Error(ErrorCode::kInvalidArgument, "the store needs no recovery; open it as it is");
  }
  if (!plan.possible) {
    std::string what = "nothing can be kept of the store";
    for (const std::string& damage : plan.damage) what += "; " + damage;
    return Error(ErrorCode::kCorruption,
                 what +
                     "; restore the directory from a backup, or ingest into a new one what `idem "
                     "scan` can read");
  }
  if (commit == plan.commit) return {};
  return Error(ErrorCode::kInvalidArgument,
               "commit " + std::to_string(plan.commit) +
                   " is the newest that can be kept; plan again, and accept that one");
}

}  // namespace

Result<RecoveryPlan> PlanOf(const storage::StoreRecovery& recovery, const SinkOptions& options) {
  RecoveryPlan plan;
  plan.damage = recovery.damage();
  plan.possible = recovery.kept() != nullptr;
  Sources sources;
  if (plan.possible) {
    const auto commit = pipeline::LastCommitOf(*recovery.kept());
    if (!commit) return commit.error();
    plan.commit = *commit;
    if (auto added = AddKept(*recovery.kept(), &sources); !added) return added.error();
  }
  if (const auto bytes = recovery.note()) {
    const auto note = pipeline::ReadNote(*bytes);
    if (!note) return note.error();
    plan.durable_commit = note->commit;
    for (const codec::DurableSource& one : note->sources) {
      AddAcknowledged(one.source, one.partition, one.next, &sources);
    }
  }
  for (const AcknowledgedOffset& one : options.acknowledged) {
    AddAcknowledged(one.source, one.partition, one.next, &sources);
  }
  for (auto& [key, source] : sources) plan.sources.push_back(std::move(source));
  plan.needed = !plan.damage.empty() || plan.lost() > 0;
  return plan;
}

Result<RecoveryReport> Accept(std::uint64_t commit, const SinkOptions& options,
                              storage::StoreRecovery* recovery) {
  Result<RecoveryPlan> plan = PlanOf(*recovery, options);
  if (!plan) return plan.error();
  if (auto ok = CheckAccepted(commit, *plan); !ok) return ok.error();
  auto store = recovery->Finish();
  if (!store) return store.error();
  auto epoch = (*store)->TakeEpoch();
  if (!epoch) return epoch.error();
  Clock* const clock = options.clock != nullptr ? options.clock : Clock::System();
  const RecoveryEntry entry{*epoch, plan->commit, plan->durable_commit, clock->WallMicros()};
  if (auto ok = WriteEntry(entry, store->get()); !ok) return ok.error();
  if (auto ok = RenewWatermark(store->get()); !ok) return ok.error();
  return RecoveryReport{*std::move(plan), entry};
}

Result<RecoveryPlan> PlanRecovery(const std::filesystem::path& directory,
                                  const SinkOptions& options) {
  auto recovery = storage::BeginRocksRecovery(directory, options);
  if (!recovery) return recovery.error();
  return PlanOf(**recovery, options);
}

Result<RecoveryReport> Recover(const std::filesystem::path& directory, std::uint64_t accept_commit,
                               const SinkOptions& options) {
  auto recovery = storage::BeginRocksRecovery(directory, options);
  if (!recovery) return recovery.error();
  return Accept(accept_commit, options, recovery->get());
}

}  // namespace idem
