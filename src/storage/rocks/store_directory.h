// SPDX-License-Identifier: Apache-2.0
//
// StoreDirectory: what a directory is, told from two small files before RocksDB touches anything.
//
//   IDEM_CREATING   a store is being made here; nothing of what is there counts
//   IDEM_FORMAT     a store stands here: the bytes of its FormatHeader (codec/store_header.h)
//
//   empty -> IDEM_CREATING -> IDEM_WATERMARK -> RocksDB's files with the header entry, and with all
//         others that the store is to begin with, synced -> renamed IDEM_FORMAT
//
// A crash on the way leaves IDEM_CREATING, and the next making begins anew. A directory that has
// neither file and is not empty belongs to somebody else and is never touched. And because a store
// is known by IDEM_FORMAT, one whose RocksDB files are gone is damaged, not new.
#pragma once

#include "codec/store_header.h"

#include <idem/result.h>

#include <filesystem>
#include <string>
#include <vector>

namespace idem::storage {

inline constexpr char kFormatFile[] = "IDEM_FORMAT";
inline constexpr char kCreatingFile[] = "IDEM_CREATING";

enum class DirectoryKind : std::uint8_t { kMissing, kEmpty, kCreating, kStore };

struct StoreDirectory {
  DirectoryKind kind = DirectoryKind::kMissing;
  codec::FormatHeader header;  // of a kStore
};

// Looks, and changes nothing. Errors: kInvalidArgument (not a directory), kFormatUnsupported (files
// that are not ours, or another format version), kCorruption, kIoError.
Result<StoreDirectory> InspectDirectory(const std::filesystem::path& directory);

// The names of its entries, in no order. Errors: kIoError.
Result<std::vector<std::string>> EntriesOf(const std::filesystem::path& directory);

// Makes the directory, for its owner alone, and those above it; the names of all of them are
// durable when it returns. Errors: kIoError.
Result<void> MakeDirectory(const std::filesystem::path& directory);

// Where it is, whatever links lead there. Errors: kIoError (above all, that it is not there).
Result<std::filesystem::path> RealDirectory(const std::filesystem::path& directory);

// The two ends of making a store. Both are durable when they return. Errors: kIoError.
Result<void> BeginCreation(const std::filesystem::path& directory,
                           const codec::FormatHeader& header);
Result<void> FinishCreation(const std::filesystem::path& directory);

// The way back, of a making that failed: a store that stands is one that is being made again; then,
// when RocksDB's files are gone, the watermark goes and the mark last of all. It stays where other
// files do, which nobody would know without it. Errors: kIoError.
Result<void> UnfinishCreation(const std::filesystem::path& directory);
Result<void> AbandonCreation(const std::filesystem::path& directory);

// The names in it are durable when this returns. Errors: kIoError.
Result<void> SyncDirectory(const std::filesystem::path& directory);

// kStoreMissing, naming the way out.
Error StoreMissing(const std::filesystem::path& directory);

}  // namespace idem::storage
