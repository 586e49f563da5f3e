// SPDX-License-Identifier: Apache-2.0
//
// Watch: sees from outside where commits are on their way: whether one is being written, whether
// another one was decided meanwhile (src/pipeline/committer.h), and when commits are synced. It is
// the store and the clock of a sink; every decision that gets to its end asks for the time. A write
// lingers, now before it is done and now after it, so that there is time for a decision beside it;
// and a sync, for a commit to be written meanwhile.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <idem/clock.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "support/front_store.h"

namespace idem::crash {

// Zero is a valid initial state, and it may lie in memory that processes share.
struct Sight {
  std::atomic<bool> writing;
  std::atomic<bool> beside;  // a commit was decided since that write began
  std::atomic<bool> syncing;
  std::atomic<std::uint32_t> decided_beside;  // so often, in all
};

enum class Moment : std::uint32_t { kOpening, kBetween, kWriting, kBeside, kSyncing, kClosing };
inline constexpr std::size_t kMoments = 6;

using Reached = std::function<void(Moment)>;

class WatchedStore final : public testing::FrontStore {
 public:
  WatchedStore(std::unique_ptr<storage::Store> inner, Sight* sight, Reached reached)
      : FrontStore(std::move(inner)), sight_(sight), reached_(std::move(reached)) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    sight_->beside = false;
    sight_->writing = true;
    reached_(Moment::kWriting);
    const bool before = writes_++ % 2 == 0;
    const auto decided_beside = [this] { return sight_->beside.load(); };
    if (before) LingerUntil(decided_beside);
    auto written = inner().Commit(plan, durability);
    if (!before) LingerUntil(decided_beside);
    sight_->writing = false;
    return written;
  }

  Result<void> Sync() override {
    sight_->syncing = true;
    reached_(Moment::kSyncing);
    const std::uint64_t writes = writes_;
    LingerUntil([this, writes] { return writes_ > writes && !sight_->writing; });
    auto synced = inner().Sync();
    sight_->syncing = false;
    return synced;
  }

 private:
  // Not for long: what is waited for may have to wait for this one.
  template <typename Condition>
  static void LingerUntil(const Condition& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
    while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  }

  Sight* const sight_;
  const Reached reached_;
  std::atomic<std::uint64_t> writes_ = 0;
};

class WatchedClock final : public Clock {
 public:
  WatchedClock(Sight* sight, Reached reached) : sight_(sight), reached_(std::move(reached)) {}

  std::int64_t WallMicros() noexcept override {
    if (sight_->writing) {
      sight_->beside = true;
      ++sight_->decided_beside;
      reached_(Moment::kBeside);
    }
    return Clock::System()->WallMicros();
  }
  std::int64_t SteadyNanos() noexcept override { return Clock::System()->SteadyNanos(); }

 private:
  Sight* const sight_;
  const Reached reached_;
};

}  // namespace idem::crash
