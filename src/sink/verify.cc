// SPDX-License-Identifier: Apache-2.0
//
// Verify: derives from the rows whatever a commit keeps beside them, and compares.
#include "codec/event_record.h"
#include "codec/fingerprint.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/row_envelope.h"
#include "codec/source_records.h"
#include "codec/tuple.h"
#include "pipeline/ledger.h"
#include "sink/snapshot_impl.h"

#include <map>
#include <memory>
#include <string>

namespace idem {
namespace {

using pipeline::ForEach;

constexpr std::uint64_t kProgressEvery = 65'536;

struct DerivedTable {
  explicit DerivedTable(codec::TableDefinition table)
      : definition(std::move(table)), fingerprinter(definition.options) {}
  codec::TableDefinition definition;
  codec::PayloadFingerprinter fingerprinter;
  TableInfo derived;
};

std::uint32_t TableIdOf(std::string_view key) {
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < codec::kRowKeyPrefixBytes && i < key.size(); ++i) {
    id = (id << 8) | static_cast<unsigned char>(key[i]);
  }
  return id;
}

class Verifier {
 public:
  Verifier(const SnapshotImpl& snapshot, const VerifyOptions& options)
      : snapshot_(snapshot), options_(options) {}

  Result<VerifyReport> Run() {
    report_.commit = snapshot_.commit();
    using Visit = void (Verifier::*)(std::string_view, std::string_view);
    const std::pair<codec::Space, Visit> passes[] = {
        {codec::Space::kTable, &Verifier::VisitTable},
        {codec::Space::kRow, &Verifier::VisitRow},
        {codec::Space::kEvent, &Verifier::VisitEvent},
        {codec::Space::kCheckpoint, &Verifier::VisitCheckpoint},
        {codec::Space::kQuarantine, &Verifier::VisitQuarantine},
    };
    for (const auto& [space, visit] : passes) {
      if (auto ok = Pass(space, visit); !ok) return ok.error();
    }
    for (const auto& [id, table] : tables_) {
      if (auto ok = Compare(*table); !ok) return ok.error();
    }
    return std::move(report_);
  }

 private:
  template <typename Visit>
  Result<void> Pass(codec::Space space, Visit visit) {
    const auto each = [&](std::string_view key, std::string_view value) -> Result<void> {
      (this->*visit)(key, value);
      if (++entries_ % kProgressEvery == 0 && options_.progress) options_.progress(entries_);
      return {};
    };
    auto read = ForEach(snapshot_.view(), codec::SpaceKey(space), each);
    if (read || read.error().code() != ErrorCode::kCorruption) return read;
    Find("", "reading stopped: " + read.error().message());
    return {};
  }

  void Find(const std::string& table, std::string what) {
    if (++report_.finding_count <= kVerifyFindingsMax) {
      report_.findings.push_back({table, std::move(what)});
    }
  }

  void VisitTable(std::string_view, std::string_view value) {
    codec::TableDefinition table;
    if (!codec::DecodeTableDefinition(value, &table)) {
      Find("", "a table definition cannot be decoded");
      return;
    }
    ++report_.tables;
    const std::uint32_t id = table.id;
    tables_.emplace(id, std::make_unique<DerivedTable>(std::move(table)));
  }

  DerivedTable* TableOf(std::string_view key, const char* what) {
    const auto found = tables_.find(TableIdOf(key));
    if (found != tables_.end()) return found->second.get();
    Find("", std::string(what) + " belongs to no table");
    return nullptr;
  }

  void VisitRow(std::string_view key, std::string_view value) {
    DerivedTable* table = TableOf(key, "a row");
    if (table == nullptr) return;
    const std::string& name = table->definition.name;
    const std::string_view row_key = key.substr(codec::kRowKeyPrefixBytes);
    codec::RowEnvelope row;
    if (!codec::DecodeRow(value, &row) || !codec::IsValidKey(row_key)) {
      Find(name, "a row cannot be decoded");
      return;
    }
    if (row.commit > report_.commit) Find(name, "a row is newer than the last commit");
    if (row.tombstone) {
      ++report_.tombstones;
      ++table->derived.tombstones;
      return;
    }
    ++report_.rows;
    ++table->derived.rows;
    table->derived.digest.Add(codec::RowDigest(row_key, row.version, row.fingerprint));
    codec::Fingerprint fingerprint;
    if (!table->fingerprinter.Of(row.payload, &scratch_, &fingerprint) ||
        fingerprint != row.fingerprint) {
      Find(name, "a row's value does not have its stored fingerprint");
    }
  }

  void VisitEvent(std::string_view key, std::string_view value) {
    DerivedTable* table = TableOf(key, "an event id");
    if (table == nullptr) return;
    codec::EventRecord event;
    if (!codec::DecodeEvent(value, &event) ||
        !codec::IsValidKey(key.substr(codec::kRowKeyPrefixBytes))) {
      Find(table->definition.name, "an event id cannot be decoded");
      return;
    }
    ++report_.event_ids;
    ++table->derived.event_ids;
    if (event.commit > report_.commit) {
      Find(table->definition.name, "an event id is newer than the last commit");
    }
  }

  void VisitCheckpoint(std::string_view key, std::string_view value) {
    Checkpoint checkpoint;
    if (!codec::DecodeCheckpoint(key, value, &checkpoint)) {
      Find("", "a checkpoint cannot be decoded");
      return;
    }
    ++report_.checkpoints;
    if (checkpoint.commit > report_.commit) {
      Find("",
           "the checkpoint of source '" + checkpoint.source + "' is newer than the last commit");
    }
  }

  void VisitQuarantine(std::string_view key, std::string_view value) {
    QuarantineEntry entry;
    if (!codec::DecodeQuarantineEntry(key, value, &entry)) {
      Find("", "a quarantine entry cannot be decoded");
      return;
    }
    ++report_.quarantined;
  }

  Result<void> Compare(const DerivedTable& table) {
    auto stored = snapshot_.Describe(table.definition);
    const std::string& name = table.definition.name;
    if (!stored) {
      if (stored.error().code() != ErrorCode::kCorruption) return stored.error();
      Find(name, stored.error().message());
      return {};
    }
    CompareCount(name, "rows", stored->rows, table.derived.rows);
    CompareCount(name, "tombstones", stored->tombstones, table.derived.tombstones);
    CompareCount(name, "event ids", stored->event_ids, table.derived.event_ids);
    if (stored->digest != table.derived.digest) {
      Find(name, "the digest is stored as " + stored->digest.ToHex() + ", the rows give " +
                     table.derived.digest.ToHex());
    }
    return {};
  }

  void CompareCount(const std::string& table, const char* what, std::uint64_t stored,
                    std::uint64_t derived) {
    if (stored == derived) return;
    Find(table, std::to_string(stored) + " " + what + " are stored as the count, " +
                    std::to_string(derived) + " are there");
  }

  const SnapshotImpl& snapshot_;
  const VerifyOptions& options_;
  std::map<std::uint32_t, std::unique_ptr<DerivedTable>> tables_;
  VerifyReport report_;
  std::uint64_t entries_ = 0;
  std::string scratch_;
};

}  // namespace

Result<VerifyReport> Snapshot::Verify(const VerifyOptions& options) const {
  return Verifier(*impl_, options).Run();
}

}  // namespace idem
