// SPDX-License-Identifier: Apache-2.0
//
// idem_ingest_ratio: `idem ingest` of an NDJSON file into a new store, against parsing the same
// members of the same file with simdjson alone; interleaved rounds, medians. Each run is a process
// of its own and reads the file, which is in the system's cache. A table goes to stdout.
// Exit status: 0 measured, 1 something failed, 2 usage.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ingest/feed_file.h"
#include "ingest/parse_only.h"

namespace idem::bench {
namespace {

constexpr int kUsage = 2;
constexpr std::uint64_t kSeed = 20260101;

struct Arguments {
  std::string idem, input, key = "id", version = "version";
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  std::uint64_t lines = 1'000'000;
  std::size_t rounds = 5;
  std::vector<std::size_t> batches = {0};
};

struct Times {
  double wall_s = 0;
  double cpu_s = 0;
};

struct Contestant {
  std::string name;
  std::function<void()> run;
  std::vector<Times> rounds;
};

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// CPU time of a finished process, of all its threads.
double CpuOfChildren() {
  rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

// Runs `work` in a process of its own: both sides pay for starting, for fresh memory and for
// ending, and no round inherits what another left behind.
void InChild(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    try {
      work();
      _exit(0);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      _exit(1);
    }
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("a round failed");
  }
}

void Exec(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(null, STDOUT_FILENO);
  execv(argv.front(), argv.data());
  throw std::runtime_error(words.front() + ": cannot be run");
}

Times Measure(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu = CpuOfChildren();
  InChild(work);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), CpuOfChildren() - cpu};
}

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double Median(const std::vector<Times>& rounds, double Times::*member) {
  std::vector<double> values;
  for (const Times& times : rounds) values.push_back(times.*member);
  return MedianOf(std::move(values));
}

// The median of the rounds' ratios of times, baseline to contestant: 1 is as fast.
double Ratio(const std::vector<Times>& baseline, const std::vector<Times>& rounds,
             double Times::*member) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    ratios.push_back(baseline[i].*member / rounds[i].*member);
  }
  return MedianOf(std::move(ratios));
}

std::vector<std::string> IngestWords(const Arguments& given, const std::filesystem::path& feed,
                                     const std::filesystem::path& store, std::size_t batch,
                                     const std::string& durability) {
  std::vector<std::string> words = {given.idem,     "ingest",   "--db",  store.string(),
                                    "--table",      "feed",     "--key", given.key,
                                    "--durability", durability, "--json"};
  if (!given.version.empty()) words.insert(words.end(), {"--version", given.version});
  if (batch > 0) words.insert(words.end(), {"--batch", std::to_string(batch)});
  words.push_back(feed.string());
  return words;
}

std::vector<Contestant> Contestants(const Arguments& given, const std::filesystem::path& feed,
                                    const std::filesystem::path& store) {
  const auto check = [&given](const Parsed& parsed) {
    if (parsed.lines != given.lines) throw std::runtime_error("not all lines were parsed");
  };
  std::vector<Contestant> all;
  all.push_back({"simdjson, a stream",
                 [&given, feed, check] { check(ParseAsStream(feed, given.key, given.version)); },
                 {}});
  all.push_back({"simdjson, line by line",
                 [&given, feed, check] { check(ParseByLine(feed, given.key, given.version)); },
                 {}});
  for (const std::string durability : {"sync", "async"}) {
    for (const std::size_t batch : given.batches) {
      const std::string size = batch == 0 ? "its own batches" : fmt::format("batches of {}", batch);
      all.push_back({fmt::format("idem ingest, {}, {}", durability, size),
                     [&given, feed, store, batch, durability] {
                       Exec(IngestWords(given, feed, store, batch, durability));
                     },
                     {}});
    }
  }
  return all;
}

void Print(const Arguments& given, std::uint64_t bytes, const std::vector<Contestant>& all) {
  const bool stream = Median(all[0].rounds, &Times::wall_s) < Median(all[1].rounds, &Times::wall_s);
  const std::vector<Times>& baseline = all[stream ? 0 : 1].rounds;
  fmt::print("{} lines, {:.1f} MB, {} rounds; ratio to {}\n\n", given.lines,
             static_cast<double>(bytes) / 1e6, given.rounds, all[stream ? 0 : 1].name);
  fmt::print(
      "| | wall s | CPU s | lines/s | ratio, wall | ratio, CPU |\n|---|---|---|---|---|---|\n");
  for (const Contestant& one : all) {
    const double wall_s = Median(one.rounds, &Times::wall_s);
    fmt::print("| {} | {:.3f} | {:.3f} | {:.0f} | {:.2f} | {:.2f} |\n", one.name, wall_s,
               Median(one.rounds, &Times::cpu_s), static_cast<double>(given.lines) / wall_s,
               Ratio(baseline, one.rounds, &Times::wall_s),
               Ratio(baseline, one.rounds, &Times::cpu_s));
  }
}

void Run(const Arguments& given) {
  const std::filesystem::path scratch = given.directory / fmt::format("idem-ingest-{}", getpid());
  std::filesystem::create_directories(scratch);
  const std::filesystem::path feed = scratch / "feed.ndjson";
  const std::filesystem::path store = scratch / "store";
  if (given.input.empty()) {
    WriteMadeFeed(feed, given.lines, kSeed);
  } else {
    WriteRepeatedFeed(feed, given.input, given.key, given.lines);
  }
  std::vector<Contestant> all = Contestants(given, feed, store);
  for (std::size_t round = 0; round < given.rounds; ++round) {
    for (Contestant& one : all) {
      std::filesystem::remove_all(store);
      sync();
      one.rounds.push_back(Measure(one.run));
    }
  }
  Print(given, std::filesystem::file_size(feed), all);
  std::filesystem::remove_all(scratch);
}

void Declare(CLI::App* app, Arguments* given) {
  app->add_option("--idem", given->idem, "The command")->required()->check(CLI::ExistingFile);
  app->add_option("--input", given->input, "Repeat these lines instead of made ones")
      ->check(CLI::ExistingFile);
  app->add_option("--key", given->key, "Member that is the key")->capture_default_str();
  app->add_option("--version", given->version, "Member that is the version; empty: none")
      ->capture_default_str();
  app->add_option("--lines", given->lines, "Lines of the file")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_option("--rounds", given->rounds, "Rounds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_option("--batch", given->batches, "Batch sizes; 0: the command's own")->delimiter(',');
  app->add_option("--directory", given->directory, "Where the file and the stores are made");
}

int Main(int argc, char** argv) {
  Arguments given;
  CLI::App app("idem ingest of a file, against parsing it alone", "idem_ingest_ratio");
  Declare(&app, &given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  Run(given);
  return 0;
}

}  // namespace
}  // namespace idem::bench

int main(int argc, char** argv) {
  try {
    return idem::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "idem_ingest_ratio: {}\n", error.what());
    return 1;
  }
}
