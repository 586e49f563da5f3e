// SPDX-License-Identifier: Apache-2.0

#include "probes/identity_bytes.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "codec/keyspace.h"
#include "probes/filler.h"
#include "scratch.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/front_store.h"

namespace idem::bench {
namespace {

constexpr std::size_t kSmallBytes = 1 << 20;
constexpr double kKnownAtLeast = 0.95;  // of all rows

// Just enough that all of them are resident. With more the figure is up to 82: the slots are then
// less full.
constexpr std::size_t kIdentityBytesEach = 76;

// As SinkOptions has it; 99 of 100 are then known.
constexpr std::size_t kFingerprintTenthsEach = 136;
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

// Counts the rows that commits look up.
class CountingStore final : public testing::FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    looked_up_ +=
        static_cast<std::uint64_t>(std::count_if(keys.begin(), keys.end(), codec::IsRowKey));
    return FrontStore::Read(keys, result);
  }
  std::uint64_t looked_up() const { return looked_up_; }

 private:
  mutable std::atomic<std::uint64_t> looked_up_ = 0;
};

// A sink as IdempotentSink::Open makes it, but for the counting.
class CountedFiller {
 public:
  CountedFiller(const std::filesystem::path& directory, const SinkOptions& options)
      : store_(
            std::make_shared<CountingStore>(storage::OpenRocksStore(directory, options).value())),
        filler_(SinkImpl::Open(store_, options).value()) {}

  // How many of the rows 0 .. count - 1 are known to be repeats without a look-up, each offered
  // once, in the order of their keys: so they came into memory, where the first that came stay. A
  // row that is looked up may push out another one, which has then been offered already.
  std::uint64_t KnownOf(std::uint64_t count) {
    std::vector<std::uint64_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    std::sort(rows.begin(), rows.end(),
              [](std::uint64_t a, std::uint64_t b) { return Mix(a) < Mix(b); });
    const std::uint64_t before = store_->looked_up();
    for (std::size_t at = 0; at < count; at += Filler::kBatchMax) {
      filler_.Repeat(std::span(rows).subspan(at, std::min(Filler::kBatchMax, count - at)));
    }
    return count - (store_->looked_up() - before);
  }

 private:
  const std::shared_ptr<CountingStore> store_;
  Filler filler_;
};

}  // namespace

double BytesForEachKnownRow(const ProbeSettings& settings, SinkOptions options,
                            std::size_t SinkOptions::*bytes) {
  options.durability = Durability::kAsync;
  options.cache_bytes = kSmallBytes;
  options.load_at_open_rows = UINT64_MAX;
  SinkOptions without = options;
  without.*bytes = 0;
  const ScratchDirectory directory(settings.parent);
  Filler(directory.path(), without).Fill(settings.records);
  const auto before = [&] {
    const CountedFiller filler(directory.path(), without);
    return AnonymousBytes();
  }();
  CountedFiller filler(directory.path(), options);
  const double taken = AnonymousBytes() - before;
  const auto known = static_cast<double>(filler.KnownOf(settings.records));
  if (known < kKnownAtLeast * static_cast<double>(settings.records)) {
    throw std::runtime_error(
        fmt::format("only {} of {} rows are in memory", known, settings.records));
  }
  return taken / known;
}

double IdentityBytes(const ProbeSettings& settings) {
  return BytesForEachKnownRow(
      settings, {.identity_bytes = settings.records * kIdentityBytesEach, .filter_bytes = 0},
      &SinkOptions::identity_bytes);
}

// With the filter that a loading goes by, which takes the same in both.
double FingerprintBytes(const ProbeSettings& settings) {
  return BytesForEachKnownRow(settings,
                              {.identity_bytes = 0,
                               .filter_bytes = settings.records * kFilterBytesMax,
                               .fingerprint_bytes = settings.records * kFingerprintTenthsEach / 10},
                              &SinkOptions::fingerprint_bytes);
}

}  // namespace idem::bench
