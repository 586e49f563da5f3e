// SPDX-License-Identifier: Apache-2.0
//
// Snapshot: a whole store as it stood after one commit. Everything that can be read is read here.
//
//   Snapshot snapshot = sink->NewSnapshot().value();
//   RowCursor cursor = snapshot.Scan("orders", {.prefix = Key("tenant-7")}).value();
//   while (cursor.Next().value()) Use(cursor.row());
//
// Rows, counts, digests, checkpoints and quarantine of one snapshot belong to the same commit,
// while writers go on beside it. Reading never blocks a writer and is never blocked by one.
//
// Errors of every call: kNotFound (no such table), kInvalidArgument (a key that is empty, too large
// or malformed), kIoError (retry, or inspect the disk), kCorruption (inspect the store). Damage is
// reported, never skipped: a scan that met an error says says so instead of ending early.
//
// Thread-safety: multiple threads may call const methods on one Snapshot without synchronization; a
// RowCursor belongs to one thread.
// Lifetime: a cursor keeps its snapshot, and a snapshot its store, so they may outlive the sink or
// reader they came from. Until the last of them is gone the store stays open, with its lock, logger
// and clock, and old versions of changed rows stay on the disk: keep them short.
// What was moved from may only be destroyed or assigned to.
#pragma once

#include <idem/checkpoint.h>
#include <idem/export.h>
#include <idem/quarantine.h>
#include <idem/recovery.h>
#include <idem/result.h>
#include <idem/row.h>
#include <idem/table.h>
#include <idem/verify_report.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace idem {

// Which rows a scan returns: those that satisfy all that is set, in ascending key order.
struct ScanOptions {
  std::optional<Key> prefix = {};  // keys that begin with these parts
  std::optional<Key> from = {};    // keys >= from
  std::optional<Key> to = {};      // keys < to
  std::size_t limit = SIZE_MAX;
};

struct BackupOptions {
  // Called now and then with the entries read so far; must neither call back into idem nor throw.
  std::function<void(std::uint64_t entries_done)> progress = {};

  // What is left free on the disk of the backup, as SinkOptions::keep_free_bytes.
  std::uint64_t keep_free_bytes = 256 << 20;
};

class RowCursorImpl;
class SnapshotImpl;

class IDEM_EXPORT RowCursor final {
 public:
  explicit RowCursor(std::unique_ptr<RowCursorImpl> impl);
  ~RowCursor();
  RowCursor(RowCursor&&) noexcept;
  RowCursor& operator=(RowCursor&&) noexcept;

  // Moves to the next row, the first one at first. False at the end. Errors: kIoError, kCorruption;
  // after an error or the end the cursor stays where it is. A Result is true when there was no
  // error: never `while (cursor.Next())`, which does not end, but `while (cursor.Next().value())`.
  Result<bool> Next();

  // The current row, valid until the next call of Next.
  // REQUIRES: the last Next returned true.
  const Row& row() const noexcept;

 private:
  std::unique_ptr<RowCursorImpl> impl_;
};

class IDEM_EXPORT Snapshot final {
 public:
  explicit Snapshot(std::shared_ptr<const SnapshotImpl> impl);
  ~Snapshot();
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;

  // The last commit this snapshot contains; 0 for a store without one.
  std::uint64_t commit() const noexcept;

  // All tables, by name.
  Result<std::vector<TableInfo>> Tables() const;
  Result<TableInfo> GetTable(std::string_view table) const;

  Result<std::optional<Row>> Get(std::string_view table, KeyRef key) const;
  Result<RowCursor> Scan(std::string_view table, const ScanOptions& options = {}) const;

  // All checkpoints, or those of one source, by source and partition. None of a source that nothing
  // was read of: sources come into being with their first position.
  Result<std::vector<Checkpoint>> Checkpoints(std::string_view source = {}) const;
  // All rewinds ever made, or those of one source, oldest first.
  Result<std::vector<RewindEntry>> Rewinds(std::string_view source = {}) const;
  // All recoveries ever made (recovery.h), oldest first.
  Result<std::vector<RecoveryEntry>> Recoveries() const;

  // A table that the query names must be there.
  Result<std::vector<QuarantineEntry>> Quarantine(const QuarantineQuery& query = {}) const;
  Result<std::optional<QuarantineEntry>> GetQuarantined(const QuarantineId& id) const;

  // Reads everything, derives every row count, digest, index and checkpoint from the rows, and
  // reports each difference and each entry that cannot be read. Takes time proportional to the
  // store. What it finds is in the report; an Error means that it could not finish.
  Result<VerifyReport> Verify(const VerifyOptions& options = {}) const;

  // Writes all of this snapshot as a store of its own into `directory`, which is missing or empty
  // and may lie on another file system. Commits go on meanwhile. The copy is opened like any store,
  // has an identity of its own, and holds what this one did at commit(): rows, tombstones, event
  // ids, digests, sources and their checkpoints, tokens, quarantine.
  //
  // What is read is verified as by Verify, and the report, which is ok(), is returned: a backup
  // holds what its store says of itself, or there is none. All of it is durable by then. Until then
  // there is no store in `directory`: an error takes away what was written, but for the directory
  // with a lock file and what cannot be removed, of which the error tells. After a crash the next
  // WriteBackup begins anew there; an opening for writing would make an empty store.
  // Takes time proportional to the store, as much disk as its entries, and some 100 MiB of memory
  // besides up to six times the largest value.
  //
  // Errors: kInvalidArgument (there is a store, or a file), kFormatUnsupported (other files are
  // there), kUnsafeDirectory, kStoreLocked, kFenced (the directory was taken away meanwhile, and
  // what was written stays in it), kNoSpace (BackupOptions::keep_free_bytes too), kIoError,
  // kCorruption (this store is damaged), kUnsupported (a forked child).
  Result<VerifyReport> WriteBackup(const std::filesystem::path& directory,
                                   const BackupOptions& options = {}) const;

 private:
  std::shared_ptr<const SnapshotImpl> impl_;
};

}  // namespace idem
