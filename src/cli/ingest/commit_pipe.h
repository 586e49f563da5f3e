// SPDX-License-Identifier: Apache-2.0
//
// CommitPipe: commits batches on a thread of its own, while the next ones are made.
//
//   caller:  fill -> Send -> fill -> Send -> ...   Receive -> count
//   thread:          Commit   Commit  ...
//
// Contract
//   * Pieces are committed one at a time and in the order they were sent, and received in that
//     order. kPieces bounds how many exist: one is being filled, the others wait or are committed.
//   * The first commit that fails is the last one. What was sent after it is never committed, and
//     is not received either.
//   * A piece that is received is committed: others see it, and it is in the log. Whether it
//     survives power loss the pipe does not know, and with an asynchronous commit it need not yet.
//     So nothing may be counted, printed or acknowledged because it was received: that is for
//     DurableTally to say.
//   * While nothing is in flight the thread does nothing.
//   * What a commit throws (memory has run out) Receive throws; it is the last commit, too.
//
// Thread-safety: one caller. A piece belongs to the caller while it is filled and once it is
// received; of a piece in flight only `lines` may be read.
#pragma once

#include <idem/batch.h>
#include <idem/commit_report.h>
#include <idem/result.h>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "cli/ingest/line_fingerprint.h"
#include "cli/ingest/pending_lines.h"

namespace idem::cli {

// Some lines of the input, and the batch made of the first of them.
struct Piece {
  PendingLines lines;
  Batch batch;
  std::size_t end = 0;           // the batch is made of the entries [0, end)
  std::uint64_t line_count = 0;  // of the input, in these entries
  LineFingerprint before;        // of all lines of the file up to this piece
  std::optional<Result<CommitReport>> report;
};

class CommitPipe final {
 public:
  static constexpr std::size_t kPieces = 3;

  using Commit = std::function<Result<CommitReport>(const Batch&)>;

  // What `commit` uses must outlive the pipe. Batches are made with `limits`.
  explicit CommitPipe(Commit commit, const Limits& limits = {});
  // Waits for the commit at hand; those behind it are not done.
  ~CommitPipe();
  CommitPipe(const CommitPipe&) = delete;
  CommitPipe& operator=(const CommitPipe&) = delete;

  // The piece to fill. Precondition: !full().
  Piece* filling() noexcept { return &pieces_[sent_ % kPieces]; }

  // Hands it over. Precondition: !full().
  void Send();

  // The oldest piece in flight, once it is committed or has failed. Valid until kPieces - 1 more
  // are sent. Precondition: in_flight() > 0.
  Piece* Receive();

  std::size_t in_flight() const noexcept { return sent_ - received_; }
  bool full() const noexcept { return in_flight() == kPieces; }

 private:
  void CommitAll();
  // The next piece to commit; null when there will be none.
  Piece* Next();
  void Done(std::exception_ptr thrown);

  Commit commit_;
  std::array<Piece, kPieces> pieces_;

  // The caller's own.
  std::size_t sent_ = 0;
  std::size_t received_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t offered_ = 0;  // what the thread knows of sent_
  std::size_t done_ = 0;
  bool ending_ = false;
  std::exception_ptr thrown_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace idem::cli
