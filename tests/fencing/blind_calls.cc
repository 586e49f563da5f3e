// SPDX-License-Identifier: Apache-2.0
#include "fencing/blind_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <map>
#include <mutex>
#include <string>

namespace idem::fencing {
namespace {

Blindness blindness = Blindness::kNone;
pid_t first_process = 0;
std::mutex mutex;
std::map<std::string, struct stat> first_looks;  // guarded by mutex

}  // namespace

void SetBlindness(Blindness wanted) {
  blindness = wanted;
  first_process = 0;
}

}  // namespace idem::fencing

using idem::fencing::Blindness;
using idem::fencing::blindness;

extern "C" {

int __real_flock(int fd, int operation);
int __real_fcntl(int fd, int command, ...);
int __real_lstat(const char* path, struct stat* status);
pid_t __real_getpid();

int __wrap_flock(int fd, int operation) {
  return blindness == Blindness::kOnlyRocksDb ? 0 : __real_flock(fd, operation);
}

int __wrap_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (blindness == Blindness::kOnlyRocksDb && command == F_OFD_SETLK) return 0;
  return __real_fcntl(fd, command, argument);
}

int __wrap_lstat(const char* path, struct stat* status) {
  using idem::fencing::first_looks;
  const int result = __real_lstat(path, status);
  if (blindness != Blindness::kFiles && blindness != Blindness::kOnlyRocksDb) return result;
  const std::lock_guard lock(idem::fencing::mutex);
  if (result == 0) first_looks.try_emplace(path, *status);
  const auto first = first_looks.find(path);
  if (first == first_looks.end()) return result;
  *status = first->second;
  return 0;
}

pid_t __wrap_getpid() {
  using idem::fencing::first_process;
  if (blindness != Blindness::kProcesses) return __real_getpid();
  if (first_process == 0) first_process = __real_getpid();
  return first_process;
}

}  // extern "C"
