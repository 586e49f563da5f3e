// SPDX-License-Identifier: Apache-2.0
#include "crash/episodes.h"

#include <gtest/gtest.h>

#include "crash/stream.h"
#include "support/settings.h"

namespace idem::crash {
namespace {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Setting;

constexpr std::size_t kAtOnce = 4;  // more than processors: a victim often waits for a disk

}  // namespace

bool LiveThrough(const Episodes& episodes) {
  const std::uint64_t seed = Setting("IDEM_CRASH_SEED").value_or(1);
  const auto only = Setting("IDEM_CRASH_EPISODE");
  testing::Isolation isolation({.processes = kAtOnce});
  std::uint64_t first = only.value_or(0);
  for (std::size_t count = only ? 1 : episodes.more(); count > 0;) {
    isolation.Run(
        count,
        [&](std::size_t i, const std::filesystem::path& place, CycleReport* report) {
          episodes.live(first + i, Mix(seed, first + i), place, report);
        },
        [&](std::size_t i, const CycleReport& report) {
          episodes.count(first + i, report);
          if (report.end == CycleEnd::kHeld) return;
          ADD_FAILURE() << report.text.data() << "\nagain: IDEM_CRASH_SEED=" << seed
                        << " IDEM_CRASH_EPISODE=" << first + i << " " << episodes.program;
        });
    first += count;
    count = only || ::testing::Test::HasFailure() ? 0 : episodes.more();
  }
  return !only;
}

}  // namespace idem::crash
