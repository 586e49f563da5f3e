// SPDX-License-Identifier: Apache-2.0
#include "sink/background_sync.h"

#include <unistd.h>

#include <chrono>
#include <new>

namespace idem {
namespace {

// Long beside a sync of a good disk, short beside what anybody notices. Commits of 100 records, not
// waited for, were half as fast again with it.
constexpr std::chrono::milliseconds kRest{2};

}  // namespace

BackgroundSync::BackgroundSync(pipeline::SyncGroup* syncs)
    : syncs_(syncs), process_(getpid()), thread_([this] { Run(); }) {}

BackgroundSync::~BackgroundSync() {
  if (getpid() != process_) {
    thread_.detach();
    static_cast<void>(changed_.release());
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_->notify_one();
  thread_.join();
}

void BackgroundSync::Want(std::uint64_t commit) {
  {
    const std::lock_guard lock(mutex_);
    if (commit <= wanted_) return;
    wanted_ = commit;
    if (!idle_) return;
  }
  changed_->notify_one();
}

void BackgroundSync::Run() {
  std::uint64_t done = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    idle_ = true;
    changed_->wait(lock, [&] { return stopped_ || wanted_ > done; });
    idle_ = false;
    if (stopped_) return;
    const std::uint64_t commit = wanted_;
    lock.unlock();
    try {
      if (!syncs_->WaitFor(commit)) return;
    } catch (const std::bad_alloc&) {  // the sink is poisoned, so the next wait is the last
    }
    done = commit;
    lock.lock();
    changed_->wait_for(lock, kRest, [&] { return stopped_; });
  }
}

}  // namespace idem
