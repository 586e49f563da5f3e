// SPDX-License-Identifier: Apache-2.0
//
// FileGuard: RocksDB's files are held against what was synced of them.
//
// RocksDB 7.8 opens with success when the end of its manifest is missing, or one of its logs but
// the last: sorted files are forgotten whose logs are long gone, or a log is not read, and rows are
// missing in the middle while newer ones and the checkpoints are there. So the watermark keeps a
// mark, name, length and hash, of each file that RocksDB will read at the next opening:
//
//   manifest  after each sync of it, before RocksDB goes on to remove the logs and files that the
//             manifest has made needless
//   log       when it is complete, before the next one is begun; until RocksDB removes it. The end
//             of the last log has no mark: it is what the last durable commit is for
//
// The marks are on the disk before what depends on them, so what was synced cannot be missing
// unnoticed, and what was not is relied on by nobody.
//
// Which manifests the file CURRENT may name:
//
//   RocksDB opens         it makes a new manifest, syncs it      marks {old, new}
//   renames over CURRENT                                         old before a crash, new after it
//   syncs the directory   the name is on the disk                marks {new}
//
// A watermark that a loss of power has put back to {old, new} accepts either.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/creation.h"
#include "storage/rocks/watermark_file.h"

#include <idem/result.h>

#include <rocksdb/file_system.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace idem::storage {

// Ok while the files are this writer's.
using Owned = std::function<Result<void>()>;

// Keeps the marks while RocksDB writes; guarded_files.h calls it. A writer that has lost its files
// still ends what it had begun, in files that nobody knows any more: of them it keeps no marks,
// which would be in the watermark of the next writer.
class FileGuard {
 public:
  FileGuard(std::shared_ptr<WatermarkFile> watermark, Owned owned,
            std::shared_ptr<const Creation> creation);

  // So much of a manifest is on the disk.
  rocksdb::IOStatus ManifestSynced(codec::FileMark mark);
  // CURRENT names the manifest that was synced last, as RocksDB has it.
  void CurrentRenamed();
  // Before a sync of the directory, which makes it durable: the manifest that CURRENT has been made
  // to name since the last one; empty: none. A sync says nothing of what is renamed while it runs.
  std::string RenamedTo();
  // After it, with that: the names in the directory are on the disk, or may wait (creation.h).
  rocksdb::IOStatus DirectorySynced(std::string_view named);
  bool MayNamesWait() const { return creation_->under_way(); }

  // All of a log is on the disk, and nothing will be appended to it.
  rocksdb::IOStatus LogCompleted(codec::FileMark mark);
  // A log is no longer needed, and about to be removed.
  rocksdb::IOStatus LogNeedless(std::string_view name);

 private:
  rocksdb::IOStatus Keep(bool durably);

  const std::shared_ptr<WatermarkFile> watermark_;
  const Owned owned_;
  const std::shared_ptr<const Creation> creation_;
  std::mutex mutex_;  // guards the rest
  Marks manifests_;   // the newest comes last
  Marks logs_;
  bool renamed_ = false;  // CURRENT was, since the directory was synced
};

// Ok when the file is there and begins with what its mark says. Changes nothing. Errors:
// kCorruption, kIoError.
Result<void> CheckMark(rocksdb::FileSystem* files, const std::string& directory,
                       const codec::FileMark& mark);

// The mark of the manifest that CURRENT names, when the manifest bears it. Errors: as above.
Result<codec::FileMark> CheckManifest(rocksdb::FileSystem* files, const std::string& directory,
                                      const Marks& manifests);

// The same, and all logs that have a mark bear it. Errors: as above.
Result<codec::FileMark> CheckFiles(rocksdb::FileSystem* files, const std::string& directory,
                                   const codec::WatermarkImage& watermark);

// A mark of the whole manifest that CURRENT names. Errors: as above.
Result<codec::FileMark> MarkManifest(rocksdb::FileSystem* files, const std::string& directory);

// Syncs the directory. Errors: kIoError.
Result<void> SyncNames(rocksdb::FileSystem* files, const std::string& directory);

// `named` is the mark of what CURRENT names, and when this returns that is certain: the directory
// is synced, and no other manifest has a mark. Errors: kIoError.
Result<void> SettleManifest(rocksdb::FileSystem* files, const std::string& directory,
                            codec::FileMark named, WatermarkFile* watermark);

}  // namespace idem::storage
