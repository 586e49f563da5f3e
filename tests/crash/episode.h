// SPDX-License-Identifier: Apache-2.0
//
// Episode: one store, one stream, and the many lives of the process that ingests it, until the
// stream is through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crash/stream.h"
#include "crash/victim.h"

namespace idem::crash {

inline constexpr std::uint64_t kSteps = 600;

struct EpisodeEnd {
  std::array<std::uint32_t, kPhases> killed{};  // by what the victim was doing
  std::uint32_t unacknowledged_found = 0;
  std::string wrong;  // what contradicts a promise; empty: nothing
};

// Runs one episode in `directory`, which must not exist. Starts processes; the caller must have no
// thread.
EpisodeEnd RunEpisode(std::uint64_t seed, const std::filesystem::path& directory,
                      const Opener& opener);

// As a host opens its store.
Result<std::unique_ptr<IdempotentSink>> OpenSink(const std::string& directory);

}  // namespace idem::crash
