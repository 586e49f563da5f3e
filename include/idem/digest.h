// SPDX-License-Identifier: Apache-2.0
//
// Digest: a 128-bit fingerprint of a table's whole content, kept up to date by every commit.
//
// Two tables with equal digests hold the same rows: same keys, same versions, same payload
// fingerprints, whatever the order, the batches or the process that wrote them. "Did yesterday's
// re-run change anything?" is one comparison.
//
// The digest is the sum modulo 2^128 of one XXH3-128 hash per live row (docs/reference/format.md
// gives the bytes hashed), so it does not depend on order and a commit updates it in time
// proportional to its own size. It guards against mistakes, not against an adversary who can
// choose rows: XXH3 is not a cryptographic hash.
#pragma once

#include <idem/export.h>

#include <compare>
#include <cstdint>
#include <string>

namespace idem {

struct IDEM_EXPORT Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // Adding and removing a row are inverse; an empty table's digest is zero.
  void Add(const Digest& row) noexcept;
  void Remove(const Digest& row) noexcept;

  // 32 lower-case hexadecimal digits, high half first.
  std::string ToHex() const;

  friend auto operator<=>(const Digest&, const Digest&) = default;
};

}  // namespace idem
