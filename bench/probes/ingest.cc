// SPDX-License-Identifier: Apache-2.0

#include "probes/ingest.h"

#include <fmt/format.h>
#include <idem/idem.h>
#include <simdjson.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "process.h"
#include "record_batch.h"
#include "scratch.h"
#include "warm_memory.h"

namespace idem::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kColours = 7;

// A line of some 150 bytes: what is stored is `value`, an object.
void WriteLine(const Record& record, std::uint64_t row, std::ofstream* file) {
  *file << fmt::format(
      R"({{"id":"{}","rev":{},"value":{{"name":"customer {}","colour":"colour {}","amount":{},)"
      R"("note":"as the last order, but larger","paid":{}}}}})"
      "\n",
      record.key, record.version, row, row % kColours, Mix(row) % 1'000'000, row % 2 == 0);
}

void WriteLines(const std::filesystem::path& path, std::uint64_t records) {
  std::ofstream file(path);
  RecordBatch one(1, {.bytes = 0});
  for (std::uint64_t row = 0; row < records; ++row) {
    one.Clear();
    one.Add({row, 1, {}});
    WriteLine(one.records().front(), row, &file);
  }
  if (!file.flush()) throw std::runtime_error("ingest: cannot write " + path.string());
}

double Seconds(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Reads the file and visits id, rev and value of each line.
double ParseAlone(const std::filesystem::path& path, std::uint64_t records) {
  const auto start = Clock::now();
  simdjson::padded_string text;
  if (simdjson::padded_string::load(path.string()).get(text) != simdjson::SUCCESS) {
    throw std::runtime_error("ingest: cannot read " + path.string());
  }
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream lines;
  if (parser.iterate_many(text).get(lines) != simdjson::SUCCESS) {
    throw std::runtime_error("ingest: the lines do not parse");
  }
  std::uint64_t seen = 0;
  std::size_t bytes = 0;
  for (auto line : lines) {
    std::string_view id;
    std::string_view value;
    std::int64_t revision = 0;
    simdjson::ondemand::object object;
    simdjson::ondemand::object stored;
    if (line.get_object().get(object) || object["id"].get_string().get(id) ||
        object["rev"].get_int64().get(revision) || object["value"].get_object().get(stored) ||
        stored.raw_json().get(value)) {
      throw std::runtime_error("ingest: a line does not parse");
    }
    bytes += id.size() + value.size();
    ++seen;
  }
  if (seen != records || bytes == 0) throw std::runtime_error("ingest: lines were not parsed");
  return Seconds(start);
}

double IngestFile(const std::filesystem::path& lines, const std::filesystem::path& store,
                  std::uint64_t records) {
  const auto start = Clock::now();
  const int status =
      RunProcess({IDEM_TOOL, "ingest", "--db", store, "--table", "records", "--key", "id",
                  "--version", "rev", "--value", "value", "--durability", "async", lines},
                 store.string() + ".log");
  const double taken = Seconds(start);
  const auto sink = IdempotentSink::Open(store, {.create_if_missing = false}).value();
  if (status != 0 || sink->OpenTable("records").value().Info().rows != records) {
    throw std::runtime_error("ingest: rows are missing");
  }
  return taken;
}

}  // namespace

double Ingest(const ProbeSettings& settings) {
  const ScratchDirectory directory(settings.parent);
  const std::filesystem::path lines = directory.path() / "lines.ndjson";
  WriteLines(lines, settings.records);
  SyncFileSystem(directory.path());
  WarmMemory();
  const double parsed = ParseAlone(lines, settings.records);
  WarmMemory();
  return parsed / IngestFile(lines, directory.path() / "store", settings.records);
}

}  // namespace idem::bench
