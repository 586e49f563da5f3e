// SPDX-License-Identifier: Apache-2.0
#include "sink/check_options.h"

#include "pipeline/record_buffer.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace idem {
namespace {

struct Range {
  const char* option;
  std::uint64_t value;
  std::uint64_t least;
  std::uint64_t most;
};

Error OutOfRange(const Range& range) {
  const std::string allowed = range.most == SIZE_MAX
                                  ? fmt::format("{} or more", range.least)
                                  : fmt::format("{} to {}", range.least, range.most);
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} is {}, but must be {}; set it so",
                                                        range.option, range.value, allowed));
}

// One that does not fit could never be committed, and a batch would be full before it had any.
Result<void> CheckLargestRecord(const Limits& limits) {
  const std::size_t largest = pipeline::LargestRecordBytes(limits);
  if (largest <= limits.batch_bytes) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Limits::batch_bytes is {}, but a record of the largest size takes {} "
                           "(Limits::key_bytes {}, Limits::value_bytes {}, and its names); raise "
                           "batch_bytes, or lower value_bytes",
                           limits.batch_bytes, largest, limits.key_bytes, limits.value_bytes));
}

}  // namespace

Result<void> CheckSinkOptions(const SinkOptions& options) {
  const Limits& limits = options.limits;
  const Range ranges[] = {
      {"Limits::key_bytes", limits.key_bytes, 1, kKeyBytesMax},
      {"Limits::value_bytes", limits.value_bytes, 0, kValueBytesMax},
      {"Limits::batch_records", limits.batch_records, 1, UINT32_MAX - 1},
      {"Limits::tables", limits.tables, 1, SIZE_MAX},
      {"Limits::source_partitions", limits.source_partitions, 1, SIZE_MAX},
      {"SinkOptions::stall_wait_ms", options.stall_wait_ms, 0, kStallWaitMsMax},
      {"SinkOptions::write_buffer_bytes", options.write_buffer_bytes, kWriteBufferBytesMin,
       kWriteBufferBytesMax},
      {"SinkOptions::cache_bytes", options.cache_bytes, 0, kMemoryBytesMax},
      {"SinkOptions::identity_bytes", options.identity_bytes, 0, kMemoryBytesMax},
      {"SinkOptions::filter_bytes", options.filter_bytes, 0, kMemoryBytesMax},
      {"SinkOptions::fingerprint_bytes", options.fingerprint_bytes, 0, kMemoryBytesMax}};
  for (const Range& range : ranges) {
    if (range.value < range.least || range.value > range.most) return OutOfRange(range);
  }
  return CheckLargestRecord(limits);
}

}  // namespace idem
