// SPDX-License-Identifier: Apache-2.0
//
// ReaderFiles: a store's files as a reader beside the writer sees them. The manifest and the logs
// can be held as they are at one moment: what the writer appends later is not seen, and a log that
// it removes can be read to its end. Sorted files never change, but they can be removed.
//
// Thread-safety: external synchronization needed for Hold and LetGo. They may be called while
// others read files that were opened before.
#pragma once

#include "storage/rocks/writer_progress.h"

#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace idem::storage {

class ReaderFiles final : public rocksdb::FileSystemWrapper {
 public:
  ReaderFiles(const std::shared_ptr<rocksdb::FileSystem>& files, std::filesystem::path directory);

  // Holds them as they are now and returns where the writer stands. Unset: the writer moved on just
  // then, or a file could not be opened, and nothing is held.
  //
  // What is returned was so at one moment, with two exceptions that do no harm: the last log may be
  // as it was a little earlier, and there may be more sorted files than the manifest names.
  std::optional<WriterProgress> Hold();

  // Files are seen as they are at any time again, those that were opened before included.
  void LetGo();

  const char* Name() const override { return "idem.ReaderFiles"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;

 private:
  struct Held;
  class File;
  using Moment = std::map<std::string, std::shared_ptr<const Held>>;  // by name

  bool HoldFile(const std::string& name, const std::shared_ptr<std::atomic<bool>>& holds,
                Moment* moment) const;

  const std::filesystem::path directory_;
  Moment held_;                               // logs, and the manifest
  std::shared_ptr<std::atomic<bool>> holds_;  // of those; null: nothing is held
};

}  // namespace idem::storage
