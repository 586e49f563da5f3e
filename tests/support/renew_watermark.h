// SPDX-License-Identifier: Apache-2.0
//
// For tests that change a store's files behind its back, with RocksDB itself: without this the
// store would say, and rightly, that its manifest is not the one that it wrote.
#pragma once

#include "storage/rocks/file_guard.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/watermark_file.h"

#include <filesystem>

namespace idem::testing {

// The store's watermark is that of its files as they are, with an empty note.
inline void RenewWatermark(const std::filesystem::path& store) {
  const auto header = storage::InspectDirectory(store).value().header;
  const auto files = rocksdb::FileSystem::Default();
  const auto manifest = storage::MarkManifest(files.get(), store.string()).value();
  storage::WatermarkFile::Create(store, header.store_id, {manifest}).value();
}

}  // namespace idem::testing
