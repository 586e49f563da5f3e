// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/commit_pipe.h"

#include <gtest/gtest.h>
#include <idem/idempotent_sink.h>
#include <pthread.h>

#include <atomic>
#include <csignal>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idem::cli {
namespace {

class CommitPipeTest : public ::testing::Test {
 protected:
  void Open() {
    Open([this](const Batch& batch) { return sink_->Commit(batch); });
  }
  void Open(CommitPipe::Commit commit) {
    sink_ = IdempotentSink::OpenInMemory().value();
    table_ = sink_->OpenTable("t", {.mode = TableMode::kAppend}).value();
    pipe_ = std::make_unique<CommitPipe>(std::move(commit));
  }

  // Sends a piece with one record; an empty key makes it invalid.
  void Send(const std::string& key) {
    Piece* piece = pipe_->filling();
    std::vector<KeyPart> parts;
    if (!key.empty()) parts.emplace_back(key);
    piece->batch.Clear();
    piece->batch.Insert(*table_, parts, "value");
    pipe_->Send();
  }

  std::uint64_t Rows() { return sink_->NewSnapshot()->GetTable("t")->rows; }
  bool Has(const std::string& key) {
    return sink_->NewSnapshot()->Get("t", Key(key)).value().has_value();
  }

  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> table_;
  std::unique_ptr<CommitPipe> pipe_;
};

TEST_F(CommitPipeTest, CommitsInTheOrderOfSending) {
  Open();
  constexpr std::uint64_t kCount = 500;
  std::uint64_t received = 0;
  std::uint64_t last = 0;
  const auto receive = [&] {
    const Piece* piece = pipe_->Receive();
    ASSERT_TRUE(piece->report->has_value());
    EXPECT_GT((*piece->report)->commit(), last);
    last = (*piece->report)->commit();
    EXPECT_EQ(piece->line_count, received++);
  };
  for (std::uint64_t i = 0; i < kCount; ++i) {
    while (pipe_->full()) receive();
    pipe_->filling()->line_count = i;
    Send("key" + std::to_string(i));
  }
  while (pipe_->in_flight() > 0) receive();
  EXPECT_EQ(received, kCount);
  EXPECT_EQ(Rows(), kCount);
}

// Often, as a commit too many could come too late to be seen.
TEST_F(CommitPipeTest, TheFirstCommitThatFailsIsTheLast) {
  for (int round = 0; round < 50; ++round) {
    Open();
    Send("before");
    Send("");
    Send("after");
    EXPECT_TRUE(pipe_->full());
    EXPECT_TRUE(pipe_->Receive()->report->has_value());
    const Piece* failed = pipe_->Receive();
    ASSERT_FALSE(failed->report->has_value());
    EXPECT_EQ(failed->report->error().code(), ErrorCode::kInvalidRecord);
    EXPECT_EQ(pipe_->in_flight(), 0U);
    pipe_.reset();
    ASSERT_EQ(Rows(), 1U);
  }
}

// The commit at work is finished, what was begun is whole, and nothing is left out in between.
TEST_F(CommitPipeTest, EndsWithWorkInFlight) {
  for (int round = 0; round < 50; ++round) {
    std::promise<void> began;
    std::promise<void> go_on;
    std::atomic<std::uint64_t> begun = 0;
    Open([&](const Batch& batch) {
      if (++begun == 1) {
        began.set_value();
        go_on.get_future().wait();
      }
      return sink_->Commit(batch);
    });
    for (const char* key : {"a", "b", "c"}) Send(key);
    began.get_future().wait();
    go_on.set_value();
    pipe_.reset();
    const std::uint64_t rows = Rows();
    EXPECT_GE(rows, 1U);
    EXPECT_EQ(rows, begun);
    EXPECT_EQ(Has("a"), rows >= 1);
    EXPECT_EQ(Has("b"), rows >= 2);
    EXPECT_EQ(Has("c"), rows >= 3);
  }
}

TEST_F(CommitPipeTest, ReceiveThrowsWhatACommitThrew) {
  std::atomic<int> commits = 0;
  pipe_ = std::make_unique<CommitPipe>([&commits](const Batch&) -> Result<CommitReport> {
    if (++commits == 2) throw std::bad_alloc();
    return CommitReport();
  });
  for (int i = 0; i < 3; ++i) pipe_->Send();
  EXPECT_TRUE(pipe_->Receive()->report->has_value());
  EXPECT_THROW(pipe_->Receive(), std::bad_alloc);
  EXPECT_EQ(pipe_->in_flight(), 0U);
  pipe_.reset();
  EXPECT_EQ(commits, 2);
}

bool Blocks(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

TEST_F(CommitPipeTest, LeavesSignalsToTheThreadThatReads) {
  std::atomic<bool> left = false;
  pipe_ = std::make_unique<CommitPipe>([&left](const Batch&) -> Result<CommitReport> {
    left = Blocks(SIGINT) && Blocks(SIGTERM);
    return CommitReport();
  });
  pipe_->Send();
  pipe_->Receive();
  EXPECT_TRUE(left);
  EXPECT_FALSE(Blocks(SIGINT) || Blocks(SIGTERM));
}

}  // namespace
}  // namespace idem::cli
