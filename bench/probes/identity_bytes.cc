// SPDX-License-Identifier: Apache-2.0

#include "probes/identity_bytes.h"

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include "probes/filler.h"
#include "scratch.h"

namespace idem::bench {
namespace {

constexpr std::size_t kSmallBytes = 1 << 20;
// Just enough that all of them are resident.
constexpr std::size_t kIdentityBytesMax = 76;
constexpr std::size_t kFingerprintTenths = 139;  // 97 of 100 are then known
constexpr std::size_t kFilterBytesMax = 2;

double AnonymousBytes() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    double kilobytes = 0;
    if (name == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error("identity_bytes: /proc/self/status does not tell RssAnon");
}

// A store with the rows is opened with `options` and without what they give to `bytes`.
double BytesForEach(const ProbeSettings& settings, SinkOptions options,
                    std::size_t SinkOptions::*bytes) {
  options.durability = Durability::kAsync;
  options.cache_bytes = kSmallBytes;
  options.load_at_open_rows = UINT64_MAX;
  SinkOptions without = options;
  without.*bytes = 0;
  const ScratchDirectory directory(settings.parent);
  Filler(directory.path(), without).Fill(settings.records);
  const auto bytes_while_open = [&directory](const SinkOptions& opened) {
    const Filler filler(directory.path(), opened);
    return AnonymousBytes();
  };
  const double before = bytes_while_open(without);
  return (bytes_while_open(options) - before) / static_cast<double>(settings.records);
}

}  // namespace

double IdentityBytes(const ProbeSettings& settings) {
  return BytesForEach(settings,
                      {.identity_bytes = settings.records * kIdentityBytesMax, .filter_bytes = 0},
                      &SinkOptions::identity_bytes);
}

// With the filter that a loading goes by, which takes the same in both.
double FingerprintBytes(const ProbeSettings& settings) {
  return BytesForEach(settings,
                      {.identity_bytes = 0,
                       .filter_bytes = settings.records * kFilterBytesMax,
                       .fingerprint_bytes = settings.records * kFingerprintTenths / 10},
                      &SinkOptions::fingerprint_bytes);
}

}  // namespace idem::bench
