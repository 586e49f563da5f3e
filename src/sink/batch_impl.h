// SPDX-License-Identifier: Apache-2.0
//
// BatchImpl: a Batch is a record buffer.
#pragma once

#include "pipeline/record_buffer.h"

#include <idem/batch.h>

namespace idem {

class BatchImpl {
 public:
  explicit BatchImpl(const Limits& limits) : buffer(limits) {}
  static const pipeline::RecordBuffer& Of(const Batch& batch);

  // Both ways on are jumps: to come back here, what was handed in would have to be kept for it.
  template <Operation kOperation>
  static void Add(Batch* batch, const Table& table, KeyRef key, std::string_view value,
                  const WriteOptions& options) {
    if (batch->impl_ == nullptr) return AddFirst<kOperation>(batch, table, key, value, options);
    batch->impl_->buffer.Add<kOperation>(TableAccess::Entry(table), key, value, options);
  }

  pipeline::RecordBuffer buffer;

 private:
  // To one that was moved from.
  template <Operation kOperation>
  [[gnu::noinline]] static void AddFirst(Batch* batch, const Table& table, KeyRef key,
                                         std::string_view value, const WriteOptions& options) {
    batch->Impl().buffer.Add<kOperation>(TableAccess::Entry(table), key, value, options);
  }
};

}  // namespace idem
