// SPDX-License-Identifier: Apache-2.0
//
// Adds one measurement to a LatencyHistogram.
#pragma once

#include <idem/metrics.h>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace idem {

inline void Observe(std::int64_t nanos, LatencyHistogram* histogram) {
  const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(nanos, 0)) / 1000;
  const auto bucket = static_cast<std::size_t>(std::bit_width(micros));
  ++histogram->buckets[std::min(bucket, LatencyHistogram::kBuckets - 1)];
  ++histogram->count;
  histogram->sum_micros += micros;
}

}  // namespace idem
