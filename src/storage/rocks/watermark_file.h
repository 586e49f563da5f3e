// SPDX-License-Identifier: Apache-2.0
//
// WatermarkFile: IDEM_WATERMARK, what is known to be durable, beside RocksDB's files and on the
// real file system. Whatever RocksDB finds at the next opening is held against it:
//
//   files  which of RocksDB's files there are to be, and what they begin with (file_guard.h)
//   note   the layer above's: the last durable commit and checkpoints (codec/watermark.h)
//
// Three images, in turns of blocks: block i of image k is the (3 i + k)-th of the file, so images
// grow without getting in each other's way and the file is never longer than three of the largest.
// The newest image that is whole counts. It is written in place and not synced, which costs two
// microseconds and survives kill -9; Sync is for what must survive a loss of power.
//
//   One image is on the disk for certain, the one that was the newest at the last Sync, and is not
//   written to before the next. The other two take turns, so that a process that dies while it
//   writes leaves the image before.
//
// An image says what was synced before it was written. One that a loss of power has put back to an
// older state therefore knows less, and never accuses wrongly.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "codec/watermark_image.h"
#include "storage/rocks/descriptor.h"

#include <idem/result.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::storage {

inline constexpr char kWatermarkFile[] = "IDEM_WATERMARK";

using Marks = std::vector<codec::FileMark>;

class WatermarkFile {
 public:
  // Makes the file, or replaces the one that is there, with one image. Durable when it returns.
  // Errors: kIoError.
  static Result<std::shared_ptr<WatermarkFile>> Create(const std::filesystem::path& directory,
                                                       const Uuid& store_id, Marks manifests = {});

  // The same, durable after Sync and a sync of the directory.
  static Result<std::shared_ptr<WatermarkFile>> CreateUnsynced(
      const std::filesystem::path& directory, const Uuid& store_id, Marks manifests = {});

  // Opens it for writing and writes nothing. Errors: those of Read.
  static Result<std::shared_ptr<WatermarkFile>> Open(const std::filesystem::path& directory,
                                                     const Uuid& store_id);

  // The newest image, also while somebody writes. Errors: kCorruption (the file is missing, no
  // image of it is whole, or it belongs to another store), kIoError.
  static Result<codec::WatermarkImage> Read(const std::filesystem::path& directory,
                                            const Uuid& store_id);

  WatermarkFile(const WatermarkFile&) = delete;
  WatermarkFile& operator=(const WatermarkFile&) = delete;

  codec::WatermarkImage image() const;

  // Each writes a new image; see Sync for its durability. After an error, also one of Sync, the
  // image before counts, and nothing more is kept: each call has the same error. Errors: kIoError.
  Result<void> KeepNote(std::string_view note);
  Result<void> KeepFiles(Marks manifests, Marks logs);

  // The newest image is on the disk when it returns. Errors: kIoError.
  Result<void> Sync();

 private:
  WatermarkFile(std::string path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> UnlessFailed(Result<void> (WatermarkFile::*step)());
  Result<void> Write();
  Result<void> SyncNewest();

  const std::string path_;
  const Descriptor file_;
  mutable std::mutex mutex_;     // guards the rest
  codec::WatermarkImage image_;  // the newest
  std::size_t newest_ = 0;       // its place
  std::size_t synced_ = 0;       // the place of the one that is on the disk for certain
  std::optional<Error> failed_;  // what a call has failed with
};

}  // namespace idem::storage
