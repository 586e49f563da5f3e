// SPDX-License-Identifier: Apache-2.0
//
// MemoryBudget: memory that several sinks of a process share.
//
//   MemoryBudget memory({.write_buffer_bytes = 256 << 20, .cache_bytes = 512 << 20});
//   SinkOptions options;
//   options.memory_budget = &memory;
//   auto orders = IdempotentSink::Open("/var/lib/etl/orders", options).value();
//   auto users = IdempotentSink::Open("/var/lib/etl/users", options).value();
//
// Without one, each sink takes SinkOptions::write_buffer_bytes (twice, while one buffer is being
// written out) and cache_bytes for itself, and ten sinks take ten times as much.
//
// Write buffers. When all sinks together have half of the budget in rows that are in no sorted file
// yet, the one with the most begins to write its own out; the other half is for what is being
// written. Where that does not keep up and the whole budget is taken, a commit waits for its own
// sink's buffer as it does in any stall: up to SinkOptions::stall_wait_ms, then kStalled without
// effect. No sink waits for the rows or the disk of another: one that has failed, stands still or
// is on a disk that hangs keeps what it holds until it is closed, and makes the buffers of the
// others smaller. The sum may pass the budget by a batch, and by a quarter of a write buffer for
// each sink. A sink's own buffer is SinkOptions::write_buffer_bytes, and at most half of the
// budget.
//
// Cache. One for all; what was used last stays, whosesoever it is. SinkOptions::cache_bytes is not
// used.
//
// What is not in it: SinkOptions::identity_bytes, filter_bytes and fingerprint_bytes of each sink,
// batches, and while a buffer is being written out or scanned the order of its rows, 8 bytes each.
//
// Thread-safety: multiple threads may call any method, and open and close sinks that share one,
// without synchronization. Lifetime: must outlive the sinks and readers that it is given to.
#pragma once

#include <idem/export.h>

#include <cstddef>
#include <memory>

namespace idem {

class MemoryBudgetImpl;

struct MemoryBudgetOptions {
  std::size_t write_buffer_bytes = 256 << 20;  // of all sinks; 0: each sink as without a budget
  std::size_t cache_bytes = 64 << 20;          // of all sinks and readers
};

// What is taken at one moment.
struct MemoryUsage {
  std::size_t write_buffer_bytes = 0;
  std::size_t cache_bytes = 0;
};

class IDEM_EXPORT MemoryBudget final {
 public:
  explicit MemoryBudget(const MemoryBudgetOptions& options = {});
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Never waits for a commit.
  MemoryUsage ReadUsage() const;

 private:
  friend class MemoryBudgetImpl;
  const std::shared_ptr<MemoryBudgetImpl> impl_;  // a store may be kept open by its snapshots
};

}  // namespace idem
