// SPDX-License-Identifier: Apache-2.0
//
// BackgroundLoad: a thread that brings a large store's identities into memory after it was opened,
// while commits go on. When it cannot read on it says so and ends: what is not in memory is read
// from the store then, which will tell of the damage itself.
//
// Thread-safety: every method may be called from any thread at any time. In a forked child, which
// has no such thread, destruction does nothing and leaks what the thread read from.
#pragma once

#include "pipeline/identity_loader.h"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace idem {

class BackgroundLoad {
 public:
  // `mutex` guards `identities`. Both, and `logger` where there is one, must outlive it.
  BackgroundLoad(std::unique_ptr<pipeline::IdentityLoader> loader, std::mutex* mutex,
                 pipeline::Identities* identities, Logger* logger);
  ~BackgroundLoad();
  BackgroundLoad(const BackgroundLoad&) = delete;
  BackgroundLoad& operator=(const BackgroundLoad&) = delete;

  // About how many rows and event ids are still to come. 0: done, or ended.
  std::uint64_t remaining() const noexcept { return remaining_.load(std::memory_order_relaxed); }

 private:
  void Run() noexcept;
  Result<void> LoadAll();

  std::unique_ptr<pipeline::IdentityLoader> loader_;  // the thread's
  std::mutex* const mutex_;
  pipeline::Identities* const identities_;
  Logger* const logger_;
  const pid_t process_;
  std::atomic<std::uint64_t> remaining_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace idem
