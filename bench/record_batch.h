// SPDX-License-Identifier: Apache-2.0
//
// RecordBatch: makes the bytes of records. A RecordId has the same bytes on every machine and in
// every run.
//
//   key     24 ASCII characters, unique for each row, in no order: neighbours in the stream are far
//           apart in the store
//   value   pseudo-random bytes of row and version, or a line (values.h)
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "record.h"
#include "values.h"

namespace idem::bench {

inline constexpr std::size_t kKeyBytes = 24;

// Scrambles one to one: different numbers stay different.
std::uint64_t Mix(std::uint64_t number) noexcept;

// Thread-safety: none.
class RecordBatch {
 public:
  RecordBatch(std::size_t records_max, const Values& values);

  // Refers to this object's memory, valid until Clear. REQUIRES: less than records_max records.
  void Add(const RecordId& id);
  void Clear() noexcept { records_.clear(); }

  std::span<const Record> records() const noexcept { return records_; }

 private:
  std::string_view WriteValue(const RecordId& id, char* to) const;

  Values values_;
  std::size_t record_bytes_max_;
  std::unique_ptr<char[]> bytes_;
  std::vector<Record> records_;
};

}  // namespace idem::bench
