// SPDX-License-Identifier: Apache-2.0
#include "sink/background_load.h"

#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace idem {

BackgroundLoad::BackgroundLoad(std::unique_ptr<pipeline::IdentityLoader> loader, std::mutex* mutex,
                               pipeline::Identities* identities, Logger* logger)
    : loader_(std::move(loader)),
      mutex_(mutex),
      identities_(identities),
      logger_(logger),
      process_(getpid()),
      remaining_(loader_->keys()),
      thread_([this] { Run(); }) {}

BackgroundLoad::~BackgroundLoad() {
  if (getpid() != process_) {
    thread_.detach();
    static_cast<void>(loader_.release());
    return;
  }
  stopped_ = true;
  thread_.join();
}

void BackgroundLoad::Run() noexcept {
  try {
    if (auto loaded = LoadAll(); !loaded) {
      base::Log(logger_, LogLevel::kError,
                "loading identities stopped ({}); decisions read the store instead, more slowly: "
                "run `idem verify`",
                loaded.error().message());
    }
  } catch (const std::bad_alloc&) {
    base::Log(logger_, LogLevel::kError,
              "loading identities stopped for want of memory; decisions read the store instead, "
              "more slowly: reopen the sink with more memory");
  }
  loader_.reset();  // what its view holds on to may go
  remaining_ = 0;
}

Result<void> BackgroundLoad::LoadAll() {
  while (!stopped_ && !loader_->done()) {
    if (auto read = loader_->Read(); !read) return read;
    const std::lock_guard lock(*mutex_);
    loader_->Tell(identities_);
    remaining_ = loader_->keys() - std::min(loader_->keys(), loader_->told());
  }
  return {};
}

}  // namespace idem
