// SPDX-License-Identifier: Apache-2.0
#include "sink/row_cursor_impl.h"
#include "sink/snapshot_impl.h"

namespace idem {

Result<bool> RowCursorImpl::Next() {
  if (damage_) return *damage_;
  while (left_ > 0) {
    Result<bool> more = entries_->Next();
    if (!more || !*more) return more;
    Result<bool> live = ReadRow(entries_->key(), entries_->value(), &row_);
    if (!live) return damage_.emplace(live.error());
    if (!*live) continue;
    --left_;
    return true;
  }
  return false;
}

RowCursor::RowCursor(std::unique_ptr<RowCursorImpl> impl) : impl_(std::move(impl)) {}
RowCursor::~RowCursor() = default;
RowCursor::RowCursor(RowCursor&&) noexcept = default;
RowCursor& RowCursor::operator=(RowCursor&&) noexcept = default;

Result<bool> RowCursor::Next() { return impl_->Next(); }
const Row& RowCursor::row() const noexcept { return impl_->row(); }

}  // namespace idem
