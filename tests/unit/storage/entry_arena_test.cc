// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/entry_arena.h"

#include <rocksdb/write_buffer_manager.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace idem::storage {
namespace {

constexpr std::size_t kPiece = 64 << 10;
constexpr std::size_t kStep = kPiece / 8;

TEST(EntryArena, HandsOutZeroedMemoryThatDoesNotOverlap) {
  EntryArena arena(kPiece, nullptr);
  struct Given {
    unsigned char* at;
    std::size_t bytes;
    unsigned char mark;
  };
  std::vector<Given> given;
  for (std::size_t i = 0; i < 3'000; ++i) {
    const std::size_t bytes = i % 200 == 0 ? kPiece + i : 1 + i % 300;
    auto* at = static_cast<unsigned char*>(arena.Allocate(bytes));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(at) % alignof(void*), 0U);
    ASSERT_TRUE(std::all_of(at, at + bytes, [](unsigned char byte) { return byte == 0; }));
    const auto mark = static_cast<unsigned char>(1 + i % 255);
    std::memset(at, mark, bytes);
    given.push_back({at, bytes, mark});
  }
  for (const Given& entry : given) {
    ASSERT_TRUE(std::all_of(entry.at, entry.at + entry.bytes,
                            [&](unsigned char byte) { return byte == entry.mark; }));
  }
}

TEST(EntryArena, TellsWhatItHandedOut) {
  EntryArena arena(kPiece, nullptr);
  EXPECT_EQ(arena.bytes(), 0U);
  arena.Allocate(1);
  EXPECT_EQ(arena.bytes(), sizeof(void*));
  arena.Allocate(2 * kPiece);
  EXPECT_EQ(arena.bytes(), sizeof(void*) + 2 * kPiece);
}

TEST(EntryArena, WhatIsHandedOutCountsUntilItIsGivenBack) {
  auto budget = std::make_shared<rocksdb::WriteBufferManager>(std::size_t{1} << 30);
  std::optional<EntryArena> arena(std::in_place, kPiece, std::make_shared<MemtableUse>(budget));
  EXPECT_EQ(budget->memory_usage(), 0U);
  for (int i = 0; i < 1'000; ++i) {
    arena->Allocate(100);
    ASSERT_GE(budget->memory_usage(), arena->bytes());
    ASSERT_LE(budget->memory_usage(), arena->bytes() + kStep);
  }
  arena->Allocate(3 * kPiece);
  const std::size_t all = budget->memory_usage();
  EXPECT_GE(all, arena->bytes());
  EXPECT_EQ(budget->mutable_memtable_memory_usage(), all);
  arena->Complete();
  arena->Complete();
  EXPECT_EQ(budget->memory_usage(), all) << "until it is flushed";
  EXPECT_EQ(budget->mutable_memtable_memory_usage(), 0U);
  arena.reset();
  EXPECT_EQ(budget->memory_usage(), 0U);
}

TEST(EntryArena, OneThatWasNeverCompletedIsGivenBackToo) {
  auto budget = std::make_shared<rocksdb::WriteBufferManager>(std::size_t{1} << 30);
  std::optional<EntryArena> arena(std::in_place, kPiece, std::make_shared<MemtableUse>(budget));
  arena->Allocate(100);
  arena.reset();
  EXPECT_EQ(budget->memory_usage(), 0U);
  EXPECT_EQ(budget->mutable_memtable_memory_usage(), 0U);
}

TEST(EntryArena, MemoryThatThereIsNotIsAnException) {
  EntryArena arena(kPiece, nullptr);
  EXPECT_THROW(arena.Allocate(std::size_t{1} << 60), std::bad_alloc);
  EXPECT_EQ(arena.bytes(), 0U);
  EXPECT_NE(arena.Allocate(1), nullptr);
}

}  // namespace
}  // namespace idem::storage
