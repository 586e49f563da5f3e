// SPDX-License-Identifier: Apache-2.0
//
// Cast: the actors of one world, and how often each is called.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "simulation/conditions.h"

namespace idem::simulation {

class Actor;
class World;

class Cast {
 public:
  explicit Cast(const Conditions& conditions);
  ~Cast();
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

  // Calls one of them, as chance has it.
  void ActOnce(World* world);

 private:
  template <typename One>
  void Add(std::uint64_t weight);

  struct Role {
    std::unique_ptr<Actor> actor;
    std::uint64_t weight;
  };
  std::vector<Role> roles_;
  std::uint64_t weights_ = 0;
};

}  // namespace idem::simulation
