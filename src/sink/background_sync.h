// SPDX-License-Identifier: Apache-2.0
//
// BackgroundSync: a thread that makes commits durable soon after they were written. Between two
// syncs it rests: a sync takes time of the processor too, and holds up the writes beside it, so one
// for each commit would cost more than the commits. Who waits for a commit does not wait for that
// (sync_group.h). Ends by itself when a sync fails: the sink is poisoned then, and says so to
// whoever commits next.
//
// Thread-safety: every method may be called from any thread at any time. In a forked child, which
// has no such thread, destruction does nothing, and leaks what the thread waited on: the destructor
// of a condition variable waits for its waiters, and this one would never leave.
#pragma once

#include "pipeline/sync_group.h"

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace idem {

class BackgroundSync {
 public:
  // `syncs` must outlive it.
  explicit BackgroundSync(pipeline::SyncGroup* syncs);
  ~BackgroundSync();
  BackgroundSync(const BackgroundSync&) = delete;
  BackgroundSync& operator=(const BackgroundSync&) = delete;

  // Asks for `commit` to be made durable; does not wait.
  void Want(std::uint64_t commit);

 private:
  void Run();

  pipeline::SyncGroup* const syncs_;
  const pid_t process_;
  std::mutex mutex_;
  std::unique_ptr<std::condition_variable> changed_ = std::make_unique<std::condition_variable>();
  std::uint64_t wanted_ = 0;  // guarded by mutex_
  bool idle_ = false;         // guarded by mutex_; waits for something to be wanted
  bool stopped_ = false;      // guarded by mutex_
  std::thread thread_;        // the last member: it uses the others
};

}  // namespace idem
