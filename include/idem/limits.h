// SPDX-License-Identifier: Apache-2.0
//
// Limits: the size of everything that comes in, checked before memory is taken for it.
//
// The k...Max constants are what the on-disk format and the code are built for; they cannot be
// raised. `Limits` holds the settable ones with their defaults; a host lowers or raises them within
// the constants, and an opening names what is outside of them. Passing a limit never loses
// anything: a record over its limit gets the verdict INVALID, a batch or a store over its limit
// makes Commit return kLimitExceeded with no effect.
#pragma once

#include <cstddef>
#include <cstdint>

namespace idem {

inline constexpr std::size_t kTableNameBytesMax = 64;     // letters, digits, '_', '-', '.'
inline constexpr std::size_t kSourceNameBytesMax = 1024;  // UTF-8 without control characters
inline constexpr std::size_t kPartitionNameBytesMax = 1024;
inline constexpr std::size_t kIncarnationBytesMax = 64;
inline constexpr std::size_t kCheckpointNoteBytesMax = 256;
inline constexpr std::size_t kTokenBytesMax = 256;  // application name or request token
inline constexpr std::size_t kVersionBytesMax = 64;
inline constexpr std::size_t kEventIdBytesMax = 1024;   // as an encoded key
inline constexpr std::size_t kKeyBytesMax = 16 * 1024;  // as an encoded key
inline constexpr std::size_t kValueBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kIgnoredMembersMax = 64;
inline constexpr std::uint32_t kStallWaitMsMax = 600'000;

// Of the memory that SinkOptions speaks of; RocksDB takes no other write buffers.
inline constexpr std::size_t kWriteBufferBytesMin = std::size_t{64} << 10;
inline constexpr std::size_t kWriteBufferBytesMax = std::size_t{64} << 30;
inline constexpr std::size_t kMemoryBytesMax = std::size_t{1} << 40;  // cache, identities, filters

// Offsets are 0 .. kOffsetMax; one more is the largest "next offset" and still fits an int64.
inline constexpr std::int64_t kOffsetMax = INT64_MAX - 1;

struct Limits {
  std::size_t key_bytes = 1024;         // encoded key; 1 .. kKeyBytesMax
  std::size_t value_bytes = 16 << 20;   // 0 .. kValueBytesMax
  std::size_t batch_bytes = 64 << 20;   // keys, values and names of one batch: room for one record
                                        // of the largest size, which is 6 KiB beside key and value
  std::size_t batch_records = 100'000;  // records of one batch, 1 .. 2^32 - 2; twice as many calls
                                        // of From, Advance and DeclareEmpty, and one more
  std::size_t tables = 1024;            // 1 or more
  std::size_t source_partitions = 10'000;     // 1 or more; their names 48 MiB together at most
  std::size_t ranges_per_partition = 16'384;  // runs of offsets done out of order (checkpoint.h)
};

}  // namespace idem
