// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/iterator_factory.h"

namespace idem::storage {

rocksdb::ReadOptions VerifiedReadOptions(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.verify_checksums = true;
  options.ignore_range_deletions = true;
  options.total_order_seek = true;
  return options;
}

std::unique_ptr<rocksdb::Iterator> NewScan(rocksdb::DB* db, const rocksdb::Snapshot* snapshot,
                                           const rocksdb::Slice* upper_bound) {
  rocksdb::ReadOptions options = VerifiedReadOptions(snapshot);
  options.iterate_upper_bound = upper_bound;
  options.background_purge_on_iterator_cleanup = true;
  options.fill_cache = false;
  return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(options));
}

}  // namespace idem::storage
