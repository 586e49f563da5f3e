// SPDX-License-Identifier: Apache-2.0

#include "process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>
#include <system_error>

namespace idem::bench {
namespace {

constexpr int kNotStarted = 127;
constexpr int kSignalled = 128;

// After a fork in a process with threads only calls are allowed that need no lock.
[[noreturn]] void Become(char* const* arguments, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == parent && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0) {
    execvp(arguments[0], arguments);
  }
  _exit(kNotStarted);
}

std::uint64_t WrittenBytes(const std::filesystem::path& proc) {
  std::ifstream io(proc / "io");
  for (std::string name; io >> name;) {
    std::uint64_t number = 0;
    io >> number;
    if (name == "wchar:") return number;
  }
  return 0;
}

// The first number of schedstat is the time on a processor in nanoseconds, of one thread.
double CpuSeconds(const std::filesystem::path& proc) {
  double nanos = 0;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator(proc / "task", ignored)) {
    double of_thread = 0;
    std::ifstream(task.path() / "schedstat") >> of_thread;
    nanos += of_thread;
  }
  return nanos * 1e-9;
}

// The parent is the second field after the name, which stands in parentheses.
pid_t ParentOf(const std::filesystem::path& proc) {
  std::string line;
  std::getline(std::ifstream(proc / "stat"), line);
  const std::size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos) return 0;  // it has just ended
  std::istringstream rest(line.substr(name_end + 2));
  char state = 0;
  pid_t parent = 0;
  rest >> state >> parent;
  return parent;
}

}  // namespace

ChildProcess::ChildProcess(const Command& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t parent = getpid();
  pid_ = fd < 0 ? -1 : fork();
  if (pid_ == 0) Become(arguments.data(), fd, parent);
  const int error = errno;
  if (fd >= 0) close(fd);
  if (pid_ < 0) {
    throw std::system_error(error, std::generic_category(), "cannot start " + command[0]);
  }
}

ChildProcess::~ChildProcess() {
  if (Ended()) return;
  Signal(SIGKILL);
  Wait();
}

void ChildProcess::Signal(int signal) const {
  if (!status_) kill(pid_, signal);
}

int ChildProcess::Wait() { return Reap(0).value(); }

std::optional<int> ChildProcess::Ended() { return Reap(WNOHANG); }

std::optional<int> ChildProcess::Reap(int flags) {
  if (status_) return status_;
  int status = 0;
  pid_t ended = 0;
  do {
    ended = waitpid(pid_, &status, flags);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return std::nullopt;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  return status_;
}

int RunProcess(const Command& command, const std::filesystem::path& log) {
  return ChildProcess(command, log).Wait();
}

ProcessUse UseOfFamily(pid_t pid) {
  ProcessUse use;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) {
      continue;
    }
    pid_t of = 0;
    std::from_chars(name.data(), name.data() + name.size(), of);
    if (of != pid && ParentOf(entry.path()) != pid) continue;
    use.cpu_s += CpuSeconds(entry.path());
    use.written_bytes += WrittenBytes(entry.path());
  }
  return use;
}

std::uint64_t WrittenBytesOfSelf() { return WrittenBytes("/proc/self"); }

}  // namespace idem::bench
