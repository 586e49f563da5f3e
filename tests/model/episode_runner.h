// SPDX-License-Identifier: Apache-2.0
//
// Runs an episode on the stores and the oracle at once and says where they first differ; makes a
// failing episode as small as it goes.
#pragma once

#include "model/coverage.h"
#include "model/generator.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace idem::model {

enum class Stores : std::uint8_t { kMemory, kMemoryAndRocks };

struct RunOptions {
  Stores stores = Stores::kMemoryAndRocks;
  std::filesystem::path scratch = {};  // for the store on disk, a new one each time
  // After how many steps everything is read and compared, besides once at the end. Verdicts and
  // errors are compared at every step.
  std::size_t read_every = 1;
};

// Empty when all agree.
std::string RunEpisode(const Episode& episode, const RunOptions& options, Coverage* coverage);

// The failing episode with all steps and actions removed that the failure does not need.
Episode Shrink(const Episode& episode, const std::function<bool(const Episode&)>& fails);

// The episode as the text of a scenario file.
std::string AsScenario(const Episode& episode);

}  // namespace idem::model
