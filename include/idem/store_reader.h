// SPDX-License-Identifier: Apache-2.0
//
// StoreReader: reads a store without opening it for writing, also while another process writes it.
// What the `idem` command uses for everything that only looks.
//
//   auto reader = StoreReader::Open("/var/lib/etl/orders").value();
//   Snapshot now = reader->NewSnapshot().value();
//
// A reader takes no lock, changes no file of the store and never disturbs the writer. While it is
// open it has a folder of its own below TMPDIR (/tmp where that is unset), which must be writable.
//
// Thread-safety: multiple threads may call any method without synchronization.
// Lifetime: snapshots may outlive the reader (snapshot.h).
#pragma once

#include <idem/export.h>
#include <idem/options.h>
#include <idem/result.h>
#include <idem/snapshot.h>

#include <filesystem>
#include <memory>

namespace idem {

class StoreReaderImpl;

class IDEM_EXPORT StoreReader final {
 public:
  // A store that is damaged, or has less than it had acknowledged, is refused. Errors:
  // kStoreMissing, kInvalidArgument (a path that is no directory), kFormatUnsupported, kCorruption,
  // kStoreBehind, kIoError, kUnsupported (as for IdempotentSink::Open). Of the options only
  // `logger`, `cache_bytes` and `memory_budget` are used.
  static Result<std::unique_ptr<StoreReader>> Open(const std::filesystem::path& directory,
                                                   const SinkOptions& options = {});
  ~StoreReader();
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;

  // The newest state the writer has handed to the operating system. While an earlier snapshot of
  // this reader is alive the new one shows the same state: the reader only moves on when nobody
  // looks. Errors: kIoError, kCorruption, kStoreBehind.
  Result<Snapshot> NewSnapshot() const;

 private:
  explicit StoreReader(std::unique_ptr<StoreReaderImpl> impl);
  std::unique_ptr<StoreReaderImpl> impl_;
};

}  // namespace idem
