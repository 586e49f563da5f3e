// SPDX-License-Identifier: Apache-2.0
//
// Table: a cheap, copyable handle on one table of an open sink. Got from IdempotentSink::OpenTable;
// passed to Batch to say where a record goes.
//
// Thread-safety: multiple threads may call const methods on one handle without synchronization.
// Lifetime: a handle may outlive its sink. It then still has its name, its options and what Info
// said last, may be given to batches, which every sink refuses (kInvalidArgument, as the handle of
// another sink), and reads nothing any more (Get returns kInvalidArgument). Open the table on the
// new sink.
#pragma once

#include <idem/digest.h>
#include <idem/export.h>
#include <idem/key.h>
#include <idem/row.h>
#include <idem/table_options.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace idem {

class SinkImpl;
struct TableEntry;

// A table as it stands at one commit.
struct TableInfo {
  std::string name;
  TableOptions options;
  std::uint64_t rows = 0;         // live rows
  std::uint64_t tombstones = 0;   // deletes still remembered
  std::uint64_t event_ids = 0;    // event ids remembered
  Digest digest;                  // of the live rows
  std::uint64_t last_commit = 0;  // the commit that last changed it; 0: none yet
};

class IDEM_EXPORT Table final {
 public:
  // Cheap. To move from one copies it.
  Table(const Table&) = default;
  Table& operator=(const Table&) = default;

  const std::string& name() const noexcept;
  const TableOptions& options() const noexcept;

  // The digest and counts after the last commit acknowledged to any thread.
  idem::Digest Digest() const;
  TableInfo Info() const;

  // The live row with this key after the last commit, or nothing. A row whose delete was applied is
  // nothing. Use IdempotentSink::NewSnapshot to read several rows of one moment.
  // Errors: kInvalidArgument (the key is empty, too large or malformed, or the sink was closed),
  // kStoreLocked (a forked child), kIoError, kCorruption. An I/O error is never reported as "no
  // row". A Result is true when there was no error: for whether there is a row never write
  // `if (table.Get(key))`, but `if (table.Get(key).value())`.
  Result<std::optional<Row>> Get(KeyRef key) const;

 private:
  friend struct TableAccess;
  Table(const SinkImpl* sink, std::shared_ptr<const TableEntry> entry)
      : sink_(sink), entry_(std::move(entry)) {}

  const SinkImpl* sink_;
  std::shared_ptr<const TableEntry> entry_;
};

}  // namespace idem
