// SPDX-License-Identifier: Apache-2.0
//
// What is set right by hand: checkpoints that are moved, quarantine that is resolved. Each is a
// durable commit of its own.
#include "base/names.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/row_envelope.h"
#include "codec/source_records.h"
#include "codec/version_order.h"
#include "pipeline/decide.h"
#include "pipeline/gather.h"
#include "pipeline/stage.h"
#include "rules/checkpoints.h"
#include "sink/sink_impl.h"

#include <string>

namespace idem {
namespace {

using pipeline::WritePlanBuilder;

Result<void> CheckRewind(const RewindOptions& options) {
  if (options.to < 0 || options.to > kOffsetMax) {
    return Error(ErrorCode::kInvalidArgument, "rewind to an offset, 0 .. 2^63 - 2");
  }
  if (options.reason.size() > 1024) {
    return Error(ErrorCode::kInvalidArgument, "a rewind's reason is at most 1 KiB; shorten it");
  }
  return base::CheckIncarnation(options.incarnation.value_or(std::string_view()));
}

bool SamePlace(const Checkpoint& a, const Checkpoint& b) {
  return a.start == b.start && a.next == b.next && a.done == b.done &&
         a.incarnation == b.incarnation;
}

}  // namespace

Result<void> SinkImpl::Rewind(std::string_view source, PartitionRef partition,
                              const RewindOptions& options) {
  if (auto ok = base::CheckSourceName(source); !ok) return ok;
  if (auto ok = base::CheckPartition(partition); !ok) return ok;
  if (auto ok = CheckRewind(options); !ok) return ok;
  const std::string key = codec::CheckpointKey(source, partition);
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const auto found = ledger_.checkpoints.find(key);
  if (found == ledger_.checkpoints.end()) {
    return Error(ErrorCode::kNotFound,
                 "there is no checkpoint of this source and partition; `idem checkpoints list` "
                 "shows those there are");
  }
  Checkpoint checkpoint = found->second.checkpoint;
  RewindEntry entry{checkpoint.source,
                    checkpoint.partition,
                    checkpoint.next,
                    options.to,
                    checkpoint.incarnation,
                    checkpoint.incarnation,
                    std::string(options.reason),
                    committer_.NextCommit(),
                    clock_->WallMicros()};
  rules::RewindTo(options.to, &checkpoint);
  if (options.incarnation) checkpoint.incarnation = std::string(*options.incarnation);
  // Offered again after an unknown outcome, it is there already.
  if (SamePlace(checkpoint, found->second.checkpoint)) return ConfirmDurable();
  entry.incarnation_after = checkpoint.incarnation;
  checkpoint.commit = entry.commit;

  WritePlanBuilder plan;
  std::string bytes;
  codec::AppendCheckpoint(checkpoint, &bytes);
  plan.Put(key, bytes);
  bytes.clear();
  codec::AppendRewind(entry, &bytes);
  plan.Put(codec::RewindKey(source, partition, entry.commit), bytes);
  return CommitDurably(&plan, [&] { ledger_.Publish(key, checkpoint); });
}

Result<void> SinkImpl::Resolve(const QuarantineId& id, Resolution resolution) {
  const std::string key = codec::QuarantineKey(id);
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  auto stored = pipeline::ReadOne(*store_, key);
  if (!stored) return stored.error();
  if (!*stored) {
    return Error(ErrorCode::kNotFound,
                 "no quarantine entry has this id; `idem quarantine list` shows those there are");
  }
  QuarantineEntry entry;
  if (!codec::DecodeQuarantineEntry(key, **stored, &entry)) {
    return pipeline::Damaged("a quarantine entry");
  }
  const bool accept = resolution == Resolution::kAccept;
  const QuarantineState wanted = accept ? QuarantineState::kAccepted : QuarantineState::kDiscarded;
  if (entry.state == wanted) return ConfirmDurable();
  if (entry.state != QuarantineState::kOpen) {
    return Error(
        ErrorCode::kInvalidArgument,
        "the entry was resolved the other way before, and that cannot be undone; offer the "
        "record again with a newer version instead");
  }
  pipeline::RecordBuffer record(options_.limits);  // the plan refers to its keys
  WritePlanBuilder plan;
  if (accept) {
    if (auto ok = StageAccepted(entry, &record, &plan); !ok) return ok;
  }
  entry.state = wanted;
  std::string bytes;
  codec::AppendQuarantineEntry(entry, &bytes);
  plan.Put(key, bytes);
  return CommitDurably(&plan, [this] { committer_.PublishTables(*committer_.work()); });
}

// Takes the record through the same door as any other, but lets it win.
Result<void> SinkImpl::StageAccepted(const QuarantineEntry& entry, pipeline::RecordBuffer* record,
                                     WritePlanBuilder* plan) {
  const Error unsupported(ErrorCode::kUnsupported,
                          "an INVALID record cannot become a row; discard the entry, and offer the "
                          "corrected record as a new one");
  const auto table = ledger_.tables.find(entry.table);
  const auto key = Key::FromEncoded(entry.key);
  if (entry.verdict == Verdict::kInvalid || table == ledger_.tables.end() || !key) {
    return unsupported;
  }
  WriteOptions options{.version = codec::ToView(entry.version)};
  Key event_id;
  if (!entry.event_id.empty()) {
    auto decoded = Key::FromEncoded(entry.event_id);
    if (!decoded) return decoded.error();
    event_id = std::move(*decoded);
    options.event_id = KeyRef(event_id);
  }
  record->Add(*table->second, entry.operation, *key, entry.value, options);
  pipeline::WorkingSet* work = committer_.work();
  const std::lock_guard memory(*committer_.identities_mutex());
  auto gathered =
      pipeline::Gather(*record, {}, options_.limits, *store_, pipeline::Afterwards::kApply, work);
  if (!gathered) return gathered;
  if (work->candidates.empty()) return unsupported;
  // The rank counts in later ties, as if the record had won when it came (invariant 2).
  if (!entry.source.empty()) work->candidates[0].rank = ledger_.OptionsOf(entry.source).rank;
  const std::uint64_t commit = committer_.NextCommit();
  pipeline::Apply(record->records()[0], work->candidates[0], commit, work);
  pipeline::StageWork(*work, commit, plan);
  return {};
}

}  // namespace idem
