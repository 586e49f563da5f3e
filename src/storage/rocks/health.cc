// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/health.h"

#include "base/log.h"

#include <rocksdb/listener.h>
#include <rocksdb/status.h>

#include <utility>

namespace idem::storage {
namespace {

class PoisoningListener final : public rocksdb::EventListener {
 public:
  explicit PoisoningListener(std::shared_ptr<Health> health) : health_(std::move(health)) {}

  const char* Name() const override { return "idem.PoisoningListener"; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    health_->Poison(*status);
  }

  // Whatever a later version of RocksDB believes it can repair by itself, it does not.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status status,
                            bool* auto_recovery) override {
    status.PermitUncheckedError();
    *auto_recovery = false;
  }

 private:
  std::shared_ptr<Health> health_;
};

}  // namespace

void Health::Poison(const rocksdb::Status& why) noexcept {
  const std::lock_guard lock(mutex_);
  if (poisoned_.exchange(true, std::memory_order_acq_rel)) return;
  try {
    reason_ = why.ToString();
    base::Log(logger_, LogLevel::kError, "no further writes until the store is reopened: {}",
              reason_);
  } catch (...) {
    // Without memory for the reason it is poisoned all the same.
    return;
  }
}

Result<void> Health::Check() const {
  if (!is_poisoned()) return {};
  const std::lock_guard lock(mutex_);
  return Error(ErrorCode::kPoisoned, "an earlier write failed (" + reason_ +
                                         "); reopen the store and resume from its checkpoints");
}

std::shared_ptr<rocksdb::EventListener> NewPoisoningListener(std::shared_ptr<Health> health) {
  return std::make_shared<PoisoningListener>(std::move(health));
}

}  // namespace idem::storage
