// SPDX-License-Identifier: Apache-2.0
//
// EntryArena: the memory of one memtable, in large pieces straight from the system, so that it is
// handed out in pages of two megabytes where the system has them. Of small pages each is a fault,
// for every twentieth entry or so, which took an eighth of a commit of new rows.
//
// Thread-safety: one thread allocates; any number may ask for `bytes` at the same time.
#pragma once

#include "base/pages.h"
#include "storage/rocks/memtable_use.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace idem::storage {

class EntryArena {
 public:
  // Takes pieces of `piece_bytes`, and larger ones for what would not fit. What is handed out of
  // them is counted by `use`, in steps of an eighth of a piece; it may be null.
  EntryArena(std::size_t piece_bytes, std::shared_ptr<MemtableUse> use);
  ~EntryArena();
  EntryArena(const EntryArena&) = delete;
  EntryArena& operator=(const EntryArena&) = delete;

  // Zeroed, and aligned for a pointer. Throws std::bad_alloc.
  void* Allocate(std::size_t bytes);

  // Nothing more will be allocated: for the budget it is memory that a flush gives back.
  void Complete();

  // What was handed out.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  void Grow(std::size_t bytes);
  void Count();

  const std::size_t piece_bytes_;
  const std::shared_ptr<MemtableUse> use_;
  std::vector<std::unique_ptr<base::Pages>> pieces_;
  std::size_t counted_ = 0;  // by use_, at least `bytes`
  bool complete_ = false;
  char* free_ = nullptr;
  std::size_t left_ = 0;  // from free_ on
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace idem::storage
