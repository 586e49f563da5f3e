// SPDX-License-Identifier: Apache-2.0
//
// What other processes see of an open store.
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"
#include "support/temp_directory.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

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

// Commits wait at a gate.
class GatedStore final : public testing::FrontStore {
 public:
  using FrontStore::FrontStore;

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return inner().Commit(plan, durability);
  }

  void WaitForCommit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void OpenGate() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void CloseGate() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    waiting_ = 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;   // guarded by mutex_
  bool open_ = true;  // guarded by mutex_
};

TEST(Processes, AChildIsRefusedWhateverAThreadOfItsParentHeld) {
  const auto store = std::make_shared<GatedStore>(storage::NewMemoryStore());
  const auto sink = SinkImpl::Open(store, {.durability = Durability::kAsync}).value();
  const Table table = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const auto insert = [&] {
    Batch batch;
    batch.Insert(table, {"k"}, "v");
    return sink->Commit(batch);
  };
  store->CloseGate();
  std::thread writer([&] { EXPECT_TRUE(insert()); });
  store->WaitForCommit();
  EXPECT_EQ(InChild([&] {
              ::alarm(20);
              const auto refused = insert();
              return !refused && refused.error().code() == ErrorCode::kStoreLocked ? 0 : 1;
            }),
            0);
  store->OpenGate();
  writer.join();
}

// Who reads the metrics holds the ledger while it asks this.
class SlowGauge final : public testing::FrontStore {
 public:
  using FrontStore::FrontStore;

  std::uint64_t StalledMicros() const override {
    if (slow_) {
      asked_.set_value();
      answer_.get_future().wait();
    }
    return 0;
  }
  void BeSlow() { slow_ = true; }
  void WaitUntilAsked() { asked_.get_future().wait(); }
  void Answer() { answer_.set_value(); }

 private:
  bool slow_ = false;
  mutable std::promise<void> asked_;
  mutable std::promise<void> answer_;
};

TEST(Processes, AChildIsRefusedEveryCallThatCanFail) {
  const auto store = std::make_shared<SlowGauge>(storage::NewMemoryStore());
  const auto sink = SinkImpl::Open(store, {}).value();
  const Table table = sink->OpenTable("rows").value();
  store->BeSlow();
  std::thread reader([&] { sink->ReadMetrics(); });
  store->WaitUntilAsked();
  const auto locked = [](const auto& result) {
    return !result && result.error().code() == ErrorCode::kStoreLocked;
  };
  EXPECT_EQ(InChild([&] {
              ::alarm(20);
              if (!locked(sink->Commit(Batch()))) return 1;
              if (!locked(sink->Flush())) return 2;
              if (!locked(sink->WaitDurable(1))) return 3;
              if (!locked(sink->ResumeFrom("topic"))) return 4;
              if (!locked(sink->NewSnapshot())) return 5;
              return locked(table.Get({1})) ? 0 : 6;
            }),
            0);
  store->Answer();
  reader.join();
}

TEST(Processes, ASecondOneIsLockedOutUntilTheFirstIsKilled) {
  const testing::TempDirectory directory;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto sink = IdempotentSink::Open(directory.path());
    const bool forked_late = !sink && sink.error().code() == ErrorCode::kUnsupported;
    if (forked_late) ::_exit(::write(pipe[1], "u", 1) == 1 ? 0 : 1);
    Batch batch;
    batch.Insert((*sink)->OpenTable("log", {.mode = TableMode::kAppend}).value(), {"k"}, "v");
    const bool ok = (*sink)->Commit(batch).has_value();
    if (::write(pipe[1], ok ? "y" : "n", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
  if (answer == 'u')
    GTEST_SKIP() << "another test of this process has opened a store; run it alone";
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

bool IsUnsupported(const Error& error) {
  return error.code() == ErrorCode::kUnsupported &&
         error.message().find("exec") != std::string::npos;
}

TEST(Processes, AChildOfOneThatHadAStoreOpenIsToldWhyItCannotOpenOne) {
  const testing::TempDirectory directory;
  ASSERT_TRUE(IdempotentSink::Open(directory.path()));
  EXPECT_EQ(InChild([&] {
              ::alarm(20);
              const auto refused = [](const auto& result) {
                return !result && IsUnsupported(result.error());
              };
              if (!refused(IdempotentSink::Open(directory.path()))) return 1;
              if (!refused(IdempotentSink::Open(directory.path() / "other"))) return 2;
              if (!refused(StoreReader::Open(directory.path()))) return 3;
              if (!refused(PlanRecovery(directory.path()))) return 4;
              if (!refused(Recover(directory.path(), 1))) return 5;
              return IdempotentSink::OpenInMemory() ? 0 : 6;
            }),
            0);
  EXPECT_TRUE(IdempotentSink::Open(directory.path())) << "the parent may as before";
}

TEST(Processes, AChildCannotReopenAndKeepsTheSinkAsItIs) {
  const testing::TempDirectory directory;
  auto sink = IdempotentSink::Open(directory.path()).value();
  EXPECT_EQ(InChild([&] {
              ::alarm(20);
              const auto reopened = IdempotentSink::Reopen(std::move(sink));
              const bool locked = !reopened && reopened.error().code() == ErrorCode::kStoreLocked;
              return locked && sink != nullptr ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(sink->OpenTable("rows"));
}

// A user other than root, whom no limit binds, may have no more threads. False: that cannot be had.
bool ForbidThreads() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() == 0 && ::setuid(kNobody) != 0) return false;
  const rlimit none = {0, 0};
  return ::setrlimit(RLIMIT_NPROC, &none) == 0;
}

TEST(Processes, AThreadThatCannotBeStartedIsAnErrorOfTheOpening) {
  constexpr int kUnable = 77;
  SinkOptions options;
  options.background_sync = true;
  const int child = InChild([&] {
    if (!ForbidThreads()) return kUnable;
    const auto opened = IdempotentSink::OpenInMemory(options);
    return !opened && opened.error().code() == ErrorCode::kIoError ? 0 : 1;
  });
  if (child == kUnable) GTEST_SKIP() << "this system does not limit threads";
  EXPECT_EQ(child, 0);
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
