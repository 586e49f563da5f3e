// SPDX-License-Identifier: Apache-2.0
//
// Pairing: a store in front of another one that lets two threads commit side by side, in one order
// of all that they do to the disk: a run can still be repeated to the byte. The first commit comes
// to its write and waits there until the second one is decided beside it, if it can be. The second
// one is written when it is its turn, and is synced after the first one has returned. Where the
// first one is not written, the second one is not written either: numbers keep their batches.
//
// Thread-safety: one thread calls Run, and at most its two commits call the rest meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "support/front_store.h"

namespace idem::power {

class Pairing final : public testing::FrontStore {
 public:
  // `patience` is for a decision: one that depends on the first commit does not come before that is
  // published.
  Pairing(std::unique_ptr<storage::Store> inner, std::chrono::milliseconds patience)
      : FrontStore(std::move(inner)), patience_(patience) {}

  // When the second commit is written: while the first one is synced, before or after the disk has
  // done that, or when the first one has returned. Without such a sync it is always the last. Or
  // as it comes, and synced as it comes: no two runs are the same then.
  enum class Turn : std::uint8_t { kBeforeTheSync, kAfterTheSync, kAfterTheFirst, kAsItComes };
  static constexpr std::size_t kTurns = 3;  // that can be repeated

  struct Pair {
    std::function<void()> first;
    std::function<void()> second;  // on a thread of its own, if the first one comes to its write
    std::function<bool()> second_is_published;
    Turn turn = Turn::kAfterTheFirst;
  };
  void Run(const Pair& pair);

  std::uint64_t decided_beside() const { return decided_beside_; }

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override;
  Result<void> Sync() override;
  Result<void> KeepWatermark(std::string_view note) override;

  // How many commits were written while the disk synced the one before.
  std::uint64_t written_beside_a_sync() const { return written_beside_a_sync_; }

 private:
  bool IsSecond() const { return std::this_thread::get_id() == second_; }
  void Set(bool* what);
  void WaitFor(const bool& what);
  Result<void> CommitFirst(const storage::WritePlan& plan, Durability durability);
  Result<void> CommitSecond(const storage::WritePlan& plan, Durability durability);
  void AwaitDecision();
  void AwaitSync() const;
  void LetSecondWrite();

  const std::chrono::milliseconds patience_;
  const Pair* pair_ = nullptr;  // null: one commit at a time
  std::thread::id second_;
  std::atomic<std::uint64_t> decided_beside_ = 0;
  std::atomic<std::uint64_t> written_beside_a_sync_ = 0;
  std::atomic<bool> syncing_ = false;

  // Held where the disk is changed or the watermark, which whoever records the disk reads.
  std::mutex recorded_;

  // Set by the first commit before it lets the second one go on.
  bool first_stayed_out_ = false;  // it has returned and never come to its write
  std::optional<Error> refused_;   // why it is not written

  std::mutex mutex_;  // held to set what follows
  std::condition_variable changed_;
  bool second_may_begin_ = false;
  bool second_may_be_written_ = false;
  bool first_has_returned_ = false;
  std::atomic<bool> second_has_returned_ = false;
};

}  // namespace idem::power
