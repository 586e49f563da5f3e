// SPDX-License-Identifier: Apache-2.0
//
// The ways into RocksDB, whose signatures differ between versions: through a raw pointer until 10,
// through a unique_ptr since 9.11. `Db` is always rocksdb::DB; it is a parameter so that only the
// form that exists is compiled. Each takes the threads that this opening is worth (ForOpening).
#pragma once

#include "storage/rocks/rocks_options.h"

#include <rocksdb/db.h>

#include <memory>
#include <string>

namespace idem::storage {

template <typename Db>
rocksdb::Status OpenPrimary(const rocksdb::Options& given, const std::string& directory,
                            std::unique_ptr<Db>* db) {
  const rocksdb::Options options = ForOpening(given, directory);
  if constexpr (requires { Db::Open(options, directory, db); }) {
    return Db::Open(options, directory, db);
  } else {
    Db* raw = nullptr;
    rocksdb::Status status = Db::Open(options, directory, &raw);
    db->reset(raw);
    return status;
  }
}

template <typename Db>
rocksdb::Status OpenReadOnly(const rocksdb::Options& given, const std::string& directory,
                             std::unique_ptr<Db>* db) {
  const rocksdb::Options options = ForOpening(given, directory);
  if constexpr (requires { Db::OpenForReadOnly(options, directory, db); }) {
    return Db::OpenForReadOnly(options, directory, db);
  } else {
    Db* raw = nullptr;
    rocksdb::Status status = Db::OpenForReadOnly(options, directory, &raw);
    db->reset(raw);
    return status;
  }
}

template <typename Db>
rocksdb::Status OpenSecondary(const rocksdb::Options& given, const std::string& directory,
                              const std::string& own_directory, std::unique_ptr<Db>* db) {
  const rocksdb::Options options = ForOpening(given, directory);
  if constexpr (requires { Db::OpenAsSecondary(options, directory, own_directory, db); }) {
    return Db::OpenAsSecondary(options, directory, own_directory, db);
  } else {
    Db* raw = nullptr;
    rocksdb::Status status = Db::OpenAsSecondary(options, directory, own_directory, &raw);
    db->reset(raw);
    return status;
  }
}

}  // namespace idem::storage
