// SPDX-License-Identifier: Apache-2.0

#include "codec/fingerprint.h"

#include "codec/canonical_json.h"
#include "codec/version_bytes.h"

#include <algorithm>
#include <cstring>

// Compiled in rather than called: hashing a short key costs less than a call through the linker's
// table would add.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace idem::codec {
namespace {

// Gathers pieces and hashes them as one byte string. Takes no memory from the heap: what is short
// stays in the buffer and is hashed at once, what is long goes through the streaming state.
class Hasher {
 public:
  void Add(std::string_view bytes) noexcept {
    if (bytes.empty()) return;  // its data() may be null
    if (!streaming_ && bytes.size() <= sizeof buffer_ - size_) {
      std::memcpy(buffer_ + size_, bytes.data(), bytes.size());
      size_ += bytes.size();
      return;
    }
    if (!streaming_) {
      XXH3_128bits_reset(&state_);
      XXH3_128bits_update(&state_, buffer_, size_);
      streaming_ = true;
    }
    XXH3_128bits_update(&state_, bytes.data(), bytes.size());
  }

  // What is added in these sizes mostly is written where it stays.
  void AddByte(std::uint8_t byte) noexcept {
    AddFixed<1>([byte](char* out) { *out = static_cast<char>(byte); });
  }
  void AddFixed32(std::size_t value) noexcept {
    AddFixed<4>([value](char* out) { base::PutFixed32(static_cast<std::uint32_t>(value), out); });
  }
  void AddFixed64(std::uint64_t value) noexcept {
    AddFixed<8>([value](char* out) { base::PutFixed64(value, out); });
  }

  XXH128_hash_t Finish() const noexcept {
    return streaming_ ? XXH3_128bits_digest(&state_) : XXH3_128bits(buffer_, size_);
  }

 private:
  template <std::size_t kSize, typename Put>
  void AddFixed(Put&& put) noexcept {
    if (!streaming_ && kSize <= sizeof buffer_ - size_) {
      put(buffer_ + size_);
      size_ += kSize;
      return;
    }
    char bytes[kSize];
    put(bytes);
    Add({bytes, kSize});
  }

  bool streaming_ = false;
  std::size_t size_ = 0;
  char buffer_[256];
  XXH3_state_t state_;
};

// As AppendVersionBytes would write it, with the tag as a byte in front.
void AddVersion(const Version& version, Hasher* hasher) noexcept {
  hasher->AddByte(VersionTag(version));
  if (!version.has_value()) return;
  if (version.is_integer()) {
    hasher->AddFixed64(static_cast<std::uint64_t>(version.integer()) ^ std::uint64_t{1} << 63);
    return;
  }
  std::size_t size = version.text().size();
  for (; size >= 0x80; size >>= 7) hasher->AddByte(static_cast<std::uint8_t>(size | 0x80));
  hasher->AddByte(static_cast<std::uint8_t>(size));
  hasher->Add(version.text());
}

void AddRow(std::string_view key, const Version& version, const Fingerprint& fingerprint,
            Hasher* hasher) noexcept {
  hasher->AddFixed32(key.size());
  hasher->Add(key);
  AddVersion(version, hasher);
  hasher->AddFixed64(fingerprint.high);
  hasher->AddFixed64(fingerprint.low);
}

}  // namespace

Fingerprint FingerprintOf(std::string_view bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

struct FingerprintStream::State {
  Hasher hasher;
};

FingerprintStream::FingerprintStream() : state_(std::make_unique<State>()) {}
FingerprintStream::~FingerprintStream() = default;

void FingerprintStream::Add(std::string_view bytes) noexcept { state_->hasher.Add(bytes); }

Fingerprint FingerprintStream::Sum() const noexcept {
  const XXH128_hash_t hash = state_->hasher.Finish();
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
  Hasher hasher;
  AddRow(key, version, fingerprint, &hasher);
  const XXH128_hash_t hash = hasher.Finish();
  return {hash.high64, hash.low64};
}

Fingerprint EventFingerprint(bool is_delete, std::string_view key, const Version& version,
                             const Fingerprint& payload) noexcept {
  Hasher hasher;
  hasher.AddByte(is_delete ? 1 : 0);
  AddRow(key, version, payload, &hasher);
  const XXH128_hash_t hash = hasher.Finish();
  return {hash.high64, hash.low64};
}

}  // namespace idem::codec
