// SPDX-License-Identifier: Apache-2.0
//
// Runs an episode on both stores and the oracle at once and says where they first differ; makes a
// failing episode as small as it goes.
#pragma once

#include "model/coverage.h"
#include "model/generator.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace idem::model {

// Empty when all three agree; without a `scratch` folder there is no store on disk. `read_every`:
// after how many steps everything is read and compared; verdicts and errors are compared at every
// step.
std::string RunEpisode(const Episode& episode, const std::filesystem::path& scratch,
                       std::size_t read_every, Coverage* coverage);

// The failing episode with all steps and actions removed that the failure does not need.
Episode Shrink(const Episode& episode, const std::function<bool(const Episode&)>& fails);

// The episode as the text of a scenario file.
std::string AsScenario(const Episode& episode);

}  // namespace idem::model
