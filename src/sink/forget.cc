// SPDX-License-Identifier: Apache-2.0
//
// What a sink lets go: reports of tokens, resolved quarantine, tombstones. Commits go on meanwhile:
// a scan beside them picks what is to go, and a commit alone erases what of it still is. Of such
// commits there are many, so that an error or a death in between leaves some of it gone and the
// rest there.
#include "base/names.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/row_envelope.h"
#include "codec/store_header.h"
#include "codec/token_records.h"
#include "pipeline/tokens.h"
#include "rules/horizon.h"
#include "sink/sink_impl.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idem {
namespace {

using pipeline::WritePlanBuilder;

// What one commit erases: for as long as a usual batch takes others wait. Their values, which are
// read once more then, may be large.
constexpr std::size_t kChunk = 1'000;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

}  // namespace

// Entries between two keys. `stage` adds what a commit has to say of so many, and `publish` tells
// the ledger, as in Committer::CommitPlan.
struct SinkImpl::Erasure {
  std::string begin;
  std::string end;
  std::function<Result<bool>(std::string_view key, std::string_view value)> picks;
  std::function<void(std::uint64_t erased, WritePlanBuilder*)> stage = [](std::uint64_t,
                                                                          WritePlanBuilder*) {};
  std::function<void()> publish = [] {};
};

struct SinkImpl::Picked {
  std::vector<std::string> keys;
  bool more = true;  // something may come after them
};

Result<void> SinkImpl::ForgetTokens(std::string_view application, std::int64_t below_sequence) {
  if (auto ok = base::CheckTokenName(application); !ok) return ok;
  for (bool more = true; more;) {
    const auto forgotten = ForgetTokenChunk(application, below_sequence);
    if (!forgotten) return forgotten.error();
    more = *forgotten;
    if (auto ok = ConfirmDurable(); !ok) return ok;  // others have their turn meanwhile
  }
  return {};
}

// The floor rises with the reports that go, so that none is ever below it. For that all is done
// alone: somebody might add one between looking and erasing. False: none is left.
Result<bool> SinkImpl::ForgetTokenChunk(std::string_view application, std::int64_t below_sequence) {
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const auto floor = pipeline::ReadTokenFloor(application, *store_);
  if (!floor) return floor.error();
  if (*floor && **floor >= below_sequence) return false;
  const auto view = store_->NewView();
  if (!view) return view.error();
  const Erasure all{*floor ? codec::SequenceTokenKey(application, **floor)
                           : codec::SequenceTokenPrefix(application),
                    codec::SequenceTokenKey(application, below_sequence),
                    [](std::string_view, std::string_view) { return true; }};
  const auto cursor = (*view)->Scan(all.begin, all.end);
  if (!cursor) return cursor.error();
  const auto picked = PickChunk(all, cursor->get());
  if (!picked) return picked.error();
  std::int64_t risen = below_sequence;
  if (picked->more) {
    if (!codec::ReadTokenSequence(picked->keys.back(), &risen)) {
      return pipeline::Damaged("the key of a batch token");
    }
    ++risen;
  }
  std::string bytes;
  codec::AppendFixed64(static_cast<std::uint64_t>(risen), &bytes);
  WritePlanBuilder plan;
  for (const std::string& key : picked->keys) plan.Erase(key);
  plan.Put(codec::TokenFloorKey(application), bytes);
  if (auto ok = committer_.CommitPlan(&plan, [] {}); !ok) return ok.error();
  return picked->more;
}

Result<std::uint64_t> SinkImpl::ForgetRequests(std::uint64_t below_commit) {
  const std::string begin = codec::SpaceKey(codec::Space::kRequestToken);
  const auto is_old = [&](std::string_view, std::string_view value) -> Result<bool> {
    codec::TokenRecord report;
    if (!codec::DecodeTokenRecord(value, &report, 0)) {
      return pipeline::Damaged("the report of a batch token");
    }
    return report.commit < below_commit;
  };
  return EraseWhere({begin, codec::PrefixEnd(begin), is_old});
}

Result<std::uint64_t> SinkImpl::PurgeQuarantine(std::uint64_t below_commit) {
  const std::string begin = codec::SpaceKey(codec::Space::kQuarantine);
  const auto is_over = [&](std::string_view key, std::string_view value) -> Result<bool> {
    QuarantineEntry entry;
    if (!codec::DecodeQuarantineEntry(key, value, &entry)) {
      return pipeline::Damaged("a quarantine entry");
    }
    return entry.state != QuarantineState::kOpen && entry.commit < below_commit;
  };
  return EraseWhere({begin, codec::PrefixEnd(begin), is_over});
}

Result<std::uint64_t> SinkImpl::CollectTombstones(const Table& table) {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  const TableEntry& entry = TableAccess::Entry(table);
  if (entry.owner != number_) {
    return Error(ErrorCode::kInvalidArgument, "the table belongs to another sink; open it here");
  }
  const codec::TableDefinition& definition = entry.definition;
  if (!definition.options.horizon) {
    return Error(ErrorCode::kUnsupported,
                 "a table without a horizon remembers every delete; create it with "
                 "TableOptions::horizon to let old ones go");
  }
  const auto floor = [&] {
    const std::lock_guard lock(ledger_.mutex);
    return rules::HorizonFloor(definition.options, entry.state);
  }();
  if (!floor) return std::uint64_t{0};
  const auto is_old = [&](std::string_view, std::string_view value) -> Result<bool> {
    codec::RowEnvelope row;
    if (!codec::DecodeRowUnhashed(value, &row)) return pipeline::Damaged("a row");
    return row.tombstone && row.version.integer() < *floor;
  };
  codec::TableState state;
  const auto stage = [&](std::size_t collected, WritePlanBuilder* plan) {
    state = entry.state;
    state.tombstones -= collected;
    state.floor = std::max(*floor, state.floor.value_or(*floor));
    state.last_commit = committer_.NextCommit();
    std::string bytes;
    codec::AppendTableState(state, &bytes);
    plan->Put(codec::TableStateKey(definition.id), bytes);
  };
  const auto publish = [&] { ledger_.tables.find(definition.name)->second->state = state; };
  std::string begin;
  codec::AppendRowKey(definition.id, {}, &begin);
  return EraseWhere({begin, codec::PrefixEnd(begin), is_old, stage, publish});
}

Result<std::uint64_t> SinkImpl::EraseWhere(const Erasure& erasure) {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  auto view = store_->NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan(erasure.begin, erasure.end);
  if (!cursor) return cursor.error();
  std::uint64_t erased = 0;
  for (bool more = true; more;) {
    const auto picked = PickChunk(erasure, cursor->get());
    if (!picked) return picked.error();
    more = picked->more;
    if (picked->keys.empty()) continue;
    const auto gone = EraseAlone(erasure, picked->keys);
    if (!gone) return gone.error();
    erased += *gone;
  }
  if (auto ok = ConfirmDurable(); !ok) return ok.error();
  return erased;
}

Result<SinkImpl::Picked> SinkImpl::PickChunk(const Erasure& erasure, storage::StoreCursor* cursor) {
  Picked picked;
  std::size_t bytes = 0;
  while (picked.keys.size() < kChunk && bytes < kChunkBytes) {
    const Result<bool> more = cursor->Next();
    if (!more) return more.error();
    picked.more = *more;
    if (!*more) break;
    const Result<bool> picks = erasure.picks(cursor->key(), cursor->value());
    if (!picks) return picks.error();
    if (!*picks) continue;
    picked.keys.emplace_back(cursor->key());
    bytes += cursor->value().size();
  }
  return picked;
}

Result<std::uint64_t> SinkImpl::EraseAlone(const Erasure& erasure,
                                           const std::vector<std::string>& keys) {
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const auto read = store_->NewReadResult();
  const std::vector<std::string_view> asked(keys.begin(), keys.end());
  if (auto ok = store_->Read(asked, read.get()); !ok) return ok.error();
  WritePlanBuilder plan;
  std::uint64_t erased = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& value = read->values[i];
    if (!value) continue;
    const Result<bool> picked = erasure.picks(asked[i], *value);
    if (!picked) return picked.error();
    if (!*picked) continue;
    plan.Erase(asked[i]);
    ++erased;
  }
  if (erased == 0) return erased;
  erasure.stage(erased, &plan);
  if (auto ok = committer_.CommitPlan(&plan, erasure.publish); !ok) return ok.error();
  return erased;
}

}  // namespace idem
