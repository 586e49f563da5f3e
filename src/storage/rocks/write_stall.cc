// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/write_stall.h"

#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <utility>

namespace idem::storage {
namespace {

constexpr std::uint64_t kMicrosPerSecond = 1'000'000;
constexpr std::uint64_t kMicrosPerMilli = 1'000;
constexpr std::uint64_t kPollMicros = 2'000;    // how often to look whether a stop is over
constexpr std::uint64_t kRefillMicros = 1'000;  // how often RocksDB adds to a writer's share

std::uint64_t PauseBefore(const Stall& stall, std::uint64_t bytes, bool refused) {
  if (stall.stopped) return kPollMicros;
  if (stall.bytes_per_s == 0) return refused ? kPollMicros : 0;
  const std::uint64_t share = bytes * kMicrosPerSecond / stall.bytes_per_s + kRefillMicros;
  return refused ? 2 * share : share;
}

}  // namespace

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
                       const MergeRoom* merges, std::uint64_t wait_ms)
    : clock_(options->env->GetSystemClock()),
      health_(health),
      budget_(budget),
      merges_(merges),
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
  std::uint64_t waited_us = 0;
  bool refused = false;
  for (;;) {
    Stall stall = refused || *flag_ ? ReadStall(db) : Stall();
    if (budget_ != nullptr && budget_->MustWait(db)) stall.stopped = true;
    const std::uint64_t pause = PauseBefore(stall, batch->GetDataSize(), refused);
    const bool in_vain = pause > 0 && !health_->Check();
    if (in_vain || pause > limit_us_ - waited_us) return rocksdb::Status::Incomplete("write stall");
    if (pause > 0) clock_->SleepForMicroseconds(static_cast<int>(pause));
    waited_us += pause;
    waited_us_ += pause;
    if (stall.stopped) {
      merges_->Refresh();
      continue;
    }
    rocksdb::Status status = db->Write(options, batch);
    if (!status.IsIncomplete()) return status;
    refused = true;
  }
}

bool WriteStall::WaitFor(const std::function<bool()>& done) {
  std::uint64_t waited_us = 0;
  while (!done()) {
    if (limit_us_ - waited_us < kPollMicros) return false;
    clock_->SleepForMicroseconds(static_cast<int>(kPollMicros));
    waited_us += kPollMicros;
    waited_us_ += kPollMicros;
    merges_->Refresh();
  }
  return true;
}

}  // namespace idem::storage
