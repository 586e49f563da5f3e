// SPDX-License-Identifier: Apache-2.0
//
// What a sanitizer must catch. A run without reports says something only where a fault would have
// been reported: with these flags, these options, and the same libraries around it.

#include <idem/idem.h>

#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

namespace {

// Two threads change one number without a lock, while each commits to a sink of its own.
int Race() {
  int shared = 0;
  const auto work = [&shared] {
    auto sink = idem::IdempotentSink::OpenInMemory().value();
    auto table = sink->OpenTable("t", {.mode = idem::TableMode::kAppend}).value();
    idem::Batch batch;
    for (int i = 0; i < 100; ++i) {
      batch.Clear();
      batch.Insert(table, {i}, "value");
      sink->Commit(batch).value();
      ++shared;
    }
  };
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  return shared;
}

int ReadPastTheEnd(std::size_t end) {
  const std::vector<char> bytes(end, 'x');
  const volatile char* begin = bytes.data();
  return begin[end];
}

int Overflow(int most) { return most + 1; }

}  // namespace

int main(int argc, char** argv) {
  const std::string_view fault = argc == 2 ? argv[1] : "";
  int result = 0;
  if (fault == "race") result = Race();
  if (fault == "past-the-end") result = ReadPastTheEnd(fault.size());
  if (fault == "overflow") result = Overflow(std::numeric_limits<int>::max() - (argc - 2));
  std::printf("%d: not caught\n", result);
  return 0;
}
