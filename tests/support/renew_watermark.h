// SPDX-License-Identifier: Apache-2.0
//
// For tests that change a store's files behind its back, with RocksDB itself: without this the
// store would say, and rightly, that its manifest is not the one that it wrote.
#pragma once

#include "storage/rocks/file_guard.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/watermark_file.h"

#include <filesystem>
#include <memory>

namespace idem::testing {

// The marks are those of the files as they are; the note stays.
inline void RenewWatermark(
    const std::filesystem::path& store,
    const std::shared_ptr<rocksdb::FileSystem>& files = rocksdb::FileSystem::Default()) {
  const auto header = storage::InspectDirectory(store).value().header;
  const auto manifest = storage::MarkManifest(files.get(), store.string()).value();
  const auto watermark = storage::WatermarkFile::Open(store, header.store_id).value();
  watermark->KeepFiles({manifest}, {}).value();
}

}  // namespace idem::testing
