// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/plan_batch.h"

#include "base/coding.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

constexpr char kErase = 0;
constexpr char kPut = 1;

constexpr std::size_t kSequenceBytes = 8;
constexpr std::size_t kHeaderBytes = kSequenceBytes + 4;
constexpr std::size_t kEntryOverhead = 1 + 5 + 5;  // at most
constexpr std::uint64_t kSizeMax = UINT32_MAX;     // of a key, of a value, and entries of a batch

char* PutEntry(const Write& write, char* out) noexcept {
  *out++ = write.value ? kPut : kErase;
  out = base::PutSized(write.key, out);
  if (!write.value) return out;
  out = base::PutVarint64(write.value_bytes(), out);
  return base::PutBytes(write.rest, base::PutBytes(*write.value, out));
}

void PutCount(std::size_t count, char* out) noexcept {
  for (int shift = 0; shift < 32; shift += 8) *out++ = static_cast<char>(count >> shift);
}

bool Fits(const WritePlan& plan) {
  return plan.writes.size() <= kSizeMax &&
         std::all_of(plan.writes.begin(), plan.writes.end(), [](const Write& write) {
           return write.key.size() <= kSizeMax && write.value_bytes() <= kSizeMax;
         });
}

}  // namespace

std::size_t PlanBytes(const WritePlan& plan) {
  std::size_t bytes = kHeaderBytes;
  for (const Write& write : plan.writes) {
    bytes += kEntryOverhead + write.key.size() + write.value_bytes();
  }
  return bytes;
}

Result<rocksdb::WriteBatch> BatchOf(const WritePlan& plan, std::size_t bytes) {
  if (!Fits(plan)) {
    return Error(ErrorCode::kLimitExceeded,
                 "a key or a value of more than 4 GiB does not fit a batch; commit smaller ones");
  }
  std::string batch(bytes, '\0');
  PutCount(plan.writes.size(), batch.data() + kSequenceBytes);
  char* end = batch.data() + kHeaderBytes;
  for (const Write& write : plan.writes) end = PutEntry(write, end);
  batch.resize(static_cast<std::size_t>(end - batch.data()));
  return rocksdb::WriteBatch(std::move(batch));
}

}  // namespace idem::storage
