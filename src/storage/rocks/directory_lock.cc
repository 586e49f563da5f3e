// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/directory_lock.h"

#include "storage/rocks/status.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace idem::storage {
namespace {

// The directories that this process holds, and the lock file of each. Never destroyed: a store may
// be closed by a static object's destructor.
//
// A forked child has the lock files open too, and the locks belong to the open files: where their
// process is killed the child would keep its directories locked. So it closes them when it begins.
class Registry {
 public:
  static Registry& Instance() {
    static auto* const registry = new Registry;
    return *registry;
  }

  bool Insert(const FileId& directory, Descriptor* file) {
    const std::lock_guard lock(mutex_);
    return held_.emplace(directory, file).second;
  }

  // Not while the process forks: the child must know what to close.
  void Open(const std::string& path, Descriptor* file) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    const std::lock_guard lock(mutex_);
    *file = Descriptor(::open(path.c_str(), kFlags, kOwnersAlone));
  }

  void Erase(const FileId& directory) {
    const std::lock_guard lock(mutex_);
    held_.erase(directory);
  }

 private:
  // Throws std::bad_alloc.
  Registry() {
    const int registered =
        ::pthread_atfork([] { Instance().mutex_.lock(); }, [] { Instance().mutex_.unlock(); },
                         [] {
                           Instance().CloseAll();
                           Instance().mutex_.unlock();
                         });
    if (registered != 0) throw std::bad_alloc();
  }

  void CloseAll() noexcept {
    for (const auto& [directory, file] : held_) *file = Descriptor();
  }

  std::mutex mutex_;
  std::map<FileId, Descriptor*> held_;  // guarded by mutex_, and so is what it points to
};

FileId IdOf(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// Whether a lock request failed because somebody else holds it.
bool IsContention(int error) { return error == EWOULDBLOCK || error == EACCES; }

bool TakeLocks(int fd) {
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return false;
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

void Unlock(int fd) {
  struct flock whole = {};
  whole.l_type = F_UNLCK;
  whole.l_whence = SEEK_SET;
  static_cast<void>(::fcntl(fd, F_OFD_SETLK, &whole));
  static_cast<void>(::flock(fd, LOCK_UN));
}

bool WriteProcess(int fd, pid_t process) {
  const std::string text = std::to_string(process) + "\n";
  return ::ftruncate(fd, 0) == 0 && WriteWhole(fd, text, 0);
}

// The process number written in the lock file; 0 when there is none yet.
pid_t ReadProcess(int fd) {
  std::array<char, 16> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  pid_t process = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, process);
  return process;
}

std::string NameOfProcess(pid_t process) {
  return process > 0 ? "process " + std::to_string(process) : "another process";
}

}  // namespace

std::string LockHolder(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kLockFile;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return {};
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const bool held = ::fcntl(file.get(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  return held ? NameOfProcess(ReadProcess(file.get())) : std::string();
}

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::Acquire(
    const std::filesystem::path& directory) {
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0) return LastSystemError(directory.string());
  const FileId id = IdOf(status);
  // Made first: once the directory is in the registry, nothing may go wrong before it has an owner.
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(directory / kLockFile, id));
  lock->registered_ = Registry::Instance().Insert(id, &lock->opened_);
  if (!lock->registered_) {
    return Error(ErrorCode::kStoreLocked,
                 directory.string() +
                     " is already open in this process; use that sink, or destroy "
                     "it first");
  }
  if (Result<void> locked = lock->LockFile(); !locked) return locked.error();
  return lock;
}

DirectoryLock::DirectoryLock(std::string path, FileId directory)
    : path_(std::move(path)), directory_(directory), owner_(::getpid()) {}

DirectoryLock::~DirectoryLock() {
  // To close alone would leave the directory locked by a child that has not come to its closing. In
  // a child it is closed already: to unlock there would take the lock from the parent.
  if (opened_.is_open() && !InForkedChild()) Unlock(opened_.get());
  if (registered_) Registry::Instance().Erase(directory_);
}

Result<void> DirectoryLock::LockFile() {
  Registry::Instance().Open(path_, &opened_);
  const int fd = opened_.get();
  if (fd < 0 || ::fchmod(fd, kOwnersAlone) != 0) return LastSystemError(path_);
  if (!TakeLocks(fd)) return IsContention(errno) ? HeldByAnother() : LastSystemError(path_);
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return LastSystemError(path_);
  file_ = IdOf(status);
  // Between open and lock the file may have been removed, and another process may hold the next.
  if (!Check()) return HeldByAnother();
  if (!WriteProcess(fd, owner_)) return LastSystemError(path_);
  return {};
}

Error DirectoryLock::HeldByAnother() const {
  const std::string holder = NameOfProcess(ReadProcess(opened_.get()));
  return Error(ErrorCode::kStoreLocked, std::filesystem::path(path_).parent_path().string() +
                                            " is open in " + holder +
                                            "; close it there, or wait until that process ends");
}

Result<void> DirectoryLock::Check() const {
  if (InForkedChild()) {
    return Error(ErrorCode::kStoreLocked, "the store is open in process " + std::to_string(owner_) +
                                              ", of which this one is a fork; write from there");
  }
  struct stat status = {};
  if (::lstat(path_.c_str(), &status) != 0 || IdOf(status) != file_) {
    return Error(ErrorCode::kFenced,
                 path_ +
                     " was removed or replaced, so another writer may own the store; this "
                     "process must not write any more");
  }
  return {};
}

bool DirectoryLock::InForkedChild() const noexcept { return ::getpid() != owner_; }

}  // namespace idem::storage
