// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/fast_checksum.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(IDEM_FAST_CHECKSUMS) && defined(__x86_64__) && defined(__ELF__)
#define IDEM_REPLACES_CHECKSUM 1
#include <dlfcn.h>
#include <nmmintrin.h>

// RocksDB's buffers are handed from thread to thread in ways that a race detector does not see.
// Not [[gnu::...]], which clang does not know of this one.
#define IDEM_UNSEEN_BY_TSAN __attribute__((no_sanitize("thread")))
#endif

namespace idem::storage {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, bits reversed

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ ((rest & 1) != 0 ? kPolynomial : 0);
    table[byte] = rest;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

constexpr std::uint32_t AfterByte(std::uint32_t rest, unsigned char byte) noexcept {
  return rest >> 8 ^ kTable[(rest ^ byte) & 0xff];
}

}  // namespace

std::uint32_t ExtendByTable(std::uint32_t before, std::string_view bytes) noexcept {
  std::uint32_t rest = ~before;
  for (const char byte : bytes) rest = AfterByte(rest, static_cast<unsigned char>(byte));
  return ~rest;
}

#ifdef IDEM_REPLACES_CHECKSUM

namespace {

// The instruction can begin thrice before the first one has its result, so three lanes of bytes are
// taken at a time. What a lane gives is brought to the end of the next by kShift: the remainder is
// linear, so that of each of its four bytes is looked up by itself (Adler's crc32c.c does it so).
constexpr std::ptrdiff_t kLane = 512;
using ShiftTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr std::uint32_t AfterLaneOfZeros(std::uint32_t rest) {
  for (std::ptrdiff_t i = 0; i < kLane; ++i) rest = AfterByte(rest, 0);
  return rest;
}

constexpr ShiftTables MakeShift() {
  ShiftTables tables{};
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const std::uint32_t after = AfterLaneOfZeros(std::uint32_t{1} << bit);
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      if ((byte >> bit % 8 & 1) != 0) tables[bit / 8][byte] ^= after;
    }
  }
  return tables;
}
constexpr ShiftTables kShift = MakeShift();

std::uint32_t Shifted(std::uint64_t rest) noexcept {
  return kShift[0][rest & 0xff] ^ kShift[1][rest >> 8 & 0xff] ^ kShift[2][rest >> 16 & 0xff] ^
         kShift[3][rest >> 24 & 0xff];
}

IDEM_UNSEEN_BY_TSAN std::uint64_t WordAt(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

IDEM_UNSEEN_BY_TSAN __attribute__((target("sse4.2"))) std::uint32_t ExtendByInstruction(
    std::uint32_t before, std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t rest = static_cast<std::uint32_t>(~before);
  for (; end - at >= 3 * kLane; at += 3 * kLane) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (const char* word = at; word != at + kLane; word += sizeof rest) {
      rest = _mm_crc32_u64(rest, WordAt(word));
      second = _mm_crc32_u64(second, WordAt(word + kLane));
      third = _mm_crc32_u64(third, WordAt(word + 2 * kLane));
    }
    rest = Shifted(Shifted(rest) ^ second) ^ third;
  }
  for (; end - at >= std::ptrdiff_t{sizeof rest}; at += sizeof rest) {
    rest = _mm_crc32_u64(rest, WordAt(at));
  }
  auto last = static_cast<std::uint32_t>(rest);
  for (; at != end; ++at) last = _mm_crc32_u8(last, static_cast<unsigned char>(*at));
  return ~last;
}

bool HasChecksumInstruction() noexcept {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
}

namespace {

// Initialized with the other objects of the program. Whoever computes a checksum before that finds
// false here and uses the table, which gives the same sum.
const bool kHasInstruction = HasChecksumInstruction();

constexpr const char* kReplaced = "_ZN7rocksdb6crc32c6ExtendEjPKcm";

const void* ObjectOf(const void* symbol) noexcept {
  Dl_info info = {};
  return symbol != nullptr && ::dladdr(symbol, &info) != 0 ? info.dli_fbase : nullptr;
}

}  // namespace

bool RocksUsesFastChecksums() noexcept {
  const void* const here = ObjectOf(&kTable);
  return kHasInstruction && here != nullptr && ObjectOf(::dlsym(RTLD_DEFAULT, kReplaced)) == here;
}

#else

std::uint32_t ExtendByInstruction(std::uint32_t before, std::string_view bytes) noexcept {
  return ExtendByTable(before, bytes);
}
bool HasChecksumInstruction() noexcept { return false; }
bool RocksUsesFastChecksums() noexcept { return false; }

#endif

}  // namespace idem::storage

#ifdef IDEM_REPLACES_CHECKSUM

// RocksDB's own name: kReplaced.
namespace rocksdb::crc32c {

IDEM_UNSEEN_BY_TSAN __attribute__((weak, visibility("default"))) std::uint32_t Extend(
    std::uint32_t before, const char* data, std::size_t size) {
  const std::string_view bytes(data, size);
  return idem::storage::kHasInstruction ? idem::storage::ExtendByInstruction(before, bytes)
                                        : idem::storage::ExtendByTable(before, bytes);
}

}  // namespace rocksdb::crc32c

#endif
