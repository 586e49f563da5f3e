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

  pipeline::RecordBuffer buffer;
};

}  // namespace idem
