// SPDX-License-Identifier: Apache-2.0
//
// Generator: operations at random, from spaces so small that they collide all the time: six keys,
// a handful of versions and payloads, a few offsets. One seed gives one episode, on every machine.
#pragma once

#include "model/oracle.h"
#include "script/operation.h"

#include <idem/options.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace idem::model {

// A small generator of our own: the standard distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // Choices made by somebody else: two bytes each, as long as there are any, then as from a seed.
  explicit Random(std::string_view choices) : choices_(choices) {}

  std::uint64_t Next() noexcept;  // splitmix64
  std::uint64_t Below(std::uint64_t n) noexcept { return Next() % n; }
  bool Percent(std::uint64_t n) noexcept { return Below(100) < n; }
  std::int64_t Between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low + 1)));
  }
  template <typename T>
  const T& Of(const std::vector<T>& all) noexcept {
    return all[Below(all.size())];
  }
  template <typename T>
  void Shuffle(std::vector<T>* all) noexcept {
    for (std::size_t i = all->size(); i > 1; --i) std::swap((*all)[i - 1], (*all)[Below(i)]);
  }

 private:
  std::uint64_t state_ = 0;
  std::string_view choices_;
};

// What an episode may contain. Properties that hold for some operations only leave out the others.
struct Profile {
  bool rejections = true;  // strict batches, refused gaps, replaced sources, tiny limits
  bool last_wins = true;   // ties that depend on the order of arrival
  bool accept = true;      // conflicts decided against the stored row
  bool upkeep = true;      // everything that is not a commit: rewinds, reopening, collecting, ...
};

struct Episode {
  std::uint64_t seed = 0;
  SinkOptions options = {};
  std::vector<script::Step> steps = {};
  std::size_t records = 0;
};

// An episode of about `records` records. The oracle is run along to aim: at open conflicts, at the
// next offset of a source.
Episode MakeEpisode(std::uint64_t seed, std::size_t records, const Profile& profile = {});

// The same from choices in place of a seed: what a fuzzer makes episodes of.
Episode MakeEpisode(std::string_view choices, std::size_t records, const Profile& profile = {});

}  // namespace idem::model
