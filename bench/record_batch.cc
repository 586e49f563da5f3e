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

void WriteRandom(std::uint64_t state, std::span<char> to) {
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

RecordBatch::RecordBatch(std::size_t records_max, const Values& values)
    : values_(values),
      record_bytes_max_(kKeyBytes + values.bytes_max()),
      bytes_(std::make_unique<char[]>(records_max * record_bytes_max_)) {
  records_.reserve(records_max);
}

void RecordBatch::Add(const RecordId& id) {
  char* key = bytes_.get() + records_.size() * record_bytes_max_;
  WriteKey(id.row, key);
  records_.push_back({{key, kKeyBytes}, WriteValue(id, key + kKeyBytes), id.version, id.offset});
}

std::string_view RecordBatch::WriteValue(const RecordId& id, char* to) const {
  if (values_.lines) {
    const std::uint64_t which = id.row + static_cast<std::uint64_t>(id.version);
    const std::string& line = (*values_.lines)[which % values_.lines->size()];
    std::memcpy(to, line.data(), line.size());
    return {to, line.size()};
  }
  WriteRandom(Mix(id.row) ^ static_cast<std::uint64_t>(id.version), {to, values_.bytes});
  return {to, values_.bytes};
}

}  // namespace idem::bench
