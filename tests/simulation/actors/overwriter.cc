// SPDX-License-Identifier: Apache-2.0
#include "simulation/actors/overwriter.h"

#include <filesystem>
#include <fstream>

#include "storage/rocks/directory_lock.h"

namespace idem::simulation {

void Overwriter::Act(World* world) {
  const std::filesystem::path directory = world->machine().directory();
  const std::filesystem::path lock = directory / storage::kLockFile;
  if (!std::filesystem::exists(directory)) return;
  switch (world->chance().Below(5)) {
    case 0:
      if (!std::filesystem::exists(lock)) return;
      world->Note("somebody writes into the lock file");
      std::ofstream(lock) << "4711\n";
      return world->Reach(Probe::kLockTouched);
    case 1:
      if (!std::filesystem::remove(lock)) return;
      world->Note("somebody removes the lock file");
      break;
    case 2:
      if (!std::filesystem::exists(lock)) return;
      world->Note("somebody replaces the lock file");
      std::filesystem::rename(lock, directory.string() + ".lock");  // keeps its identity taken
      std::ofstream(lock) << "4711\n";
      break;
    case 3:
      world->Note("somebody writes over the format file");
      return world->DamageFormat();
    default:
      std::ofstream(directory / "notes.txt") << "not of the store";
      return;
  }
  if (world->host() != nullptr) world->host()->lock_is_lost = true;
}

}  // namespace idem::simulation
