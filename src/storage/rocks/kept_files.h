// SPDX-License-Identifier: Apache-2.0
//
// Shows RocksDB only that part of a store's files which a recovery keeps.
#pragma once

#include "codec/watermark_image.h"

#include <rocksdb/env.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace idem::storage {

struct KeptFiles {
  // This manifest ends where its mark does: what follows was never synced.
  std::optional<codec::FileMark> manifest = {};
  // There are no logs of a higher number. They come after one that is damaged.
  std::optional<std::uint64_t> last_log = {};
};

// The number in the name of a log, as RocksDB counts them; nullopt: it is not one.
std::optional<std::uint64_t> LogNumber(const std::string& name);

// `env` must outlive it.
std::unique_ptr<rocksdb::Env> NewKeptFilesEnv(rocksdb::Env* env, KeptFiles kept);

}  // namespace idem::storage
