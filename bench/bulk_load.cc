// SPDX-License-Identifier: Apache-2.0
//
// idem_bulk_load: a first load, by bulk commits, by ordinary commits of idem and by blind puts,
// each until the background work it caused is done. Rounds interleave, and a ratio is taken within
// its round. The records come in no order, and once more in the order of their keys.
//
//   idem_bulk_load --records 2000000 --bulk 500000 --rounds 3
//
// Exit status: 1 when a run failed or left other rows than it should; keys, versions and values are
// compared.

#include <fmt/format.h>
#include <idem/idem.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "final_state.h"
#include "peers/idem.h"
#include "peers/rocks_blind_put.h"
#include "quiet.h"
#include "record_batch.h"
#include "rounds.h"
#include "scratch.h"
#include "stopwatch.h"
#include "workload.h"

namespace idem::bench {
namespace {

const Values kValues = {.bytes = 128};

// New keys, each once.
const Workload kStream = {"load", "", 0, [](std::uint64_t i, std::uint64_t) {
                            return RecordId{i, 1, static_cast<std::int64_t>(i)};
                          }};

class BulkPeer final : public Peer {
 public:
  BulkPeer(const std::filesystem::path& directory, const Limits& limits)
      : sink_(IdempotentSink::Open(directory, {.limits = limits}).value()),
        table_(sink_->OpenTable("records").value()),
        batch_(limits) {}

  void Apply(std::span<const Record> records) override {
    batch_.Clear();
    for (const Record& record : records) {
      batch_.From({"stream", 0, *record.offset});
      batch_.Upsert(table_, {record.key}, record.value, {.version = record.version});
    }
    static_cast<void>(sink_->Commit(batch_, {.bulk = true}).value());
  }
  void Scan(const RowVisitor& visit) const override {
    const Snapshot snapshot = sink_->NewSnapshot().value();
    RowCursor cursor = snapshot.Scan("records").value();
    std::string storage;
    while (cursor.Next().value()) {
      const Row& row = cursor.row();
      const std::int64_t version = std::get<std::int64_t>(row.version);
      visit({row.key.Parts(&storage).at(0).text(), row.value, version, {}});
    }
  }
  std::int64_t Next() const override { return sink_->ResumeFrom("stream").value().front().next; }

 private:
  std::unique_ptr<IdempotentSink> sink_;
  Table table_;
  Batch batch_;
};

struct Settings {
  std::size_t records = 1'000'000;
  std::size_t batch = 1'000;
  std::size_t bulk = 250'000;
  std::size_t rounds = 3;
  std::filesystem::path parent = std::filesystem::temp_directory_path();
};

struct Way {
  const char* name;
  bool bulk;
  std::unique_ptr<Peer> (*open)(const std::filesystem::path& directory, const Settings& settings);
};

constexpr Way kWays[] = {
    {"blind put", false,
     [](const std::filesystem::path& directory, const Settings&) {
       return OpenRocksBlindPut({directory, Durability::kAsync});
     }},
    {"idem", false,
     [](const std::filesystem::path& directory, const Settings&) {
       return OpenIdem({directory, Durability::kAsync});
     }},
    {"idem, bulk", true,
     [](const std::filesystem::path& directory, const Settings& settings) {
       Limits limits;
       limits.batch_records = std::max(limits.batch_records, settings.bulk);
       limits.batch_bytes = std::max(limits.batch_bytes, settings.bulk * 512);
       return std::unique_ptr<Peer>(std::make_unique<BulkPeer>(directory, limits));
     }},
};

struct Load {
  double wall_s = 0;
  double cpu_s = 0;
  double disk_bytes = 0;
  double memory_bytes = 0;  // that the peak grew by
};

// The peak of resident memory since it was last forgotten.
std::uint64_t PeakBytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  std::uint64_t kib = 0;
  status >> kib;
  return kib << 10;
}

void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

// The records are those of kStream, in whatever order; the offsets are in that of `records`.
Load Run(const Way& way, const std::vector<Record>& records, const FinalState& expected,
         const Settings& settings) {
  const ScratchDirectory directory(settings.parent);
  const std::unique_ptr<Peer> peer = way.open(directory.path(), settings);
  const std::size_t size = way.bulk ? settings.bulk : settings.batch;
  ForgetPeak();
  const std::uint64_t before = PeakBytes();
  Stopwatch watch;
  watch.Start();
  for (std::size_t at = 0; at < records.size(); at += size) {
    peer->Apply(std::span(records).subspan(at, std::min(size, records.size() - at)));
  }
  watch.StopAt(WaitUntilQuiet());
  const std::uint64_t peak = PeakBytes();
  const FinalState found = StoredState(*peer);
  if (found != expected) {
    throw std::runtime_error(fmt::format("{} ends with {} instead of {}", way.name, ToString(found),
                                         ToString(expected)));
  }
  return {watch.wall_s(), watch.cpu_s(), static_cast<double>(DiskBytes(directory.path())),
          static_cast<double>(peak - before)};
}

using Figure = double Load::*;
using Loads = std::map<const Way*, std::vector<Load>>;  // by way, in the order of the rounds

std::string Show(const std::vector<double>& values) {
  const Spread spread = SpreadOf(values);
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", spread.median, spread.least, spread.most);
}

std::vector<double> Of(const std::vector<Load>& loads, Figure figure, double unit) {
  std::vector<double> values;
  for (const Load& load : loads) values.push_back(load.*figure / unit);
  return values;
}

void Print(const char* order, const Loads& loads, double records) {
  fmt::print(
      "\n| {} | wall, us/record | cpu, us/record | rate to blind put | disk, B/record | memory, MB "
      "|\n"
      "|---|---|---|---|---|---|\n",
      order);
  const std::vector<Load>& reference = loads.at(&kWays[0]);
  for (const Way& way : kWays) {
    const std::vector<Load>& own = loads.at(&way);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < own.size(); ++i) {
      ratios.push_back(reference[i].wall_s / own[i].wall_s);
    }
    fmt::print("| {} | {} | {} | {} | {} | {} |\n", way.name,
               Show(Of(own, &Load::wall_s, records * 1e-6)),
               Show(Of(own, &Load::cpu_s, records * 1e-6)), Show(ratios),
               Show(Of(own, &Load::disk_bytes, records)), Show(Of(own, &Load::memory_bytes, 1e6)));
  }
}

void Compare(const Settings& settings) {
  RecordBatch made(settings.records, kValues);
  for (std::size_t i = 0; i < settings.records; ++i) made.Add(kStream.record(i, settings.records));
  const std::vector<Record> in_no_order(made.records().begin(), made.records().end());
  std::vector<Record> sorted = in_no_order;
  std::sort(sorted.begin(), sorted.end(),
            [](const Record& a, const Record& b) { return a.key < b.key; });
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i].offset = static_cast<std::int64_t>(i);
  Loads unsorted_loads;
  Loads sorted_loads;
  const FinalState expected = ExpectedState(kStream, settings.records, kValues);
  const auto load_all = [&](const std::vector<Record>& of, Loads* loads) {
    for (const Way& way : kWays) (*loads)[&way].push_back(Run(way, of, expected, settings));
  };
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    load_all(in_no_order, &unsorted_loads);
    load_all(sorted, &sorted_loads);
  }
  const auto records = static_cast<double>(settings.records);
  Print("in no order", unsorted_loads, records);
  Print("sorted", sorted_loads, records);
}

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("A first load by bulk commits, by ordinary ones and by blind puts");
  app.add_option("--records", settings.records)->check(CLI::Range(2, 100'000'000));
  app.add_option("--batch", settings.batch, "of ordinary commits")->check(CLI::PositiveNumber);
  app.add_option("--bulk", settings.bulk, "records of a bulk commit")->check(CLI::PositiveNumber);
  app.add_option("--rounds", settings.rounds)->check(CLI::Range(1, 100));
  app.add_option("--dir", settings.parent, "where the stores are made")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  try {
    Compare(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace idem::bench

int main(int argc, char** argv) { return idem::bench::Main(argc, argv); }
