// SPDX-License-Identifier: Apache-2.0

#include "memory/failing_memory.h"

#include <execinfo.h>
#include <link.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

namespace idem::testing {
namespace {

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool Holds(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return begin <= at && at < end;
  }
};

int FindRocksDb(dl_phdr_info* info, std::size_t, void* found) {
  if (std::string_view(info->dlpi_name).find("librocksdb") == std::string_view::npos) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    *static_cast<Range*>(found) = {begin, begin + header.p_memsz};
  }
  return 1;
}

Range RocksDbCode() {
  Range code;
  dl_iterate_phdr(FindRocksDb, &code);
  return code;
}

const Range kRocksDbCode = RocksDbCode();

struct State {
  bool armed = false;  // and not paused
  bool failing = false;
  FailingMemory::Mode mode = FailingMemory::Mode::kOnce;
  std::uint64_t until = 0;  // how many allocations before the first that may fail
  std::uint64_t count = 0;
  std::uint64_t failed = 0;
};
thread_local State state;

// backtrace allocates when it is first called.
bool IsInsideRocksDb() {
  std::array<void*, 64> frames;
  state.armed = false;
  const int count = ::backtrace(frames.data(), frames.size());
  state.armed = true;
  return std::any_of(frames.begin(), frames.begin() + count,
                     [](const void* frame) { return kRocksDbCode.Holds(frame); });
}

bool MustFail(const void* caller) {
  if (!state.armed || kRocksDbCode.Holds(caller)) return false;
  if (++state.count < state.until) return false;
  if (state.failed != 0 && state.mode == FailingMemory::Mode::kOnce) return false;
  if (IsInsideRocksDb()) return false;
  if (state.failed == 0) state.failed = state.count;
  return true;
}

void* Allocate(std::size_t size, std::size_t alignment, const void* caller) {
  if (MustFail(caller)) return nullptr;
  // A size that is a multiple of the alignment is what aligned_alloc asks for.
  return std::aligned_alloc(
      alignment, (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment);
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment, const void* caller) {
  if (void* memory = Allocate(size, alignment, caller)) return memory;
  throw std::bad_alloc();
}

}  // namespace

bool FailingMemory::KnowsRocksDb() { return kRocksDbCode.end != 0; }

void FailingMemory::Arm(std::uint64_t n, Mode mode) {
  state = {.armed = true, .mode = mode, .until = n};
}

void FailingMemory::Pause() { state.armed = false; }
void FailingMemory::Resume() { state.armed = true; }

std::uint64_t FailingMemory::Disarm() {
  state.armed = false;
  return state.failed;
}

bool FailingMemory::HasFailed() { return state.failed != 0; }

}  // namespace idem::testing

constexpr std::size_t kPlain = alignof(std::max_align_t);

void* operator new(std::size_t size) {
  return idem::testing::AllocateOrThrow(size, kPlain, __builtin_return_address(0));
}
void* operator new[](std::size_t size) {
  return idem::testing::AllocateOrThrow(size, kPlain, __builtin_return_address(0));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return idem::testing::AllocateOrThrow(size, static_cast<std::size_t>(alignment),
                                        __builtin_return_address(0));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return idem::testing::Allocate(size, kPlain, __builtin_return_address(0));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
