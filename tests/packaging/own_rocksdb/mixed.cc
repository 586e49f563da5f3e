// SPDX-License-Identifier: Apache-2.0
//
// A process with two RocksDBs, whose statics are destroyed twice: ends with 0 when idem refuses to
// work in it, and without a destructor.

#include <idem/idem.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>

int main() {
  const auto opened = idem::IdempotentSink::Open(std::filesystem::temp_directory_path() / "mixed");
  if (opened) _exit(1);
  std::puts(opened.error().ToString().c_str());
  std::fflush(stdout);
  const bool told = opened.error().code() == idem::ErrorCode::kUnsupported &&
                    opened.error().message().find("two RocksDBs") != std::string::npos;
  _exit(told ? 0 : 2);
}
