// SPDX-License-Identifier: Apache-2.0
//
// Episodes: lives episode after episode in processes of their own, as many as a test asks for.
//
//   IDEM_CRASH_SEED      of the streams and the moments (1); the moments also depend on the machine
//   IDEM_CRASH_EPISODE   that episode alone
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "support/isolation.h"

namespace idem::crash {

struct Episodes {
  std::string program;  // which is to be run again with an episode that went wrong
  // How many more, after those counted so far; 0: that is enough. Not asked for a single one.
  std::function<std::size_t()> more;
  // Lives one in its process, with a place for its store.
  std::function<void(std::uint64_t episode, std::uint64_t seed, const std::filesystem::path& place,
                     testing::CycleReport* report)>
      live;
  std::function<void(std::uint64_t episode, const testing::CycleReport& report)> count;
};

// False: it was a single one that was asked for, which says little about all. An episode that does
// not hold fails the test and is the last.
bool LiveThrough(const Episodes& episodes);

}  // namespace idem::crash
