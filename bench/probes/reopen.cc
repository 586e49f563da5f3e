// SPDX-License-Identifier: Apache-2.0

#include "probes/reopen.h"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>

#include "probes/filler.h"
#include "process.h"
#include "scratch.h"

namespace idem::bench {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr std::size_t kBatch = 1000;
constexpr std::uint64_t kFarAway = std::uint64_t{1} << 40;  // rows that nobody has committed yet

void FillAndKill(const std::filesystem::path& store, const std::filesystem::path& log,
                 std::uint64_t records) {
  ChildProcess filling({IDEM_BENCH_FILL, store, std::to_string(records)}, log);
  while (!std::filesystem::exists(store.string() + ".filled")) {
    if (filling.Ended()) throw std::runtime_error("reopen: the store could not be filled");
    std::this_thread::sleep_for(kLook);
  }
  std::this_thread::sleep_for(kLook);
  filling.Signal(SIGKILL);
  filling.Wait();
}

}  // namespace

double Reopen(const ProbeSettings& settings) {
  const ScratchDirectory directory(settings.parent);
  const std::filesystem::path store = directory.path() / "store";
  FillAndKill(store, directory.path() / "log", settings.records);
  SyncFileSystem(directory.path());
  const auto start = std::chrono::steady_clock::now();
  Filler filler(store, {.durability = Durability::kAsync});
  filler.Commit(kFarAway, kBatch);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (filler.rows() < settings.records + kBatch) {
    throw std::runtime_error("reopen: rows are missing");
  }
  return taken.count();
}

}  // namespace idem::bench
