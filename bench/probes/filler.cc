// SPDX-License-Identifier: Apache-2.0

#include "probes/filler.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace idem::bench {

Filler::Filler(const std::filesystem::path& directory, SinkOptions options)
    : Filler(IdempotentSink::Open(directory, options).value()) {}

Filler::Filler(std::unique_ptr<IdempotentSink> sink)
    : sink_(std::move(sink)), table_(sink_->OpenTable("records").value()) {}

void Filler::Commit(std::uint64_t first, std::size_t count) {
  made_.Clear();
  for (std::uint64_t row = first; row < first + count; ++row) made_.Add({row, 1, {}});
  batch_.Clear();
  for (const Record& record : made_.records()) {
    batch_.From({"stream", 0, static_cast<std::int64_t>(first++)});
    batch_.Upsert(table_, {record.key}, record.value, {.version = record.version});
  }
  static_cast<void>(sink_->Commit(batch_).value());
}

void Filler::Fill(std::uint64_t count) {
  for (std::uint64_t first = 0; first < count; first += kBatchMax) {
    Commit(first, std::min<std::uint64_t>(kBatchMax, count - first));
  }
}

void Filler::Repeat(std::span<const std::uint64_t> rows) {
  made_.Clear();
  for (const std::uint64_t row : rows) made_.Add({row, 1, {}});
  batch_.Clear();
  for (const Record& record : made_.records()) {
    batch_.Upsert(table_, {record.key}, record.value, {.version = record.version});
  }
  if (sink_->Commit(batch_).value().count(Verdict::kDuplicate) != rows.size()) {
    throw std::runtime_error("a row is not what it was");
  }
}

std::uint64_t Filler::rows() const { return table_.Info().rows; }

}  // namespace idem::bench
