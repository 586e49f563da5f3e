// SPDX-License-Identifier: Apache-2.0
#include "pipeline/source_pass.h"

#include "base/names.h"
#include "codec/keyspace.h"
#include "rules/checkpoints.h"

#include <string>

namespace idem::pipeline {
namespace {

// One pass; remembers the checkpoint of the step before, because consecutive steps mostly share it.
class SourcePass {
 public:
  SourcePass(const Ledger& ledger, const Limits& limits, SourcePassResult* result)
      : ledger_(ledger), limits_(limits), result_(*result) {}

  Result<void> Run(const RecordBuffer& batch) {
    result_.blocked = false;
    result_.deliveries.clear();
    result_.touched.clear();
    for (const Step& step : batch.steps()) {
      if (auto opened = Open(step); !opened || result_.blocked) return opened;
      if (auto taken = Take(batch, step); !taken) return taken;
      if (auto few = CheckRanges(); !few) return few;
    }
    return CheckPartitions();
  }

 private:
  Result<void> Open(const Step& step) {
    if (step.where != where_) {
      if (auto ok = base::CheckSourceName(step.where->source); !ok) return ok;
      if (auto ok = base::CheckPartition(step.where->partition); !ok) return ok;
      if (auto ok = base::CheckIncarnation(step.where->incarnation); !ok) return ok;
      where_ = step.where;
      at_ = &Touch(*where_);
    }
    return CheckIncarnation();
  }

  TouchedCheckpoint& Touch(const SourcePartition& where) {
    std::string key = codec::CheckpointKey(where.source, where.partition);
    const auto [it, inserted] = result_.touched.try_emplace(std::move(key));
    if (!inserted) return it->second;
    it->second.options = ledger_.OptionsOf(where.source);
    const auto stored = ledger_.checkpoints.find(it->first);
    result_.blocked |= result_.beside != nullptr && (stored == ledger_.checkpoints.end() ||
                                                     result_.beside->touched.contains(it->first));
    if (stored != ledger_.checkpoints.end()) {
      it->second.checkpoint = stored->second.checkpoint;
    } else {
      it->second.checkpoint = rules::FreshCheckpoint();
      it->second.checkpoint.source = where.source;
      it->second.checkpoint.partition = where.partition;
    }
    return it->second;
  }

  Result<void> CheckIncarnation() {
    std::string& stored = at_->checkpoint.incarnation;
    const std::string& given = where_->incarnation;
    if (given.empty() || given == stored) return {};
    if (stored.empty()) {
      stored = given;
      at_->changed = true;
      return {};
    }
    return Error(ErrorCode::kSourceReplaced,
                 "source '" + where_->source + "' partition " + where_->partition.ToString() +
                     " is another incarnation than the one ingested before, so its offsets mean "
                     "other records; accept the new one with IdempotentSink::Rewind (or `idem "
                     "checkpoints rewind --incarnation`), or give it another source name");
  }

  Result<void> Take(const RecordBuffer& batch, const Step& step) {
    switch (step.kind) {
      case Step::Kind::kFrom:
        return TakeDeliveries(batch, step);
      case Step::Kind::kAdvance:
        return TakeAdvance(step);
      case Step::Kind::kEmpty:
        return TakeEmpty(step);
    }
    return {};
  }

  Result<void> TakeDeliveries(const RecordBuffer& batch, const Step& step) {
    const std::uint32_t rank = at_->options.rank;
    const std::int64_t begin = step.offsets.begin;
    if (begin < 0 || begin > kOffsetMax) {
      result_.deliveries.push_back({step.delivery + 1U, rank, false, /*out_of_range=*/true});
      return {};
    }
    std::size_t end = step.delivery;
    for (OffsetRange run{begin, begin + step.deliveries}; run.begin < run.end;) {
      const rules::Delivered piece = rules::DeliverRun(at_->options, run, &at_->checkpoint);
      if (piece.delivery == rules::Delivery::kGap) {
        return Gap(run.begin, batch.RecordsBefore(step, end));
      }
      if (piece.delivery == rules::Delivery::kNew) at_->changed = true;
      end += static_cast<std::size_t>(piece.end - run.begin);
      const bool replayed = piece.delivery == rules::Delivery::kReplayed;
      result_.deliveries.push_back({end, rank, replayed, false});
      run.begin = piece.end;
    }
    return {};
  }

  Error Gap(std::int64_t offset, std::size_t record) const {
    const std::int64_t expected =
        rules::IsFresh(at_->checkpoint) ? at_->options.start.value_or(0) : at_->checkpoint.next;
    return Error(ErrorCode::kOffsetGap,
                 "source '" + where_->source + "' partition " + where_->partition.ToString() +
                     " refuses gaps: offset " + std::to_string(expected) +
                     " was expected and offset " + std::to_string(offset) +
                     " came; deliver the missing offsets, declare them empty, or declare the "
                     "source with another GapPolicy",
                 record);
  }

  Result<void> TakeAdvance(const Step& step) {
    const std::int64_t next = step.offsets.begin;
    if (next < 0) return BadRange();
    if (auto ok = base::CheckNote(step.note); !ok) return ok;
    at_->changed |= rules::AdvanceTo(at_->options, next, &at_->checkpoint);
    if (!step.note.empty() && step.note != at_->checkpoint.note) {
      at_->checkpoint.note = std::string(step.note);
      at_->changed = true;
    }
    return {};
  }

  Result<void> TakeEmpty(const Step& step) {
    const OffsetRange range = step.offsets;
    if (range.begin < 0 || range.end < range.begin) return BadRange();
    if (range.begin == range.end) return {};
    at_->changed |= rules::MarkDone(at_->options, range, &at_->checkpoint);
    return {};
  }

  static Error BadRange() {
    return Error(ErrorCode::kInvalidArgument,
                 "offsets are 0 .. 2^63 - 2 and a range ends where it begins or later; give the "
                 "next offset to read, not a negative placeholder");
  }

  // After each step, as a longer list makes each of those that follow slower.
  Result<void> CheckRanges() const {
    if (at_->checkpoint.done.size() <= limits_.ranges_per_partition) return {};
    return Error(ErrorCode::kLimitExceeded,
                 "source '" + where_->source +
                     "' has more runs of offsets done out of order than "
                     "Limits::ranges_per_partition; deliver closer to order, or raise it");
  }

  Result<void> CheckPartitions() const {
    std::size_t created = 0;
    std::size_t note_bytes = ledger_.note_bytes;
    for (const auto& [key, touched] : result_.touched) {
      if (ledger_.checkpoints.contains(key)) continue;
      ++created;
      note_bytes += codec::NoteEntryBytesMax(key);
    }
    if (created == 0) return {};
    if (ledger_.checkpoints.size() + created > limits_.source_partitions) {
      return Error(ErrorCode::kLimitExceeded,
                   "more source partitions than Limits::source_partitions; raise the limit, or "
                   "use fewer source names");
    }
    // The commit would be written, and could never be made durable.
    if (note_bytes > storage::kNoteBytesMax) {
      return Error(ErrorCode::kLimitExceeded,
                   "the names of all source partitions take more than " +
                       std::to_string(storage::kNoteBytesMax >> 20) +
                       " MiB together; use fewer of them, or shorter ones");
    }
    return {};
  }

  const Ledger& ledger_;
  const Limits& limits_;
  SourcePassResult& result_;
  const SourcePartition* where_ = nullptr;
  TouchedCheckpoint* at_ = nullptr;
};

}  // namespace

Result<void> RunSourcePass(const RecordBuffer& batch, const Ledger& ledger, const Limits& limits,
                           SourcePassResult* result) {
  return SourcePass(ledger, limits, result).Run(batch);
}

}  // namespace idem::pipeline
