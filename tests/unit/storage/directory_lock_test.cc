// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/directory_lock.h"

#include "support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

namespace idem::storage {
namespace {

using ::idem::testing::TempDirectory;
using ::testing::HasSubstr;

// What Acquire gave, as one byte: 0, or the error's code.
std::uint8_t CodeOf(const Result<std::unique_ptr<DirectoryLock>>& lock) {
  return lock ? 0 : static_cast<std::uint8_t>(lock.error().code());
}

constexpr auto kLocked = static_cast<std::uint8_t>(ErrorCode::kStoreLocked);

// Another process, forked before this one takes any lock. Each Try makes it try to take the lock
// and keep it.
class OtherProcess {
 public:
  explicit OtherProcess(const std::filesystem::path& directory) {
    if (::pipe(ask_) != 0 || ::pipe(answer_) != 0) ADD_FAILURE() << "pipe";
    process_ = ::fork();
    if (process_ == 0) Serve(directory);
  }
  ~OtherProcess() { Kill(); }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  std::uint8_t Try() {
    std::uint8_t code = 0xff;
    if (::write(ask_[1], "t", 1) != 1 || ::read(answer_[0], &code, 1) != 1) ADD_FAILURE() << "pipe";
    return code;
  }

  void Kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

  pid_t process() const { return process_; }

 private:
  [[noreturn]] void Serve(const std::filesystem::path& directory) {
    Result<std::unique_ptr<DirectoryLock>> lock = Error(ErrorCode::kIoError, "");
    for (char request = 0; ::read(ask_[0], &request, 1) == 1;) {
      lock = DirectoryLock::Acquire(directory);
      const std::uint8_t code = CodeOf(lock);
      if (::write(answer_[1], &code, 1) != 1) break;
    }
    ::_exit(0);
  }

  int ask_[2] = {};
  int answer_[2] = {};
  pid_t process_ = 0;
};

// Runs `body` in a forked child and returns what it returned.
int InFork(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DirectoryLock, IsHeldOncePerProcessAndGivenBack) {
  const TempDirectory directory;
  auto first = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(first);
  const auto second = DirectoryLock::Acquire(directory.path());
  ASSERT_EQ(CodeOf(second), kLocked);
  EXPECT_THAT(second.error().message(), HasSubstr("already open in this process"));
  EXPECT_TRUE((*first)->Check());
  first->reset();
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), 0);
}

TEST(DirectoryLock, NoOtherPathLeadsAroundIt) {
  const TempDirectory directory;
  const auto real = directory.path() / "real";
  std::filesystem::create_directory(real);
  std::filesystem::create_directory_symlink(real, directory.path() / "link");
  const auto lock = DirectoryLock::Acquire(real);
  ASSERT_TRUE(lock);
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(directory.path() / "link")), kLocked);
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(real / ".." / "real")), kLocked);
  EXPECT_TRUE((*lock)->Check());
}

TEST(DirectoryLock, AnotherProcessIsRefusedAndToldWhoHoldsIt) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  EXPECT_EQ(other.Try(), 0);
  const auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_EQ(CodeOf(lock), kLocked);
  EXPECT_THAT(lock.error().message(),
              HasSubstr("is open in process " + std::to_string(other.process())));
  EXPECT_THAT(lock.error().message(), HasSubstr(directory.path().string()));
}

TEST(DirectoryLock, EndsWithAProcessThatIsKilled) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  ASSERT_EQ(other.Try(), 0);
  ASSERT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), kLocked);
  other.Kill();
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), 0);
}

// What tar, cp and backup agents do. A POSIX record lock is lost here.
TEST(DirectoryLock, SurvivesThatSomebodyOpensAndClosesItsFile) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  const auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  for (const int flags : {O_RDONLY, O_RDWR}) {
    const int fd = ::open((directory.path() / kLockFile).c_str(), flags);
    ASSERT_GE(fd, 0);
    ::close(fd);
  }
  EXPECT_EQ(other.Try(), kLocked);
  EXPECT_TRUE((*lock)->Check());
}

TEST(DirectoryLock, NoticesThatItsFileWasRemoved) {
  const TempDirectory directory;
  const auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  std::filesystem::remove(directory.path() / kLockFile);
  const Result<void> check = (*lock)->Check();
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code(), ErrorCode::kFenced);
}

TEST(DirectoryLock, NoticesThatAnotherWriterCameAfterARemoval) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  const auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  std::filesystem::remove(directory.path() / kLockFile);
  EXPECT_EQ(other.Try(), 0) << "nothing can keep it out";
  EXPECT_EQ((*lock)->Check().error().code(), ErrorCode::kFenced);
}

TEST(DirectoryLock, NoticesThatItsFileOrDirectoryWasMovedAway) {
  const TempDirectory directory;
  const auto store = directory.path() / "store";
  std::filesystem::create_directory(store);
  const auto lock = DirectoryLock::Acquire(store);
  ASSERT_TRUE(lock);
  std::filesystem::rename(store / kLockFile, store / "elsewhere");
  EXPECT_EQ((*lock)->Check().error().code(), ErrorCode::kFenced);
  std::filesystem::rename(store / "elsewhere", store / kLockFile);
  EXPECT_TRUE((*lock)->Check());

  std::filesystem::rename(store, directory.path() / "moved");
  std::filesystem::create_directory(store);
  EXPECT_EQ((*lock)->Check().error().code(), ErrorCode::kFenced);
}

TEST(DirectoryLock, AForkedChildHasNotGotIt) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  const int code = InFork([&lock] {
    const Result<void> check = (*lock)->Check();
    const int found = check ? 0 : static_cast<int>(check.error().code());
    lock->reset();  // as the destructors of a child do
    return found;
  });
  EXPECT_EQ(code, kLocked);
  EXPECT_TRUE((*lock)->Check());
  EXPECT_EQ(other.Try(), kLocked) << "the child gave the parent's lock away";
}

// A worker that the host forked and never ended must not keep the directory locked.
TEST(DirectoryLock, IsGivenBackThoughAForkedChildLives) {
  const TempDirectory directory;
  OtherProcess other(directory.path());
  auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  lock->reset();
  EXPECT_EQ(other.Try(), 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

// The lock belongs to the open file, which children have too.
TEST(DirectoryLock, EndsWithAProcessThatIsKilledThoughAForkedChildLives) {
  const TempDirectory directory;
  int told[2] = {};
  ASSERT_EQ(::pipe(told), 0);
  const pid_t writer = ::fork();
  if (writer == 0) {
    const auto lock = DirectoryLock::Acquire(directory.path());
    const pid_t worker = lock ? ::fork() : 0;
    if (worker > 0 && ::write(told[1], &worker, sizeof worker) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  pid_t worker = 0;
  ASSERT_EQ(::read(told[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), kLocked);
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  auto lock = DirectoryLock::Acquire(directory.path());
  for (int i = 0; i < 500 && !lock; ++i) {  // the worker may not have come to it yet
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    lock = DirectoryLock::Acquire(directory.path());
  }
  EXPECT_EQ(CodeOf(lock), 0);
  ::kill(worker, SIGKILL);
  ::close(told[0]);
  ::close(told[1]);
}

// The child's destructors find nothing of the parent's to give back.
TEST(DirectoryLock, AChildsOwnFilesAreNotTakenForTheLock) {
  const TempDirectory directory;
  auto lock = DirectoryLock::Acquire(directory.path());
  ASSERT_TRUE(lock);
  EXPECT_EQ(InFork([&lock] {
              const int own = ::open("/dev/null", O_RDONLY);  // has the number of the lock now
              lock->reset();
              return own >= 0 && ::fcntl(own, F_GETFD) >= 0 ? 0 : 1;
            }),
            0);
  EXPECT_TRUE((*lock)->Check());
}

TEST(DirectoryLock, ItsFileIsForTheOwnerAloneAndNoLink) {
  const TempDirectory directory;
  const auto file = directory.path() / kLockFile;
  ASSERT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), 0);
  struct stat status = {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  std::filesystem::remove(file);
  std::filesystem::create_symlink(directory.path() / "target", file);
  EXPECT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())),
            static_cast<std::uint8_t>(ErrorCode::kIoError));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "target"));
}

// A run that was killed leaves the number of its process; whoever comes next writes its own.
TEST(DirectoryLock, ALeftOverFileIsNoLock) {
  const TempDirectory directory;
  std::ofstream(directory.path() / kLockFile) << "99999999 and more that is no number\n";
  ASSERT_EQ(CodeOf(DirectoryLock::Acquire(directory.path())), 0);
  std::ifstream file(directory.path() / kLockFile);
  pid_t process = 0;
  file >> process;
  EXPECT_EQ(process, ::getpid());
}

}  // namespace
}  // namespace idem::storage
