// SPDX-License-Identifier: Apache-2.0
//
// StillEnv: an environment of RocksDB without threads and without waiting. Flushes and compactions
// wait in a queue until RunJobs, which runs them on the caller's thread: one thread alone touches
// the disk, so the same run makes the same operations. A sleep takes no time, and lets the jobs run
// for which whoever sleeps may be waiting.
//
// Whoever lets two write buffers fill without RunJobs waits for ever.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <deque>
#include <memory>
#include <string>

namespace idem::power {

class StillEnv final : public rocksdb::EnvWrapper {
 public:
  explicit StillEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system);
  // With a clock of the caller's. Its NowMicros must be the real one, by which threads wait.
  StillEnv(const std::shared_ptr<rocksdb::FileSystem>& file_system,
           const std::shared_ptr<rocksdb::SystemClock>& clock);

  // Runs what is queued, and what that queues, until nothing is left or much was done: a compaction
  // that met an error which may pass queues itself again.
  void RunJobs();
  bool HasJobs() const { return !jobs_.empty(); }

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unschedule)(void*)) override;
  int UnSchedule(void* tag, Priority priority) override;
  unsigned int GetThreadPoolQueueLen(Priority priority) const override;
  void SleepForMicroseconds(int micros) override;
  std::string GenerateUniqueId() override { return "00000000-0000-0000-0000-000000000000"; }

  // There are no threads to be had.
  int GetBackgroundThreads(Priority) override { return 1; }
  void SetBackgroundThreads(int, Priority) override {}
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}

 private:
  struct Job {
    void (*function)(void*);
    void* argument;
    Priority priority;
    void* tag;
    void (*unschedule)(void*);
  };
  std::deque<Job> jobs_;
  bool running_ = false;  // a job is under way
};

}  // namespace idem::power
