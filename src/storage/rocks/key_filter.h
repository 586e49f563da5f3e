// SPDX-License-Identifier: Apache-2.0
//
// KeyFilter: says of a row's or an event's key that the store certainly does not hold it, so that a
// new record costs no read. Of every other key it says "maybe".
//
// The hash is seeded anew in each process: who chooses keys cannot choose which ones collide.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include "storage/rocks/blocked_bloom.h"

#include <idem/logger.h>
#include <idem/result.h>

#include <rocksdb/db.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace idem::storage {

class KeyFilter {
 public:
  // A filter in `bytes` bytes that knows every row and event key of `db`, found by a scan of the
  // keys. Null: there is none, because `bytes` is 0, the store holds many times what would fit, or
  // the system has no memory. Errors: kIoError, kCorruption.
  static Result<std::unique_ptr<KeyFilter>> Build(rocksdb::DB* db, std::size_t bytes,
                                                  Logger* logger);

  // Must come before the write that makes `key` visible is issued.
  void Add(std::string_view key);

  // False: the store does not hold `key`.
  bool MayContain(std::string_view key) const;

 private:
  KeyFilter(std::unique_ptr<BlockedBloom> bloom, std::uint64_t seed, Logger* logger)
      : bloom_(std::move(bloom)), seed_(seed), logger_(logger) {}

  Result<void> AddAll(rocksdb::DB* db);
  std::uint64_t Hash(std::string_view key) const noexcept;

  std::unique_ptr<BlockedBloom> bloom_;
  std::uint64_t seed_;
  Logger* logger_;
  std::atomic<std::uint64_t> added_ = 0;
};

}  // namespace idem::storage
