// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/entry_arena.h"

#include <algorithm>
#include <new>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::size_t kStepsPerPiece = 8;

}  // namespace

EntryArena::EntryArena(std::size_t piece_bytes, std::shared_ptr<MemtableUse> use)
    : piece_bytes_(piece_bytes), use_(std::move(use)) {}

EntryArena::~EntryArena() {
  Complete();
  if (use_ != nullptr) use_->GiveBack(counted_);
}

void* EntryArena::Allocate(std::size_t bytes) {
  const std::size_t taken = (bytes + alignof(void*) - 1) / alignof(void*) * alignof(void*);
  if (left_ < taken) Grow(taken);
  left_ -= taken;
  const std::size_t total = this->bytes() + taken;
  bytes_.store(total, std::memory_order_relaxed);
  if (use_ != nullptr && total > counted_) Count();
  return std::exchange(free_, free_ + taken);
}

void EntryArena::Grow(std::size_t bytes) {
  const std::size_t piece_bytes = std::max(piece_bytes_, bytes);
  auto piece = std::make_unique<base::Pages>(piece_bytes);
  if (piece->memory() == nullptr) throw std::bad_alloc();
  pieces_.push_back(std::move(piece));
  free_ = static_cast<char*>(pieces_.back()->memory());
  left_ = piece_bytes;
}

void EntryArena::Count() {
  const std::size_t step = std::max<std::size_t>(piece_bytes_ / kStepsPerPiece, 1);
  const std::size_t more = (bytes() - counted_ + step - 1) / step * step;
  use_->Take(more);
  counted_ += more;
}

void EntryArena::Complete() {
  if (std::exchange(complete_, true) || use_ == nullptr) return;
  use_->Complete(counted_);
}

}  // namespace idem::storage
