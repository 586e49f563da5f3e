// SPDX-License-Identifier: Apache-2.0
//
// ChildProcess: a program that the benchmark starts, measures and stops: a server, another life of
// itself. Whatever happens to the benchmark, its children end with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace idem::bench {

using Command = std::vector<std::string>;  // the program, looked for in PATH, and its arguments

// Thread-safety: none.
class ChildProcess {
 public:
  // Its standard output and error go to `log`. Throws std::system_error when it cannot be started.
  ChildProcess(const Command& command, const std::filesystem::path& log);

  // Kills it, if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // Its exit status, or 128 and the signal that ended it.
  int Wait();

  // The same, when it has ended already.
  std::optional<int> Ended();

 private:
  std::optional<int> Reap(int flags);

  pid_t pid_ = 0;
  std::optional<int> status_;
};

// To its end: the exit status.
int RunProcess(const Command& command, const std::filesystem::path& log);

// What a process and its children, all of their threads, have used and written so far.
struct ProcessUse {
  double cpu_s = 0;
  std::uint64_t written_bytes = 0;  // handed to the system by write() and its kin
};
ProcessUse UseOfFamily(pid_t pid);
std::uint64_t WrittenBytesOfSelf();

}  // namespace idem::bench
