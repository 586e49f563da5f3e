// SPDX-License-Identifier: Apache-2.0
//
// Creation: whether the store is still being made.
//
// A crash before IDEM_FORMAT is there has the making begun anew, so nothing depends on what is on
// the disk by then. RocksDB syncs the directory again and again on its way, and each sync of a
// manifest is followed by one of the watermark. While a store is made these are left out; both are
// synced once, at the end and before IDEM_FORMAT.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <atomic>

namespace idem::storage {

class Creation {
 public:
  void Begin() noexcept { under_way_ = true; }
  // Before the syncs that come last.
  void End() noexcept { under_way_ = false; }
  bool under_way() const noexcept { return under_way_; }

 private:
  std::atomic<bool> under_way_ = false;
};

}  // namespace idem::storage
