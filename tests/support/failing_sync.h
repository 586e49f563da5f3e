// SPDX-License-Identifier: Apache-2.0
//
// FailingSync: a store in memory whose syncs fail when they are told to.
#pragma once

#include "storage/memory/memory_store.h"
#include "support/front_store.h"

namespace idem::testing {

class FailingSync final : public FrontStore {
 public:
  FailingSync() : FrontStore(storage::NewMemoryStore()) {}

  bool failing = false;

  Result<void> Sync() override {
    if (failing) return Error(ErrorCode::kIoError, "told to");
    return FrontStore::Sync();
  }
};

}  // namespace idem::testing
