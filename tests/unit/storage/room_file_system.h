// SPDX-License-Identifier: Apache-2.0
//
// RoomFileSystem: a disk with as much room as a test says, whatever is written.
//
// Thread-safety: multiple threads may call it while a test changes the room.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace idem::testing {

class RoomFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  RoomFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "RoomFileSystem"; }

  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions&, std::uint64_t* free,
                                 rocksdb::IODebugContext*) override {
    ++asked;
    *free = room;
    return known ? rocksdb::IOStatus::OK() : rocksdb::IOStatus::NotSupported();
  }

  std::atomic<std::uint64_t> room = UINT64_MAX;
  std::atomic<bool> known = true;
  std::atomic<int> asked = 0;
};

}  // namespace idem::testing
