// SPDX-License-Identifier: Apache-2.0
//
// make_golden DIR writes a golden store into the new directory DIR and its description to stdout.
// make.sh calls it once for each release; no test does.

#include <iostream>
#include <string>

#include "crash/state.h"
#include "golden/content.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "make_golden DIR\n";
    return 2;
  }
  using idem::IdempotentSink;
  for (const int half : {0, 1}) {
    const auto sink = IdempotentSink::Open(argv[1], idem::golden::GoldenOptions()).value();
    idem::golden::WriteHalf(sink.get(), half);
    if (half == 0) continue;
    for (const std::string& line : idem::crash::DescribeStore(*sink).value()) {
      std::cout << line << "\n";
    }
  }
  return 0;
}
