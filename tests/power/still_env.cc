// SPDX-License-Identifier: Apache-2.0
#include "power/still_env.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace idem::power {
namespace {

constexpr int kJobsAtOnceMax = 20;

// Time passes for who looks at it, and nobody waits for it. By NowNanos, which measures what a
// sleep took, it stands still: however long jobs run, a wait has as many steps each time.
class RestlessClock final : public rocksdb::SystemClockWrapper {
 public:
  RestlessClock(const std::shared_ptr<rocksdb::SystemClock>& clock, StillEnv* env)
      : SystemClockWrapper(clock), env_(env) {}
  const char* Name() const override { return "idem.RestlessClock"; }
  std::uint64_t NowNanos() override { return 0; }
  void SleepForMicroseconds(int) override { env_->RunJobs(); }

 private:
  StillEnv* const env_;
};

}  // namespace

StillEnv::StillEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system)
    : StillEnv(file_system, rocksdb::SystemClock::Default()) {}

StillEnv::StillEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system,
                   const std::shared_ptr<rocksdb::SystemClock>& clock)
    : EnvWrapper(rocksdb::NewCompositeEnv(file_system)) {
  file_system_ = file_system;
  system_clock_ = std::make_shared<RestlessClock>(clock, this);
}

void StillEnv::RunJobs() {
  if (running_) return;  // a job sleeps
  running_ = true;
  for (int run = 0; run < kJobsAtOnceMax && !jobs_.empty(); ++run) {
    const Job job = jobs_.front();
    jobs_.pop_front();
    job.function(job.argument);
  }
  running_ = false;
}

void StillEnv::Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                        void (*unschedule)(void*)) {
  jobs_.push_back({function, argument, priority, tag, unschedule});
}

int StillEnv::UnSchedule(void* tag, Priority priority) {
  std::vector<Job> dropped;
  const auto is_dropped = [&](const Job& job) {
    return job.tag == tag && job.priority == priority;
  };
  std::copy_if(jobs_.begin(), jobs_.end(), std::back_inserter(dropped), is_dropped);
  std::erase_if(jobs_, is_dropped);
  for (const Job& job : dropped) {
    if (job.unschedule != nullptr) job.unschedule(job.argument);
  }
  return static_cast<int>(dropped.size());
}

unsigned int StillEnv::GetThreadPoolQueueLen(Priority priority) const {
  return static_cast<unsigned int>(std::count_if(
      jobs_.begin(), jobs_.end(), [priority](const Job& job) { return job.priority == priority; }));
}

void StillEnv::SleepForMicroseconds(int) {}

}  // namespace idem::power
