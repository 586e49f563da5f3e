// SPDX-License-Identifier: Apache-2.0
//
// Draft: one commit on its way, from what its batch touches to the plan that is written. Kept for
// its memory.
#pragma once

#include "pipeline/source_pass.h"
#include "pipeline/working_set.h"
#include "pipeline/write_plan_builder.h"

#include <cstdint>
#include <string>

namespace idem::pipeline {

struct Draft {
  explicit Draft(const Identities* identities) : work(identities) {}

  std::uint64_t after = 0;   // the last commit that was published when it was begun
  std::uint64_t commit = 0;  // its own number, where it has an effect
  bool pending = false;      // it is being written, and how that ends is not published yet
  SourcePassResult sources;
  WorkingSet work;
  WritePlanBuilder plan;

  // `beside` is the commit that is being written meanwhile; null: none.
  void Begin(std::uint64_t last_commit, const Draft* beside) noexcept {
    after = last_commit;
    commit = last_commit + (beside == nullptr ? 1 : 2);
    sources.beside = beside == nullptr ? nullptr : &beside->sources;
    work.Clear();
    if (beside != nullptr) work.beside = &beside->work;
    plan.Clear();
  }
};

}  // namespace idem::pipeline
