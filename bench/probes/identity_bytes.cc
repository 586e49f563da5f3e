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
constexpr std::size_t kBytesPerRowMax = 80;  // just enough that all of them are resident

double AnonymousBytes() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    double kilobytes = 0;
    if (name == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error("identity_bytes: /proc/self/status does not tell RssAnon");
}

SinkOptions Options(std::size_t identity_bytes) {
  return {.durability = Durability::kAsync,
          .cache_bytes = kSmallBytes,
          .identity_bytes = identity_bytes,
          .load_at_open_rows = UINT64_MAX,
          .filter_bytes = 0};
}

double BytesWhileOpen(const ScratchDirectory& directory, std::size_t identity_bytes) {
  const Filler opened(directory.path(), Options(identity_bytes));
  return AnonymousBytes();
}

}  // namespace

double IdentityBytes(const ProbeSettings& settings) {
  const ScratchDirectory directory(settings.parent);
  Filler(directory.path(), Options(0)).Fill(settings.records);
  const double without = BytesWhileOpen(directory, 0);
  const double with = BytesWhileOpen(directory, settings.records * kBytesPerRowMax);
  return (with - without) / static_cast<double>(settings.records);
}

}  // namespace idem::bench
