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

}  // namespace

std::uint32_t ExtendByTable(std::uint32_t before, std::string_view bytes) noexcept {
  std::uint32_t rest = ~before;
  for (const char byte : bytes) {
    rest = rest >> 8 ^ kTable[(rest ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~rest;
}

#ifdef IDEM_REPLACES_CHECKSUM

IDEM_UNSEEN_BY_TSAN __attribute__((target("sse4.2"))) std::uint32_t ExtendByInstruction(
    std::uint32_t before, std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint64_t rest = static_cast<std::uint32_t>(~before);
  for (; end - at >= std::ptrdiff_t{sizeof rest}; at += sizeof rest) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    rest = _mm_crc32_u64(rest, word);
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

// False for whoever asks while programs are still being set up: then it is the table.
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
