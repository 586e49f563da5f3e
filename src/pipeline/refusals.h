// SPDX-License-Identifier: Apache-2.0
//
// What a host is told of a batch that was refused as a whole: which limit or record it was, by how
// much, and what to do. No key and no value is in it.
#pragma once

#include "pipeline/record_buffer.h"

#include <idem/error.h>
#include <idem/limits.h>
#include <idem/verdict.h>

#include <cstddef>

namespace idem::pipeline {

// kLimitExceeded. `limits` are those of the sink; those of the batch may be others.
Error BatchTooLarge(const RecordBuffer& batch, const Limits& limits);

// kInvalidRecord: the `index`-th record of the batch is INVALID for this reason.
Error RecordInvalid(const RecordBuffer& batch, std::size_t index, Reason reason,
                    const Limits& limits);

}  // namespace idem::pipeline
