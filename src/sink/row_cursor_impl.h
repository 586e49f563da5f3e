// SPDX-License-Identifier: Apache-2.0
//
// RowCursorImpl: the live rows of a range of store entries.
#pragma once

#include "storage/store.h"

#include <idem/snapshot.h>

#include <cstddef>
#include <memory>
#include <optional>

namespace idem {

class RowCursorImpl {
 public:
  RowCursorImpl(std::shared_ptr<const SnapshotImpl> snapshot,
                std::unique_ptr<storage::StoreCursor> entries, std::size_t limit)
      : snapshot_(std::move(snapshot)), entries_(std::move(entries)), left_(limit) {}

  Result<bool> Next();
  const Row& row() const noexcept { return row_; }

 private:
  const std::shared_ptr<const SnapshotImpl> snapshot_;  // before the entries, which need it
  const std::unique_ptr<storage::StoreCursor> entries_;
  std::size_t left_;
  Row row_;
  std::optional<Error> damage_;  // of the row where it stays
};

}  // namespace idem
