// SPDX-License-Identifier: Apache-2.0
//
// Filler: an idem store that gets the rows of the stream `fresh`, for probes.
#pragma once

#include <idem/idem.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "record_batch.h"

namespace idem::bench {

// Thread-safety: none.
class Filler {
 public:
  static constexpr std::size_t kBatchMax = 10'000;

  Filler(const std::filesystem::path& directory, SinkOptions options);
  explicit Filler(std::unique_ptr<IdempotentSink> sink);

  // Commits rows first .. first + count - 1, at most kBatchMax, in one batch.
  void Commit(std::uint64_t first, std::size_t count);

  // Rows 0 .. count - 1 in batches of kBatchMax.
  void Fill(std::uint64_t count);

  // Commits these rows, at most kBatchMax, as they are already, without positions. Throws
  // std::runtime_error when they are not there.
  void Repeat(std::span<const std::uint64_t> rows);

  std::uint64_t rows() const;

 private:
  std::unique_ptr<IdempotentSink> sink_;
  Table table_;
  Batch batch_;
  RecordBatch made_{kBatchMax, {}};
};

}  // namespace idem::bench
