// SPDX-License-Identifier: Apache-2.0
//
// AcknowledgesBeforeTheSync: a known bug as a store to put in front of a good one. More than one
// test must catch it.
#pragma once

#include "support/front_store.h"

namespace idem::power {

using testing::FrontStore;

class AcknowledgesBeforeTheSync final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Commit(const storage::WritePlan& plan, Durability) override {
    return inner().Commit(plan, Durability::kAsync);
  }
  Result<void> Sync() override { return {}; }
};

}  // namespace idem::power
