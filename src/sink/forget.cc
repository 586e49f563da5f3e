// SPDX-License-Identifier: Apache-2.0
//
// What a sink lets go: reports of tokens, resolved quarantine, tombstones. In durable commits of a
// chunk each, so that an error or a death in between leaves some of it gone and the rest there.
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
#include <string>

namespace idem {
namespace {

using pipeline::WritePlanBuilder;

constexpr std::size_t kChunk = 10'000;  // entries that one commit erases

// Erases up to a chunk of what `picks(key, value)` says, looking at `looks` entries at most, and
// counts it. False: the cursor is at its end.
template <typename Picks>
Result<bool> StageErased(storage::StoreCursor* cursor, Picks&& picks, std::size_t looks,
                         WritePlanBuilder* plan, std::size_t* erased) {
  for (; *erased < kChunk && looks > 0; --looks) {
    Result<bool> more = cursor->Next();
    if (!more || !*more) return more;
    Result<bool> picked = picks(cursor->key(), cursor->value());
    if (!picked) return picked;
    if (!*picked) continue;
    plan->Erase(cursor->key());
    ++*erased;
  }
  return true;
}

}  // namespace

Result<void> SinkImpl::ForgetTokens(std::string_view application, std::int64_t below_sequence) {
  if (auto ok = base::CheckTokenName(application); !ok) return ok;
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const std::string floor_key = codec::TokenFloorKey(application);
  auto stored = pipeline::ReadOne(*store_, floor_key);
  if (!stored) return stored.error();
  if (*stored) {
    std::uint64_t floor = 0;
    if (!codec::DecodeFixed64(**stored, &floor)) return pipeline::Damaged("a token floor");
    if (static_cast<std::int64_t>(floor) >= below_sequence) return ConfirmDurable();
  }
  auto view = store_->NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan(codec::SequenceTokenPrefix(application),
                              codec::SequenceTokenKey(application, below_sequence));
  if (!cursor) return cursor.error();
  for (bool more = true; more;) {
    WritePlanBuilder plan;
    std::size_t erased = 0;
    std::int64_t floor = below_sequence;
    const auto all = [&floor](std::string_view key, std::string_view) -> Result<bool> {
      floor = codec::SequenceOfToken(key) + 1;
      return true;
    };
    auto staged = StageErased(cursor->get(), all, kChunk, &plan, &erased);
    if (!staged) return staged.error();
    more = *staged;
    if (!more) floor = below_sequence;
    std::string bytes;
    codec::AppendFixed64(static_cast<std::uint64_t>(floor), &bytes);
    plan.Put(floor_key, bytes);
    if (auto ok = CommitDurably(&plan, [] {}); !ok) return ok;
  }
  return {};
}

Result<std::uint64_t> SinkImpl::ForgetRequests(std::uint64_t below_commit) {
  return EraseWhere(codec::Space::kRequestToken,
                    [&](std::string_view, std::string_view value) -> Result<bool> {
                      codec::TokenRecord report;
                      if (!codec::DecodeTokenRecord(value, &report, 0)) {
                        return pipeline::Damaged("the report of a batch token");
                      }
                      return report.commit < below_commit;
                    });
}

Result<std::uint64_t> SinkImpl::PurgeQuarantine(std::uint64_t below_commit) {
  return EraseWhere(codec::Space::kQuarantine,
                    [&](std::string_view key, std::string_view value) -> Result<bool> {
                      QuarantineEntry entry;
                      if (!codec::DecodeQuarantineEntry(key, value, &entry)) {
                        return pipeline::Damaged("a quarantine entry");
                      }
                      return entry.state != QuarantineState::kOpen && entry.commit < below_commit;
                    });
}

Result<std::uint64_t> SinkImpl::EraseWhere(codec::Space space, const Picks& picks) {
  std::string begin = codec::SpaceKey(space);
  const std::string end = codec::PrefixEnd(begin);
  std::uint64_t removed = 0;
  for (bool more = true; more;) {
    const auto erased = EraseChunk(&begin, end, picks);
    if (!erased) return erased.error();
    more = !begin.empty();
    removed += *erased;
  }
  return removed;
}

// Alone for one chunk. What it looks at is of that time: what a commit adds meanwhile is seen.
Result<std::uint64_t> SinkImpl::EraseChunk(std::string* begin, std::string_view end,
                                           const Picks& picks) {
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  auto view = store_->NewView();
  if (!view) return view.error();
  auto cursor = (*view)->Scan(*begin, end);
  if (!cursor) return cursor.error();
  WritePlanBuilder plan;
  std::size_t erased = 0;
  const auto more = StageErased(cursor->get(), picks, kChunk, &plan, &erased);
  if (!more) return more.error();
  *begin = *more ? std::string((*cursor)->key()) + '\0' : std::string();
  const auto done = erased == 0 ? ConfirmDurable() : CommitDurably(&plan, [] {});
  if (!done) return done.error();
  return erased;
}

Result<std::uint64_t> SinkImpl::CollectTombstones(const Table& table) {
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const TableEntry& entry = TableAccess::Entry(table);
  if (entry.owner != number_) {
    return Error(ErrorCode::kInvalidArgument, "the table belongs to another sink; open it here");
  }
  if (!entry.definition.options.horizon) {
    return Error(ErrorCode::kUnsupported,
                 "a table without a horizon remembers every delete; create it with "
                 "TableOptions::horizon to let old ones go");
  }
  const auto floor = rules::HorizonFloor(entry.definition.options, entry.state);
  if (!floor) return std::uint64_t{0};
  auto view = store_->NewView();
  if (!view) return view.error();
  std::string prefix;
  codec::AppendRowKey(entry.definition.id, {}, &prefix);
  auto cursor = (*view)->Scan(prefix, codec::PrefixEnd(prefix));
  if (!cursor) return cursor.error();

  const auto is_old = [&floor](std::string_view, std::string_view value) -> Result<bool> {
    codec::RowEnvelope row;
    if (!codec::DecodeRowUnhashed(value, &row)) return pipeline::Damaged("a row");
    return row.tombstone && row.version.integer() < *floor;
  };
  std::uint64_t removed = 0;
  for (bool more = true; more;) {
    WritePlanBuilder plan;
    std::size_t collected = 0;
    auto staged = StageErased(cursor->get(), is_old, SIZE_MAX, &plan, &collected);
    if (!staged) return staged.error();
    more = *staged;
    if (collected == 0) break;
    codec::TableState state = entry.state;
    state.tombstones -= collected;
    state.floor = std::max(*floor, state.floor.value_or(*floor));
    state.last_commit = committer_.NextCommit();
    std::string bytes;
    codec::AppendTableState(state, &bytes);
    plan.Put(codec::TableStateKey(entry.definition.id), bytes);
    const auto publish = [&] { ledger_.tables.find(entry.definition.name)->second->state = state; };
    if (auto ok = CommitDurably(&plan, publish); !ok) return ok.error();
    removed += collected;
  }
  if (removed == 0) {
    if (auto ok = ConfirmDurable(); !ok) return ok.error();
  }
  return removed;
}

}  // namespace idem
