// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/write_stall.h"

#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::uint64_t kMicrosPerSecond = 1'000'000;
constexpr std::uint64_t kMicrosPerMilli = 1'000;
constexpr std::uint64_t kNanosPerMicro = 1'000;
constexpr std::uint64_t kPollMicros = 2'000;    // how often to look whether a stop is over
constexpr std::uint64_t kRefillMicros = 1'000;  // how often RocksDB adds to a writer's share
constexpr std::uint64_t kNapMicros = 20'000;    // how often to look whether a slowdown is over

std::uint64_t PauseBefore(const Stall& stall, std::uint64_t bytes, bool refused) {
  if (stall.stopped) return kPollMicros;
  if (stall.bytes_per_s == 0) return refused ? kPollMicros : 0;
  const std::uint64_t share = bytes * kMicrosPerSecond / stall.bytes_per_s + kRefillMicros;
  return refused ? 2 * share : share;
}

}  // namespace

// The waiting of one commit. What it slept is told by the clock; where that stands still meanwhile,
// as in a simulation, it is what was asked for.
class WriteStall::Patience {
 public:
  explicit Patience(WriteStall* stall) : stall_(stall) {}

  // Sleeps for `micros`, but no longer than is left of the limit, nor than there is a reason to.
  // Returns for how long; 0: nothing was left.
  std::uint64_t Sleep(std::uint64_t micros) {
    if (used_us_ >= stall_->limit_us_) return 0;
    const std::uint64_t begin = used_us_;
    const std::uint64_t until = begin + std::min(micros, stall_->limit_us_ - begin);
    do {
      Nap(std::min(kNapMicros, until - used_us_));
    } while (used_us_ < until && *stall_->flag_ && !stall_->health_->is_poisoned());
    return used_us_ - begin;
  }

 private:
  void Nap(std::uint64_t micros) {
    const std::uint64_t begin = stall_->clock_->NowNanos();
    stall_->clock_->SleepForMicroseconds(static_cast<int>(micros));
    const std::uint64_t took = (stall_->clock_->NowNanos() - begin) / kNanosPerMicro;
    used_us_ += std::max(micros, took);
    stall_->waited_us_ += std::max(micros, took);
  }

  WriteStall* const stall_;
  std::uint64_t used_us_ = 0;  // of the limit
};

class WriteStall::Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<Flag> flag) : flag_(std::move(flag)) {}

  const char* Name() const override { return "idem.WriteStall"; }

  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
    *flag_ = info.condition.cur != rocksdb::WriteStallCondition::kNormal;
  }

 private:
  const std::shared_ptr<Flag> flag_;
};

WriteStall::WriteStall(rocksdb::Options* options, const Health* health, MemoryBudgetImpl* budget,
                       const MergeRoom* merges, WriterQueue* queue, std::uint64_t wait_ms)
    : clock_(options->env->GetSystemClock()),
      health_(health),
      budget_(budget),
      merges_(merges),
      queue_(queue),
      limit_us_(wait_ms * kMicrosPerMilli) {
  options->listeners.push_back(std::make_shared<Listener>(flag_));
}

Error WriteStall::TimedOut() {
  return Error(ErrorCode::kStalled,
               "flushes or compactions do not keep up, and the commit waited for as long as "
               "SinkOptions::stall_wait_ms allows; nothing was applied: commit again later");
}

Stall ReadStall(rocksdb::DB* db) {
  std::uint64_t stopped = 0;
  Stall stall;
  db->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
  db->GetIntProperty(rocksdb::DB::Properties::kActualDelayedWriteRate, &stall.bytes_per_s);
  stall.stopped = stopped != 0;
  return stall;
}

rocksdb::Status WriteStall::Write(rocksdb::DB* db, rocksdb::WriteOptions options,
                                  rocksdb::WriteBatch* batch) {
  options.no_slowdown = true;
  Patience patience(this);
  bool refused = false;
  for (;;) {
    Stall stall = refused || *flag_ ? ReadStall(db) : Stall();
    if (budget_ != nullptr && budget_->MustWait(db)) stall.stopped = true;
    const std::uint64_t pause = PauseBefore(stall, batch->GetDataSize(), refused);
    if (pause > 0) {
      const std::uint64_t slept = health_->is_poisoned() ? 0 : patience.Sleep(pause);
      if (slept == 0) return rocksdb::Status::Incomplete("write stall");
      if (stall.stopped) merges_->Refresh();
      if (stall.stopped || slept < pause) continue;
    }
    rocksdb::Status status = queue_->Through([&] { return db->Write(options, batch); });
    if (!status.IsIncomplete()) return status;
    refused = true;
  }
}

bool WriteStall::WaitFor(const std::function<bool()>& done) {
  Patience patience(this);
  while (!done()) {
    if (!patience.Sleep(kPollMicros)) return false;
    merges_->Refresh();
  }
  return true;
}

}  // namespace idem::storage
