// SPDX-License-Identifier: Apache-2.0
//
// CheckpointsApart: the oldest bug of ingestion, rows and position in two steps, put in front of a
// store. A test that cuts processes or power short must notice it in either order.
#pragma once

#include <memory>
#include <utility>

#include "codec/keyspace.h"
#include "support/front_store.h"

namespace idem::testing {

class CheckpointsApart final : public FrontStore {
 public:
  CheckpointsApart(std::unique_ptr<storage::Store> inner, bool checkpoints_first)
      : FrontStore(std::move(inner)), checkpoints_first_(checkpoints_first) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    storage::WritePlan checkpoints{plan.writer_epoch, {}};
    storage::WritePlan rest{plan.writer_epoch, {}};
    for (const storage::Write& write : plan.writes) {
      (IsCheckpoint(write) ? checkpoints : rest).writes.push_back(write);
    }
    if (!checkpoints_first_) std::swap(checkpoints, rest);
    if (Result<void> first = inner().Commit(checkpoints, durability); !first) return first;
    return inner().Commit(rest, durability);
  }

 private:
  static bool IsCheckpoint(const storage::Write& write) {
    return write.key.front() == static_cast<char>(codec::Space::kCheckpoint);
  }

  bool checkpoints_first_;
};

}  // namespace idem::testing
