// SPDX-License-Identifier: Apache-2.0
//
// idem_bench_fill DIRECTORY RECORDS: the process that the probe `reopen` kills. It commits RECORDS
// rows, says so by making the file DIRECTORY.filled, and goes on committing until it is killed.

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "probes/filler.h"

namespace {

constexpr int kUsage = 2;
constexpr std::size_t kBatch = 1000;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: idem_bench_fill DIRECTORY RECORDS\n", stderr);
    return kUsage;
  }
  try {
    const std::string directory = argv[1];
    std::uint64_t row = std::stoull(argv[2]);
    idem::bench::Filler filler(directory, {.durability = idem::Durability::kAsync});
    filler.Fill(row);
    std::ofstream(directory + ".filled").put('\n');
    for (;; row += kBatch) filler.Commit(row, kBatch);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idem_bench_fill: %s\n", error.what());
    return 1;
  }
}
