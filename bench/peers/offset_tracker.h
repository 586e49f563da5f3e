// SPDX-License-Identifier: Apache-2.0
//
// OffsetTracker: what a careful host keeps beside a store that knows no checkpoints: the offset to
// read next, as it is stored with the rows. One partition, offsets dense and in order: no holes, no
// out-of-order deliveries, no incarnations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "record.h"

namespace idem::bench {

class OffsetTracker {
 public:
  // `next` is the stored one.
  explicit OffsetTracker(std::int64_t next) : next_(next) {}

  bool Seen(const Record& record) const { return record.offset && *record.offset < next_; }

  // True when `batch` moves the offset, which then has to be stored with its rows.
  bool Advance(std::span<const Record> batch) {
    const std::int64_t before = next_;
    for (const Record& record : batch) {
      if (record.offset) next_ = std::max(next_, *record.offset + 1);
    }
    return next_ != before;
  }

  std::int64_t next() const { return next_; }

 private:
  std::int64_t next_;
};

}  // namespace idem::bench
