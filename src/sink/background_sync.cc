// SPDX-License-Identifier: Apache-2.0
#include "sink/background_sync.h"

#include <unistd.h>
#include <new>

namespace idem {

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
  }
  changed_->notify_one();
}

void BackgroundSync::Run() {
  std::uint64_t done = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_->wait(lock, [&] { return stopped_ || wanted_ > done; });
    if (stopped_) return;
    const std::uint64_t commit = wanted_;
    lock.unlock();
    try {
      if (!syncs_->WaitFor(commit)) return;
    } catch (const std::bad_alloc&) {  // synced with the next commit, or by who waits for it
    }
    done = commit;
    lock.lock();
  }
}

}  // namespace idem
