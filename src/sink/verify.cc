// SPDX-License-Identifier: Apache-2.0
//
// Verify: reads every entry of a store, derives from the rows whatever a commit keeps beside them,
// and compares.
#include "base/coding.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/recovery_record.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "codec/token_records.h"
#include "pipeline/ledger.h"
#include "sink/snapshot_impl.h"
#include "sink/table_audit.h"
#include "sink/verify_entries.h"

#include <map>
#include <string>

namespace idem {
namespace {

using codec::Space;
using pipeline::ForEach;

constexpr std::uint64_t kProgressEvery = 65'536;

class Verifier {
 public:
  Verifier(const SnapshotImpl& snapshot, const VerifyOptions& options,
           const pipeline::EntryVisitor& also)
      : snapshot_(snapshot), options_(options), also_(also) {}

  Result<VerifyReport> Run() {
    // In the order of the keys, in which a table comes before what belongs to it.
    const std::pair<Space, Visit> passes[] = {
        {Space::kFormat, &Verifier::VisitFormat},
        {Space::kEpoch, &Verifier::VisitNumber},
        {Space::kLastCommit, &Verifier::VisitNumber},
        {Space::kRecovery, &Verifier::VisitRecovery},
        {Space::kTable, &Verifier::VisitTable},
        {Space::kTableState, &Verifier::VisitTableState},
        {Space::kSource, &Verifier::VisitSource},
        {Space::kCheckpoint, &Verifier::VisitCheckpoint},
        {Space::kRewind, &Verifier::VisitRewind},
        {Space::kRequestToken, &Verifier::VisitToken},
        {Space::kSequenceToken, &Verifier::VisitSequenceToken},
        {Space::kTokenFloor, &Verifier::VisitTokenFloor},
        {Space::kQuarantine, &Verifier::VisitQuarantine},
        {Space::kEvent, &Verifier::VisitEvent},
        {Space::kRow, &Verifier::VisitRow},
    };
    report_.commit = snapshot_.commit();
    std::string unclaimed;  // where the keys begin that no pass has read
    for (const auto& [space, visit] : passes) {
      if (auto ok = Read(unclaimed, codec::SpaceKey(space), &Verifier::VisitUnknown); !ok) {
        return ok.error();
      }
      unclaimed = codec::PrefixEnd(codec::SpaceKey(space));
      if (auto ok = Read(codec::SpaceKey(space), unclaimed, visit); !ok) return ok.error();
    }
    if (auto ok = Read(unclaimed, {}, &Verifier::VisitUnknown); !ok) return ok.error();
    for (const auto& [id, audit] : tables_) {
      audit.Compare();
      report_.rows += audit.derived().rows;
      report_.tombstones += audit.derived().tombstones;
      report_.event_ids += audit.derived().event_ids;
    }
    return std::move(report_);
  }

 private:
  using Visit = Result<void> (Verifier::*)(std::string_view key, std::string_view value);

  Result<void> Read(std::string_view begin, std::string_view end, Visit visit) {
    const auto each = [&](std::string_view key, std::string_view value) -> Result<void> {
      if (++entries_ % kProgressEvery == 0 && options_.progress) options_.progress(entries_);
      if (auto ok = (this->*visit)(key, value); !ok || !also_) return ok;
      return report_.ok() ? also_(key, value) : Result<void>();
    };
    auto read = ForEach(snapshot_.view(), begin, end, each);
    if (read || read.error().code() != ErrorCode::kCorruption) return read;
    Find("", "reading stopped: " + read.error().message());
    return {};
  }

  void Find(const std::string& table, std::string what) {
    if (++report_.finding_count <= kVerifyFindingsMax) {
      report_.findings.push_back({table, std::move(what)});
    }
  }

  void CheckAge(std::uint64_t commit, const std::string& what) {
    if (commit > report_.commit) Find("", what + " is newer than the last commit");
  }

  Result<void> VisitUnknown(std::string_view, std::string_view) {
    Find("", "an entry is of no kind that this library writes");
    return {};
  }

  Result<void> VisitFormat(std::string_view, std::string_view value) {
    codec::FormatHeader header;
    if (!codec::DecodeFormatHeader(value, &header)) {
      Find("", "the format header cannot be decoded");
    }
    return {};
  }

  Result<void> VisitNumber(std::string_view, std::string_view value) {
    std::uint64_t number = 0;
    if (!codec::DecodeFixed64(value, &number)) {
      Find("", "the writer epoch or the last commit cannot be decoded");
    }
    return {};
  }

  Result<void> VisitRecovery(std::string_view key, std::string_view value) {
    RecoveryEntry entry;
    if (!codec::DecodeRecovery(key, value, &entry)) {
      Find("", "a recovery entry cannot be decoded");
    }
    return {};
  }

  Result<void> VisitTable(std::string_view key, std::string_view value) {
    codec::TableDefinition table;
    if (!codec::DecodeTableDefinition(value, &table) || key != codec::TableKey(table.name)) {
      Find("", "a table definition cannot be decoded");
      return {};
    }
    ++report_.tables;
    const std::uint32_t id = table.id;
    const std::string name = table.name;
    const auto find = [this](const std::string& of, std::string what) {
      Find(of, std::move(what));
    };
    if (!tables_.try_emplace(id, std::move(table), find).second) {
      Find(name, "another table has the same number");
    }
    return {};
  }

  // Of a key that says its table after its space. Null where no table has that number.
  TableAudit* TableOf(std::string_view key, const char* what) {
    base::Reader reader(key.substr(1));
    std::uint32_t id = 0;
    if (reader.ReadFixed32(&id)) {
      if (const auto found = tables_.find(id); found != tables_.end()) return &found->second;
    }
    Find("", std::string(what) + " belongs to no table");
    return nullptr;
  }

  Result<void> VisitTableState(std::string_view key, std::string_view value) {
    TableAudit* const table = TableOf(key, "the state of a table");
    if (table != nullptr && key.size() > codec::kRowKeyPrefixBytes) {
      Find("", "the state of a table has a key that is too long");
    } else if (table != nullptr) {
      table->VisitState(value, report_.commit);
    }
    return {};
  }

  Result<void> VisitRow(std::string_view key, std::string_view value) {
    if (TableAudit* table = TableOf(key, "a row")) {
      table->VisitRow(key.substr(codec::kRowKeyPrefixBytes), value, report_.commit);
    }
    return {};
  }

  Result<void> VisitEvent(std::string_view key, std::string_view value) {
    if (TableAudit* table = TableOf(key, "an event id")) {
      table->VisitEvent(key.substr(codec::kRowKeyPrefixBytes), value, report_.commit);
    }
    return {};
  }

  Result<void> VisitSource(std::string_view, std::string_view value) {
    SourceOptions options;
    if (!codec::DecodeSourceOptions(value, &options)) {
      Find("", "the options of a source cannot be decoded");
    }
    return {};
  }

  Result<void> VisitCheckpoint(std::string_view key, std::string_view value) {
    Checkpoint checkpoint;
    if (!codec::DecodeCheckpoint(key, value, &checkpoint)) {
      Find("", "a checkpoint cannot be decoded");
      return {};
    }
    ++report_.checkpoints;
    CheckAge(checkpoint.commit, "the checkpoint of source '" + checkpoint.source + "'");
    return {};
  }

  Result<void> VisitRewind(std::string_view key, std::string_view value) {
    RewindEntry entry;
    if (!codec::DecodeRewind(key, value, &entry)) {
      Find("", "a rewind entry cannot be decoded");
      return {};
    }
    CheckAge(entry.commit, "a rewind of source '" + entry.source + "'");
    return {};
  }

  Result<void> VisitToken(std::string_view, std::string_view value) {
    codec::TokenRecord record;
    if (!codec::DecodeTokenRecord(value, &record, 0)) {
      Find("", "the report of a batch token cannot be decoded");
      return {};
    }
    ++report_.tokens;
    CheckAge(record.commit, "the report of a batch token");
    return {};
  }

  Result<void> VisitSequenceToken(std::string_view key, std::string_view value) {
    std::int64_t sequence = 0;
    if (!codec::ReadTokenSequence(key, &sequence)) {
      Find("", "the key of a batch token cannot be decoded");
      return {};
    }
    return VisitToken(key, value);
  }

  // Reports below the floor are forgotten: one that is still there would answer a repeat.
  Result<void> VisitTokenFloor(std::string_view key, std::string_view value) {
    std::uint64_t floor = 0;
    if (!codec::DecodeFixed64(value, &floor)) {
      Find("", "a token floor cannot be decoded");
      return {};
    }
    const std::string_view application = key.substr(1);
    const auto below = [this](std::string_view, std::string_view) -> Result<void> {
      Find("", "the report of a batch token is there, below the floor of its application");
      return {};
    };
    return ForEach(snapshot_.view(), codec::SequenceTokenPrefix(application),
                   codec::SequenceTokenKey(application, static_cast<std::int64_t>(floor)), below);
  }

  Result<void> VisitQuarantine(std::string_view key, std::string_view value) {
    QuarantineEntry entry;
    if (!codec::DecodeQuarantineEntry(key, value, &entry)) {
      Find("", "a quarantine entry cannot be decoded");
      return {};
    }
    ++report_.quarantined;
    CheckAge(entry.commit, "a quarantine entry");
    return {};
  }

  const SnapshotImpl& snapshot_;
  const VerifyOptions& options_;
  const pipeline::EntryVisitor& also_;
  std::map<std::uint32_t, TableAudit> tables_;  // by number
  VerifyReport report_;
  std::uint64_t entries_ = 0;
};

}  // namespace

Result<VerifyReport> VerifyEntries(const SnapshotImpl& snapshot, const VerifyOptions& options,
                                   const pipeline::EntryVisitor& also) {
  return Verifier(snapshot, options, also).Run();
}

Result<VerifyReport> Snapshot::Verify(const VerifyOptions& options) const {
  return VerifyEntries(*impl_, options, {});
}

}  // namespace idem
