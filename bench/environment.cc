// SPDX-License-Identifier: Apache-2.0

#include "environment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <idem/version.h>
#include <lmdb.h>
#include <rocksdb/version.h>
#include <sqlite3.h>

#include <ctime>
#include <fstream>
#include <thread>

namespace idem::bench {
namespace {

std::string CpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown CPU";
}

std::string Compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

}  // namespace

Environment ReadEnvironment() {
  return {fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))),
          fmt::format("{}, {} processors", CpuModel(), std::thread::hardware_concurrency()),
          Compiler(),
          fmt::format("idem {}, RocksDB {}, SQLite {}, LMDB {}.{}.{}", LibraryVersion(),
                      rocksdb::GetRocksVersionAsString(), sqlite3_libversion(), MDB_VERSION_MAJOR,
                      MDB_VERSION_MINOR, MDB_VERSION_PATCH)};
}

}  // namespace idem::bench
