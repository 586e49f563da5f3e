// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/ingest_options.h"

#include <algorithm>

namespace idem::cli {

std::size_t PendingBytesMax(const IngestOptions& options) {
  return options.bulk ? std::size_t{256} << 20 : std::size_t{24} << 20;
}

Limits LimitsOf(const IngestOptions& options) {
  Limits limits;
  if (!options.bulk) return limits;
  limits.batch_records = std::max(limits.batch_records, options.batch_records);
  limits.batch_bytes = 2 * PendingBytesMax(options);
  return limits;
}

}  // namespace idem::cli
