// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's checksum, CRC-32C, by the processor's instruction. RocksDB decides on x86-64 when it is
// compiled whether it uses that; builds for every processor, as those of distributions are, go by
// tables: seven times as long, a fifth of all that a commit takes. RocksDB calls the function by
// its name, and a dynamic linker takes the first definition that it finds: that of the program or
// of a library which is loaded before RocksDB. fast_checksum.cc has one, weak, so that it also
// yields to that of a RocksDB which is linked statically. Where it is not the one that is found,
// nothing is different but the time. See docs/adr/0015-fast-checksums.md.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace idem::storage {

// The CRC-32C of what `before` is that of (0: of nothing), followed by `bytes`.
std::uint32_t ExtendByTable(std::uint32_t before, std::string_view bytes) noexcept;

// The same. REQUIRES: HasChecksumInstruction().
std::uint32_t ExtendByInstruction(std::uint32_t before, std::string_view bytes) noexcept;
bool HasChecksumInstruction() noexcept;

// Whether RocksDB calls the function of this library, and that the instruction.
bool RocksUsesFastChecksums() noexcept;

}  // namespace idem::storage
