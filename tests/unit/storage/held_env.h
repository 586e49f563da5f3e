// SPDX-License-Identifier: Apache-2.0
//
// HeldEnv: RocksDB's own environment, whose flushes or compactions do not begin before they are
// released: a disk that has stopped working for whoever works in the background.
#pragma once

#include <rocksdb/env.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <vector>

namespace idem::testing {

class HeldEnv final : public rocksdb::EnvWrapper {
 public:
  explicit HeldEnv(rocksdb::Env* env = rocksdb::Env::Default()) : EnvWrapper(env) {}

  // Flushes are HIGH, compactions LOW.
  void Hold(Priority priority) {
    const std::lock_guard lock(mutex_);
    held_priority_ = priority;
    holding_ = true;
  }

  void Release() {
    std::vector<Job> jobs;
    {
      const std::lock_guard lock(mutex_);
      holding_ = false;
      jobs.swap(jobs_);
    }
    for (const Job& job : jobs) Start(job);
  }

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unschedule)(void*)) override {
    const Job job{function, argument, priority, tag, unschedule};
    {
      const std::lock_guard lock(mutex_);
      if (holding_ && priority == held_priority_) {
        jobs_.push_back(job);
        return;
      }
    }
    Start(job);
  }

  int UnSchedule(void* tag, Priority priority) override {
    std::vector<Job> dropped;
    {
      const std::lock_guard lock(mutex_);
      const auto kept = std::partition(jobs_.begin(), jobs_.end(), [&](const Job& job) {
        return job.tag != tag || job.priority != priority;
      });
      std::move(kept, jobs_.end(), std::back_inserter(dropped));
      jobs_.erase(kept, jobs_.end());
    }
    for (const Job& job : dropped) {
      if (job.unschedule != nullptr) job.unschedule(job.argument);
    }
    return static_cast<int>(dropped.size()) + EnvWrapper::UnSchedule(tag, priority);
  }

 private:
  struct Job {
    void (*function)(void*);
    void* argument;
    Priority priority;
    void* tag;
    void (*unschedule)(void*);
  };
  void Start(const Job& job) {
    EnvWrapper::Schedule(job.function, job.argument, job.priority, job.tag, job.unschedule);
  }

  std::mutex mutex_;
  bool holding_ = false;
  Priority held_priority_ = Priority::HIGH;
  std::vector<Job> jobs_;
};

}  // namespace idem::testing
