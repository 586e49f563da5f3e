// SPDX-License-Identifier: Apache-2.0
//
// Fingerprint: XXH3-128 of a payload, by which "same content" is decided. Not seeded, so that two
// stores with the same rows have the same digests. Never trusted to say that two keys are equal.
#pragma once

#include "base/coding.h"

#include <idem/digest.h>
#include <idem/record.h>
#include <idem/table_options.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace idem::codec {

struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

inline constexpr std::size_t kFingerprintBytes = 16;

Fingerprint FingerprintOf(std::string_view bytes) noexcept;

// The same of bytes that come one after the other.
class FingerprintStream {
 public:
  FingerprintStream();
  ~FingerprintStream();
  FingerprintStream(const FingerprintStream&) = delete;
  FingerprintStream& operator=(const FingerprintStream&) = delete;

  void Add(std::string_view bytes) noexcept;
  // Of all that was added so far; more may follow.
  Fingerprint Sum() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 16 bytes, high half first, big-endian.
void AppendFingerprint(const Fingerprint& fingerprint, std::string* out);
inline bool ReadFingerprint(base::Reader* reader, Fingerprint* fingerprint) noexcept {
  return reader->ReadFixed64(&fingerprint->high) && reader->ReadFixed64(&fingerprint->low);
}

// How a table fingerprints its values. Built once per table; Of is then const and thread-safe.
class PayloadFingerprinter {
 public:
  explicit PayloadFingerprinter(const TableOptions& options);

  // Whether values must be JSON.
  bool needs_json() const noexcept { return needs_json_; }

  // The fingerprint of a value, or false when the table needs JSON and `value` is none. `scratch`
  // is overwritten; reusing it spares allocations.
  bool Of(std::string_view value, std::string* scratch, Fingerprint* fingerprint) const {
    if (needs_json_) return OfJson(value, scratch, fingerprint);
    *fingerprint = FingerprintOf(value);
    return true;
  }

 private:
  bool OfJson(std::string_view value, std::string* scratch, Fingerprint* fingerprint) const;

  bool needs_json_;
  std::vector<std::string> ignored_;  // dotted paths, sorted
};

// The 128-bit hash that one live row adds to its table's digest: XXH3-128 over
//   fixed32 key size, key, version tag and bytes (as in the row envelope), fingerprint (16 bytes).
Digest RowDigest(std::string_view key, const Version& version,
                 const Fingerprint& fingerprint) noexcept;

// What an event is compared by when its event id comes again: operation, key, version and payload.
Fingerprint EventFingerprint(bool is_delete, std::string_view key, const Version& version,
                             const Fingerprint& payload) noexcept;

}  // namespace idem::codec
