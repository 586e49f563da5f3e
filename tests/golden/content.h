// SPDX-License-Identifier: Apache-2.0
//
// What a golden store holds: something of every kind that has bytes of its own on the disk. Its
// content never changes, or old golden stores would no longer be described by it; a new kind goes
// into a table of its own.
#pragma once

#include <idem/idem.h>

namespace idem::golden {

inline constexpr char kSource[] = "orders-topic";
inline constexpr char kApplication[] = "nightly";

// Rows are written in two lives, so that a store has sorted files and a log. `half` is 0 or 1.
void WriteHalf(IdempotentSink* sink, int half);

// The batch that was committed with the token (kApplication, 7).
void FillTokenBatch(IdempotentSink* sink, Batch* batch);

SinkOptions GoldenOptions();

}  // namespace idem::golden
