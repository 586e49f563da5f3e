// SPDX-License-Identifier: Apache-2.0
//
// WritersEpisode: one store, one stream a writer, and the many lives of the process in which they
// are ingested side by side, until all streams are through.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "crash/writers.h"

namespace idem::crash {

struct WritersEnd {
  std::array<std::uint32_t, kMoments> killed{};  // by where the victim was
  std::uint32_t unacknowledged_found = 0;
  std::uint32_t decided_beside = 0;
  std::string wrong;  // what contradicts a promise; empty: nothing
};

// Runs one episode in `directory`, which must not exist. Starts processes; the caller must have no
// thread.
WritersEnd RunWriters(std::uint64_t seed, const std::filesystem::path& directory,
                      const WatchedOpener& opener);

// As a host opens its store, but watched.
Result<std::unique_ptr<IdempotentSink>> OpenWatched(const std::string& directory,
                                                    const SinkOptions& options, Sight* sight,
                                                    const Reached& reached);

}  // namespace idem::crash
