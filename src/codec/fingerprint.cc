// SPDX-License-Identifier: Apache-2.0

#include "codec/fingerprint.h"

#include "codec/canonical_json.h"
#include "codec/version_bytes.h"

#include <idem/limits.h>

#include <algorithm>

// Compiled in rather than called: hashing a short key costs less than a call through the linker's
// table would add.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace idem::codec {
namespace {

// What EventFingerprint hashes in front of a row.
enum class Front : std::uint8_t { kUpsert = 0, kDelete = 1, kNothing = 2 };

char* PutFront(Front front, std::size_t key_bytes, char* out) noexcept {
  if (front != Front::kNothing) *out++ = static_cast<char>(front);
  return base::PutFixed32(static_cast<std::uint32_t>(key_bytes), out);
}

// The version in pieces too: first all but its text.
char* PutVersionFront(const Version& version, char* out) noexcept {
  *out++ = static_cast<char>(VersionTag(version));
  const std::size_t text_bytes = version.text().size();
  return text_bytes > 0 ? base::PutVarint64(text_bytes, out) : PutVersionBytes(version, out);
}

char* PutFingerprint(const Fingerprint& fingerprint, char* out) noexcept {
  return base::PutFixed64(fingerprint.low, base::PutFixed64(fingerprint.high, out));
}

XXH128_hash_t HashInPieces(Front front, std::string_view key, const Version& version,
                           const Fingerprint& fingerprint) noexcept {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  const auto add = [&state](const char* begin, const char* end) {
    XXH3_128bits_update(&state, begin, static_cast<std::size_t>(end - begin));
  };
  char bytes[kFingerprintBytes];
  add(bytes, PutFront(front, key.size(), bytes));
  add(key.data(), key.data() + key.size());
  add(bytes, PutVersionFront(version, bytes));
  const std::string_view text = version.text();
  add(text.data(), text.data() + text.size());
  add(bytes, PutFingerprint(fingerprint, bytes));
  return XXH3_128bits_digest(&state);
}

// Put together first where it is short, as most are. Takes no memory from the heap.
XXH128_hash_t HashRow(Front front, std::string_view key, const Version& version,
                      const Fingerprint& fingerprint) noexcept {
  constexpr std::size_t kShortKey = 256;
  constexpr std::size_t kRestMax =
      kFingerprintBytes + 1 + base::kVarint64BytesMax + kVersionBytesMax + kFingerprintBytes;
  if (key.size() > kShortKey || version.text().size() > kVersionBytesMax) {
    return HashInPieces(front, key, version, fingerprint);
  }
  char bytes[kShortKey + kRestMax];
  char* end = base::PutBytes(key, PutFront(front, key.size(), bytes));
  *end++ = static_cast<char>(VersionTag(version));
  end = PutFingerprint(fingerprint, PutVersionBytes(version, end));
  return XXH3_128bits(bytes, static_cast<std::size_t>(end - bytes));
}

}  // namespace

Fingerprint FingerprintOf(std::string_view bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

struct FingerprintStream::State {
  XXH3_state_t hash;
};

FingerprintStream::FingerprintStream() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->hash);
}
FingerprintStream::~FingerprintStream() = default;

void FingerprintStream::Add(std::string_view bytes) noexcept {
  XXH3_128bits_update(&state_->hash, bytes.data(), bytes.size());
}

Fingerprint FingerprintStream::Sum() const noexcept {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->hash);
  return {hash.high64, hash.low64};
}

void AppendFingerprint(const Fingerprint& fingerprint, std::string* out) {
  base::AppendFixed64(fingerprint.high, out);
  base::AppendFixed64(fingerprint.low, out);
}

PayloadFingerprinter::PayloadFingerprinter(const TableOptions& options)
    : needs_json_(options.canonical_json || !options.ignored_members.empty()),
      ignored_(options.ignored_members) {
  std::sort(ignored_.begin(), ignored_.end());
}

bool PayloadFingerprinter::OfJson(std::string_view value, std::string* scratch,
                                  Fingerprint* fingerprint) const {
  scratch->clear();
  if (!AppendCanonicalJson(value, ignored_, scratch)) return false;
  *fingerprint = FingerprintOf(*scratch);
  return true;
}

Digest RowDigest(std::string_view key, const Version& version,
                 const Fingerprint& fingerprint) noexcept {
  const XXH128_hash_t hash = HashRow(Front::kNothing, key, version, fingerprint);
  return {hash.high64, hash.low64};
}

Fingerprint EventFingerprint(bool is_delete, std::string_view key, const Version& version,
                             const Fingerprint& payload) noexcept {
  const Front front = is_delete ? Front::kDelete : Front::kUpsert;
  const XXH128_hash_t hash = HashRow(front, key, version, payload);
  return {hash.high64, hash.low64};
}

}  // namespace idem::codec
