// SPDX-License-Identifier: Apache-2.0
//
// Record: what every peer is handed, and RecordId: what a record is before it has bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace idem::bench {

struct RecordId {
  std::uint64_t row = 0;  // which row; the same number is the same key, in every workload
  std::int64_t version = 0;
  std::optional<std::int64_t> offset;  // in the one source partition there is; unset: no position
};

struct Record {
  std::string_view key;
  std::string_view value;
  std::int64_t version = 0;
  std::optional<std::int64_t> offset;
};

}  // namespace idem::bench
