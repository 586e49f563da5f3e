// SPDX-License-Identifier: Apache-2.0
//
// Zombie: a host that stopped where it was while another one took over, and that goes on later as
// if nothing had happened. It must be fenced, and leave the disk as it is.
#pragma once

#include <cstdint>
#include <memory>

#include "simulation/actors/actor.h"

namespace idem::simulation {

class Zombie final : public Actor {
 public:
  void Act(World* world) override;

 private:
  void Wake(World* world);

  std::unique_ptr<Host> host_;  // null: nobody is frozen
  std::uint64_t power_losses_ = 0;
};

}  // namespace idem::simulation
