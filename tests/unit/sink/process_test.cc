// SPDX-License-Identifier: Apache-2.0
//
// What other processes see of an open store.
#include "support/temp_directory.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace idem {
namespace {

// Runs `body` in a child and returns its exit status, or -signal.
int InChild(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Processes, ASecondOneIsLockedOutUntilTheFirstIsKilled) {
  const testing::TempDirectory directory;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto sink = IdempotentSink::Open(directory.path()).value();
    Batch batch;
    batch.Insert(sink->OpenTable("log", {.mode = TableMode::kAppend}).value(), {"k"}, "v");
    const bool ok = sink->Commit(batch).has_value();
    if (::write(pipe[1], ok ? "y" : "n", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  const auto refused = IdempotentSink::Open(directory.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kStoreLocked);
  EXPECT_EQ(refused.error().next_step(), NextStep::kRetry);
  {
    const auto reader = StoreReader::Open(directory.path()).value();
    EXPECT_TRUE(reader->NewSnapshot().value().Get("log", {"k"}).value());
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
  const auto sink = IdempotentSink::Open(directory.path()).value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  EXPECT_EQ(log.Get({"k"}).value()->value, "v");
}

TEST(Processes, AForkedChildMayNotWrite) {
  const testing::TempDirectory directory;
  const auto sink = IdempotentSink::Open(directory.path()).value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  Batch batch;
  batch.Insert(log, {"k"}, "v");
  const int child = InChild([&] {
    const auto locked = [](const auto& result) {
      return !result && result.error().code() == ErrorCode::kStoreLocked;
    };
    if (!locked(sink->Commit(batch))) return 1;
    if (!locked(sink->Flush())) return 2;
    if (!locked(sink->Flush())) return 3;
    return locked(sink->OpenTable("other")) ? 0 : 4;
  });
  EXPECT_EQ(child, 0);
  EXPECT_EQ(sink->Commit(batch).value().count(Verdict::kInserted), 1U);
}

TEST(Processes, AReaderSeesWhatALiveWriterHasCommitted) {
  const testing::TempDirectory directory;
  const auto sink = IdempotentSink::Open(directory.path()).value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const auto reader = StoreReader::Open(directory.path()).value();
  for (int i = 1; i <= 3; ++i) {
    Batch batch;
    batch.Insert(log, {i}, "v");
    ASSERT_TRUE(sink->Commit(batch));
    const Snapshot now = reader->NewSnapshot().value();
    EXPECT_EQ(now.GetTable("log").value().rows, static_cast<std::uint64_t>(i));
    EXPECT_EQ(now.GetTable("log").value().digest, log.Digest());
  }
}

}  // namespace
}  // namespace idem
