// SPDX-License-Identifier: Apache-2.0
//
// Examination: a store is looked at as it was found, by whoever holds its lock. Nothing in its
// directory changes.
#pragma once

#include "codec/store_header.h"
#include "codec/watermark_image.h"
#include "storage/rocks/rocks_store.h"

#include <idem/options.h>
#include <idem/result.h>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

namespace idem::storage {

// Opens RocksDB's files for reading alone.
rocksdb::Status OpenAsFound(const std::filesystem::path& directory, const SinkOptions& options,
                            rocksdb::WALRecoveryMode mode, rocksdb::Env* env,
                            std::unique_ptr<rocksdb::DB>* db);

// Holds the store against `watermark` and shows it to `inspect`, which may be empty. Returns the
// mark of the manifest that CURRENT names. Errors: kCorruption, kFormatUnsupported, kIoError, and
// those of `inspect`.
Result<codec::FileMark> Examine(const std::filesystem::path& directory,
                                const codec::FormatHeader& header,
                                const codec::WatermarkImage& watermark, const Inspection& inspect,
                                const SinkOptions& options, rocksdb::Env* env);

}  // namespace idem::storage
