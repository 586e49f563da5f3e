// SPDX-License-Identifier: Apache-2.0
//
// Backup: a snapshot as a store of its own. It is verified while it is read, and written in sorted
// files, which are durable one after the other; the store stands when the last of them is.
#include "base/arena.h"
#include "codec/keyspace.h"
#include "pipeline/durable_note.h"
#include "sink/snapshot_impl.h"
#include "sink/verify_entries.h"
#include "storage/rocks/rocks_store.h"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace idem {
namespace {

constexpr std::size_t kPlanBytes = std::size_t{32} << 20;

// With less than this free it is the disk that a write fails for, whatever the system said.
constexpr std::uint64_t kFullBytes = kPlanBytes;

// Of what failed only what happened is told: what to do is another thing for a store that nobody
// has yet.
Error NotWritten(const Error& error, std::optional<std::uint64_t> free_bytes) {
  if (error.code() == ErrorCode::kNoSpace || (free_bytes && *free_bytes < kFullBytes)) {
    return Error(ErrorCode::kNoSpace,
                 "the disk of the backup is full, but for what BackupOptions::keep_free_bytes "
                 "leaves free; make room, or give a directory on another disk");
  }
  const std::string_view what = error.message();
  return Error(ErrorCode::kIoError, "the backup could not be written (" +
                                        std::string(what.substr(0, what.find("; "))) +
                                        "); look for the cause, and write it again");
}

// What failed before there was a store to write to, or when all was written: with all that it says,
// which may be that something stays there.
Error NotMade(const Error& error, const std::filesystem::path& directory) {
  if (error.code() == ErrorCode::kNoSpace) return NotWritten(error, {});
  if (error.code() != ErrorCode::kIoError && error.code() != ErrorCode::kCorruption) return error;
  std::error_code unknown;
  const std::filesystem::space_info space = std::filesystem::space(directory, unknown);
  const bool full = !unknown && space.available < kFullBytes;
  return Error(full ? ErrorCode::kNoSpace : ErrorCode::kIoError,
               "the backup could not be written: " + error.message());
}

Error NotWhole(const VerifyReport& report) {
  const VerifyFinding& first = report.findings.front();
  return Error(ErrorCode::kCorruption,
               "the store is damaged, and no backup was written: " +
                   (first.table.empty() ? first.what : first.table + ": " + first.what) +
                   "; `idem verify` shows all that is found, and a copy of the directory, with its "
                   "writer stopped, has what can still be read");
}

// Gathers entries and commits them, some megabytes at a time.
class Copier {
 public:
  explicit Copier(storage::Store* to) : to_(to) { plan_.path = storage::WritePath::kSortedFiles; }

  Result<void> Add(std::string_view key, std::string_view value) {
    if (key == codec::SpaceKey(codec::Space::kFormat)) return {};  // the copy has one of its own
    plan_.writes.push_back({entries_.Copy(key), entries_.Copy(value)});
    bytes_ += key.size() + value.size();
    return bytes_ < kPlanBytes ? Result<void>() : Flush();
  }

  // Everything that was added is durable when it returns ok.
  Result<void> Flush() {
    if (plan_.writes.empty()) return {};
    const Result<void> written = to_->Commit(plan_, Durability::kSync);
    plan_.writes.clear();
    entries_ = base::Arena();  // Clear would keep what large values took
    bytes_ = 0;
    return written ? written : NotWritten(written.error(), to_->ReadPressure().free_disk_bytes);
  }

 private:
  storage::Store* const to_;
  storage::WritePlan plan_;
  base::Arena entries_;
  std::size_t bytes_ = 0;
};

// No state of the copy has less than this one.
Result<void> CopyNote(const SnapshotImpl& snapshot, storage::Store* to) {
  const Result<std::string> note = pipeline::NoteOf(snapshot.view());
  if (!note) return note.error();
  const Result<void> kept = to->KeepWatermark(*note);
  return kept ? kept : NotWritten(kept.error(), to->ReadPressure().free_disk_bytes);
}

Result<VerifyReport> Copy(const SnapshotImpl& snapshot, const BackupOptions& options,
                          storage::Store* to) {
  Copier copier(to);
  auto report = VerifyEntries(
      snapshot, {.progress = options.progress},
      [&copier](std::string_view key, std::string_view value) { return copier.Add(key, value); });
  if (!report) return report;
  if (!report->ok()) return NotWhole(*report);
  if (auto ok = copier.Flush(); !ok) return ok.error();
  if (auto ok = CopyNote(snapshot, to); !ok) return ok.error();
  return report;
}

}  // namespace

Result<VerifyReport> Snapshot::WriteBackup(const std::filesystem::path& directory,
                                           const BackupOptions& options) const {
  SinkOptions of_copy;
  of_copy.keep_free_bytes = options.keep_free_bytes;
  Result<VerifyReport> copied = VerifyReport();
  const auto fill = [&](storage::Store* to) -> Result<void> {
    copied = Copy(*impl_, options, to);
    return copied ? Result<void>() : copied.error();
  };
  const auto made = storage::MakeRocksStore(directory, of_copy, fill);
  if (!copied) return made.error();
  return made ? std::move(copied) : NotMade(made.error(), directory);
}

}  // namespace idem
