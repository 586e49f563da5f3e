// SPDX-License-Identifier: Apache-2.0
//
// An environment of RocksDB with another file system, and all else as it was: the way in for what
// sits between RocksDB and its files.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <string>
#include <utility>

namespace idem::storage {

class FileSystemEnv final : public rocksdb::EnvWrapper {
 public:
  FileSystemEnv(rocksdb::Env* env, std::shared_ptr<rocksdb::FileSystem> files) : EnvWrapper(env) {
    file_system_ = std::move(files);
    system_clock_ = env->GetSystemClock();
  }

  // Of the environment itself RocksDB asks to remove manifests and options that are obsolete, and
  // all but data of a store that is taken away, and to rename options and identity. The wrapper
  // would ask the environment below.
  rocksdb::Status DeleteFile(const std::string& path) override {
    return file_system_->DeleteFile(path, rocksdb::IOOptions(), nullptr);
  }
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override {
    return file_system_->RenameFile(from, to, rocksdb::IOOptions(), nullptr);
  }
};

// `env` must outlive it.
inline std::unique_ptr<rocksdb::Env> NewFileSystemEnv(rocksdb::Env* env,
                                                      std::shared_ptr<rocksdb::FileSystem> files) {
  return std::make_unique<FileSystemEnv>(env, std::move(files));
}

}  // namespace idem::storage
