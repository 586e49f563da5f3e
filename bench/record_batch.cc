// SPDX-License-Identifier: Apache-2.0

#include "record_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace idem::bench {
namespace {

void WriteKey(std::uint64_t row, char* to) {
  fmt::format_to_n(to, kKeyBytes, "{:016x}{:08x}", Mix(row), Mix(~row) >> 32);
}

void WriteValue(const RecordId& id, std::span<char> to) {
  std::uint64_t state = Mix(id.row) ^ static_cast<std::uint64_t>(id.version);
  for (std::size_t at = 0; at < to.size(); at += sizeof(state)) {
    const std::uint64_t word = Mix(++state);
    std::memcpy(to.data() + at, &word, std::min(sizeof(word), to.size() - at));
  }
}

}  // namespace

// The finalizer of SplitMix64: multiplications by odd numbers and shifted exclusive ors, each of
// which can be undone.
std::uint64_t Mix(std::uint64_t number) noexcept {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

RecordBatch::RecordBatch(std::size_t records_max, std::size_t value_bytes)
    : record_bytes_(kKeyBytes + value_bytes),
      bytes_(std::make_unique<char[]>(records_max * record_bytes_)) {
  records_.reserve(records_max);
}

void RecordBatch::Add(const RecordId& id) {
  char* key = bytes_.get() + records_.size() * record_bytes_;
  char* value = key + kKeyBytes;
  const std::size_t value_bytes = record_bytes_ - kKeyBytes;
  WriteKey(id.row, key);
  WriteValue(id, {value, value_bytes});
  records_.push_back({{key, kKeyBytes}, {value, value_bytes}, id.version, id.offset});
}

}  // namespace idem::bench
