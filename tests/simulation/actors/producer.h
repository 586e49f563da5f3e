// SPDX-License-Identifier: Apache-2.0
//
// Producer: reads the source and sends what it read to the host. With each life of the host it goes
// back to where the store says that it should resume, and so it does when it is at the end and the
// store still lacks something.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Producer final : public Actor {
 public:
  void Act(World* world) override;

 private:
  void Resume(World* world);
  script::Place NextPlace(World* world);

  std::map<std::string, std::int64_t> next_;  // by partition
  std::uint64_t life_ = 0;                    // of the host, when it last resumed
  std::int64_t tokens_ = 0;                   // made in this life
};

}  // namespace idem::simulation
