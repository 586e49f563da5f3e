// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/commit_pipe.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace idem::cli {
namespace {

// While it lives, new threads are born without SIGINT and SIGTERM: these must reach the thread that
// reads, or a read of a pipe with nothing in it would go on waiting.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

CommitPipe::CommitPipe(Commit commit, const Limits& limits) : commit_(std::move(commit)) {
  for (Piece& piece : pieces_) piece.batch = Batch(limits);
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { CommitAll(); });
}

CommitPipe::~CommitPipe() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CommitPipe::Send() {
  ++sent_;
  {
    const std::lock_guard lock(mutex_);
    offered_ = sent_;
  }
  changed_.notify_all();
}

Piece* CommitPipe::Receive() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_ > received_; });
  if (thrown_ != nullptr && done_ == received_ + 1) {
    received_ = sent_;
    std::rethrow_exception(thrown_);
  }
  Piece* piece = &pieces_[received_ % kPieces];
  const bool failed = !piece->report->has_value();
  received_ = failed ? sent_ : received_ + 1;
  return piece;
}

Piece* CommitPipe::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ending_ || done_ < offered_; });
  return ending_ ? nullptr : &pieces_[done_ % kPieces];
}

void CommitPipe::Done(std::exception_ptr thrown) {
  {
    const std::lock_guard lock(mutex_);
    thrown_ = std::move(thrown);
    ++done_;
  }
  changed_.notify_all();
}

void CommitPipe::CommitAll() {
  while (Piece* piece = Next()) {
    try {
      piece->report.emplace(commit_(piece->batch));
    } catch (...) {
      Done(std::current_exception());
      return;
    }
    const bool failed = !piece->report->has_value();
    Done(nullptr);
    if (failed) return;
  }
}

}  // namespace idem::cli
