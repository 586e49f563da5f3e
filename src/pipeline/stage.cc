// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage.h"

#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "rules/checkpoints.h"

#include <cstddef>
#include <string>

namespace idem::pipeline {
namespace {

void StageRow(const Slot& slot, std::string_view key, std::uint64_t hash, WritePlanBuilder* plan) {
  char head[codec::kRowHeadBytesMax];
  const std::size_t head_bytes = codec::PutRowHead(slot.row, head);
  plan->PutIdentity(key, hash, {head, head_bytes}, codec::StoredBytes(slot.row, head_bytes),
                    slot.row.payload);
}

}  // namespace

void StageWork(const WorkingSet& work, std::uint64_t commit, WritePlanBuilder* plan) {
  std::string bytes;
  for (std::size_t i = 0; i < work.slots.size(); ++i) {
    if (!work.slots[i].dirty) continue;
    const std::string_view key = work.index.keys()[i];
    const std::uint64_t hash = work.index.hashes()[i];
    if (codec::IsRowKey(key)) {
      StageRow(work.slots[i], key, hash, plan);
      continue;
    }
    bytes.clear();
    codec::AppendEvent(work.slots[i].event, &bytes);
    plan->PutIdentity(key, hash, bytes, bytes.size(), {});
  }
  for (const auto& [table, state] : work.tables) {
    if (state.last_commit != commit) continue;
    bytes.clear();
    codec::AppendTableState(state, &bytes);
    plan->Put(codec::TableStateKey(table->definition.id), bytes);
  }
}

void StageSources(std::uint64_t commit, SourcePassResult* sources, WritePlanBuilder* plan) {
  std::string bytes;
  for (auto& [key, touched] : sources->touched) {
    if (!touched.changed || rules::IsFresh(touched.checkpoint)) continue;
    touched.checkpoint.commit = commit;
    bytes.clear();
    codec::AppendCheckpoint(touched.checkpoint, &bytes);
    plan->Put(key, bytes);
  }
}

void StageToken(const TokenLookup& lookup, const std::vector<Outcome>& outcomes,
                std::uint64_t commit, WritePlanBuilder* plan) {
  std::string bytes;
  codec::AppendTokenRecord({commit, lookup.batch, outcomes}, &bytes);
  plan->Put(lookup.key, bytes);
}

void StageLastCommit(std::uint64_t commit, WritePlanBuilder* plan) {
  std::string bytes;
  codec::AppendFixed64(commit, &bytes);
  plan->Put(codec::SpaceKey(codec::Space::kLastCommit), bytes);
}

}  // namespace idem::pipeline
