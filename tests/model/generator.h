// SPDX-License-Identifier: Apache-2.0
//
// Generator: operations at random, from spaces so small that they collide all the time: six keys,
// a handful of versions and payloads, a few offsets. One seed gives one episode, on every machine.
#pragma once

#include "model/random.h"
#include "script/operation.h"

#include <idem/options.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace idem::model {

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

// A short episode: one to three tables, then 5 to 30 operations of which every second one is not a
// commit. What one of them does to a store that is nearly empty, and to the one that follows it, is
// what long episodes seldom show.
Episode MakeSequence(std::uint64_t seed);

}  // namespace idem::model
