// SPDX-License-Identifier: Apache-2.0
#include "simulation/conditions.h"

#include "support/random.h"

namespace idem::simulation {
namespace {

using testing::Mix;
using testing::Random;

constexpr std::size_t kWriteBufferBytes = 64 << 10;  // the smallest that RocksDB takes

}  // namespace

Conditions ConditionsOf(std::uint64_t seed) {
  constexpr std::uint64_t kSyncs[] = {1, 3, 6, 12};
  Random random(Mix(seed, 0xc0d));
  const auto mostly = [&random] { return !random.OneIn(4); };
  Conditions out;
  out.seed = seed;
  out.ticks = 60 + random.Below(80);
  out.partitions = 1 + random.Below(3);
  out.positions = (12 + random.Below(30)) / out.partitions;
  out.positions_per_batch = 1 + random.Below(4);
  out.syncs_of_12 = kSyncs[random.Below(4)];
  out.large_values_of_12 = random.OneIn(2) ? 0 : 2 + random.Below(5);
  out.tokens_of_12 = random.OneIn(3) ? 0 : random.Below(9);
  out.lazy_jobs = random.OneIn(2);
  out.filter_bytes = random.OneIn(4) ? 0 : 16 << 10;
  out.identity_bytes = random.OneIn(2) ? 0 : 16 << 10;
  out.cache_bytes = random.OneIn(2) ? 1 << 10 : 1 << 20;
  out.duplicates = mostly();
  out.reorders = mostly();
  out.crashes = mostly();
  out.bad_disk = random.OneIn(2);
  out.full_disk = random.OneIn(4);
  out.zombies = random.OneIn(2);
  out.meddling = random.OneIn(3);
  out.clock_jumps = mostly();
  // Room for all: which of many makes room depends on a secret, and with it what is read.
  out.fingerprint_bytes = random.OneIn(2) ? 0 : 64 << 10;
  return out;
}

std::string ToString(const Conditions& conditions) {
  const auto number = [](const char* name, std::uint64_t value) {
    return std::string(name) + "=" + std::to_string(value) + " ";
  };
  const auto adversary = [](const char* name, bool is_there) {
    return is_there ? std::string(name) + " " : std::string();
  };
  return number("seed", conditions.seed) + number("ticks", conditions.ticks) +
         number("partitions", conditions.partitions) + number("positions", conditions.positions) +
         number("per_batch", conditions.positions_per_batch) +
         number("syncs/12", conditions.syncs_of_12) +
         number("large/12", conditions.large_values_of_12) +
         number("tokens/12", conditions.tokens_of_12) + number("filter", conditions.filter_bytes) +
         number("identities", conditions.identity_bytes) +
         number("fingerprints", conditions.fingerprint_bytes) +
         number("cache", conditions.cache_bytes) + adversary("lazy-jobs", conditions.lazy_jobs) +
         adversary("duplicates", conditions.duplicates) +
         adversary("reorders", conditions.reorders) + adversary("crashes", conditions.crashes) +
         adversary("bad-disk", conditions.bad_disk) + adversary("full-disk", conditions.full_disk) +
         adversary("zombies", conditions.zombies) + adversary("meddling", conditions.meddling) +
         adversary("clock-jumps", conditions.clock_jumps);
}

SinkOptions OptionsOf(const Conditions& conditions) {
  SinkOptions options;
  options.durability = Durability::kAsync;
  options.on_invalid = InvalidPolicy::kQuarantine;
  options.write_buffer_bytes = kWriteBufferBytes;
  options.filter_bytes = conditions.filter_bytes;
  options.identity_bytes = conditions.identity_bytes;
  options.fingerprint_bytes = conditions.fingerprint_bytes;
  options.cache_bytes = conditions.cache_bytes;
  return options;
}

}  // namespace idem::simulation
