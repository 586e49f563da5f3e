// SPDX-License-Identifier: Apache-2.0
//
// MergeRoom: merges of sorted files begin only where what they write fits on the disk.
//
// Universal compaction merges up to the whole store at once, and until it ends the old files lie
// beside the new ones. A merge that runs out of space midway would end the handle, and so would the
// same merge after the next opening. So RocksDB's SstFileManager is told how much the files may
// take. It leaves out a merge that would take more and tries again a second later; commits go on
// meanwhile, until there are so many files that they are slowed down and then refused (kStalled).
// And commits leave free what the merges under way still have to write (SpaceGuard).
//
// The manager takes a flush that ends over that number for an error that ends writing. The number
// may be out of date by then, so it is higher than it has to be by a slack of one write buffer, and
// a merge must leave as much more.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <cstdint>
#include <memory>
#include <string>

namespace idem::storage {

class MergeRoom {
 public:
  // Adds what watches merges to the options. `keep_free` is what a merge leaves on the disk.
  MergeRoom(rocksdb::Options* options, std::string directory, std::uint64_t keep_free);

  // Until then no merge begins: RocksDB schedules the first ones before it has counted its files.
  void Opened() const;

  // Looks again what is free. While commits wait nothing else does.
  void Refresh() const;

  // What the merges under way will still write, at most.
  std::uint64_t PendingBytes() const;

 private:
  class Listener;
  const std::shared_ptr<Listener> listener_;
};

}  // namespace idem::storage
