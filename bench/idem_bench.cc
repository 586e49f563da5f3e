// SPDX-License-Identifier: Apache-2.0
//
// idem_bench: the same runs as Google Benchmark entries `peer/workload`, for its filters,
// repetitions and output formats. One iteration is one run; its time is that of the measured part
// alone. For ratios use idem_compare, whose rounds interleave.
//
// Besides Google Benchmark's own options: --records=N and --batch=N.
// Exit status: 1 when a run failed.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "peers/registry.h"
#include "record_batch.h"
#include "run.h"
#include "workload.h"

namespace idem::bench {
namespace {

bool failed = false;

void RunBenchmark(benchmark::State& state, const PeerKind& peer, const Workload& workload,
                  const RunSettings& settings) {
  const FinalState expected = ExpectedState(workload, settings.records, settings.values);
  double cpu_s = 0;
  for (auto _ : state) {
    try {
      const Measurement measured = Run(peer, workload, settings, expected);
      state.SetIterationTime(measured.wall_s);
      cpu_s += measured.cpu_s;
    } catch (const std::exception& error) {
      failed = true;
      state.SkipWithError(error.what());
      return;
    }
  }
  const auto records = state.iterations() * static_cast<std::int64_t>(settings.records);
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(records * static_cast<std::int64_t>(kKeyBytes + settings.values.bytes));
  state.counters["cpu_us_per_record"] = cpu_s * 1e6 / static_cast<double>(records);
}

void Register(const RunSettings& settings) {
  for (const Workload& workload : AllWorkloads()) {
    for (const PeerKind& peer : AllPeers()) {
      if (!CanTake(peer, workload)) continue;
      benchmark::RegisterBenchmark(fmt::format("{}/{}", workload.name, peer.name).c_str(),
                                   [&peer, &workload, settings](benchmark::State& state) {
                                     RunBenchmark(state, peer, workload, settings);
                                   })
          ->UseManualTime()
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

// Takes `--name=N` out of the arguments, when it is there.
template <typename Number>
void TakeOption(std::string_view name, std::vector<char*>* arguments, Number* number) {
  const std::string prefix = fmt::format("--{}=", name);
  std::erase_if(*arguments, [&](std::string_view argument) {
    if (!argument.starts_with(prefix)) return false;
    argument.remove_prefix(prefix.size());
    const auto end = argument.data() + argument.size();
    const auto [at, error] = std::from_chars(argument.data(), end, *number);
    if (error != std::errc() || at != end || *number < 2) {
      throw std::runtime_error(fmt::format("--{} takes a number of at least 2", name));
    }
    return true;
  });
}

int Main(int argc, char** argv) {
  RunSettings settings{.records = 100'000,
                       .batch = 1000,
                       .durability = Durability::kAsync,
                       .parent = std::filesystem::temp_directory_path()};
  std::vector<char*> arguments(argv, argv + argc);
  TakeOption("records", &arguments, &settings.records);
  TakeOption("batch", &arguments, &settings.batch);
  Register(settings);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace idem::bench

int main(int argc, char** argv) {
  try {
    return idem::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "idem_bench: {}\n", error.what());
    return 1;
  }
}
