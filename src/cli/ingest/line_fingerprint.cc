// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/line_fingerprint.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace idem::cli {

std::optional<FingerprintNote> FingerprintNote::Parse(std::string_view note) {
  constexpr std::string_view kLines = "lines:";
  constexpr std::string_view kHash = " xxh3:";
  constexpr std::size_t kHashDigits = 32;
  if (!note.starts_with(kLines)) return std::nullopt;
  note.remove_prefix(kLines.size());
  FingerprintNote parsed;
  const auto [at, code] = std::from_chars(note.data(), note.data() + note.size(), parsed.lines);
  if (code != std::errc()) return std::nullopt;
  note.remove_prefix(static_cast<std::size_t>(at - note.data()));
  if (!note.starts_with(kHash) || note.size() < kHash.size() + kHashDigits) return std::nullopt;
  parsed.hash = note.substr(kHash.size(), kHashDigits);
  return parsed;
}

LineFingerprint::LineFingerprint() : state_(XXH3_createState()) {
  XXH3_128bits_reset(state_.get());
}

LineFingerprint::LineFingerprint(const LineFingerprint& other) : LineFingerprint() {
  *this = other;
}

LineFingerprint& LineFingerprint::operator=(const LineFingerprint& other) {
  XXH3_copyState(state_.get(), other.state_.get());
  lines_ = other.lines_;
  bytes_ = other.bytes_;
  return *this;
}

void LineFingerprint::Add(std::string_view text, std::uint64_t lines) {
  XXH3_128bits_update(state_.get(), text.data(), text.size());
  XXH3_128bits_update(state_.get(), "\n", 1);
  lines_ += lines;
  bytes_ += text.size() + 1;
}

std::string LineFingerprint::Hash() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string LineFingerprint::Note() const {
  return fmt::format("lines:{} xxh3:{} bytes:{}", lines_, Hash(), bytes_);
}

}  // namespace idem::cli
