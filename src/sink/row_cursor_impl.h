// SPDX-License-Identifier: Apache-2.0
//
// RowCursorImpl: the live rows of a range of store entries.
#pragma once

#include "storage/store.h"

#include <idem/snapshot.h>

#include <cstddef>
#include <memory>

namespace idem {

class RowCursorImpl {
 public:
  RowCursorImpl(std::unique_ptr<storage::StoreCursor> entries, std::size_t limit)
      : entries_(std::move(entries)), left_(limit) {}

  Result<bool> Next();
  const Row& row() const noexcept { return row_; }

 private:
  std::unique_ptr<storage::StoreCursor> entries_;
  std::size_t left_;
  Row row_;
};

}  // namespace idem
