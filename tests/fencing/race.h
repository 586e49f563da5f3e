// SPDX-License-Identifier: Apache-2.0
//
// Race: one store directory, the processes that want to write it, and the rules they are held to.
// Each race runs in a process of its own, the referee, which never opens the store itself while an
// actor lives: a process that forks must have no threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "fencing/actor.h"
#include "fencing/page.h"
#include "support/random.h"

namespace idem::fencing {

// What a race was held to and did not do.
class Foul : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What cannot be tried on this machine.
class Skip : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Score {
  std::uint32_t locked = 0;   // openings and commits refused with kStoreLocked
  std::uint32_t fenced = 0;   // commits refused with kFenced
  std::uint32_t unknown = 0;  // commits that were under way when the writer lost the store
};

class Race {
 public:
  // `model` is a store that is closed; the race is about a copy of it.
  Race(const std::filesystem::path& place, const std::filesystem::path& model, std::uint64_t seed,
       Page* page);
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  const std::filesystem::path& place() const { return place_; }
  const std::filesystem::path& store() const { return store_; }  // place/home/store
  Page* page() const { return page_; }
  testing::Random& chance() { return chance_; }
  Score& score() { return score_; }

  // From which row on the holder's commits went elsewhere: into a directory that was moved away
  // after a copy was taken.
  std::uint32_t forgiven_from() const { return forgiven_from_; }
  void ForgiveFrom(std::uint32_t row) { forgiven_from_ = row; }

  void Pause();  // up to a millisecond

  // --- Rules; each throws Foul ---

  void Require(bool held, const std::string& what) const;
  void MustDo(const Answer& answer, const std::string& what) const;
  // An opening of somebody else's store.
  void MustBeLocked(const Answer& answer, const std::string& what);
  // Ends the WriteOn of a writer who lost the store, which must have noticed: fenced, or unknown
  // where a commit was under way. One that has not tried since gets its chance now.
  void MustHaveNoticed(Actor* loser, const std::string& what);

  // A writer who lost the store has no effect on its log, however often it tries, and lives on.
  void MustBeHarmless(Actor* loser);

 private:
  const std::filesystem::path place_;
  const std::filesystem::path store_;
  Page* const page_;
  testing::Random chance_;
  Score score_;
  std::uint32_t forgiven_from_ = UINT32_MAX;
};

// The bytes of all write-ahead logs that a process has open, also of those that were removed.
std::uint64_t OpenLogBytes(pid_t process);

// Whether a process has any file below `directory` open.
bool HasOpenBelow(pid_t process, const std::filesystem::path& directory);

}  // namespace idem::fencing
