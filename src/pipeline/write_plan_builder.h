// SPDX-License-Identifier: Apache-2.0
//
// WritePlanBuilder: collects the entries of one commit. Owns the bytes it is given.
#pragma once

#include "base/arena.h"
#include "storage/store.h"

#include <string>
#include <string_view>

namespace idem::pipeline {

class WritePlanBuilder {
 public:
  void Clear() noexcept {
    plan_.writes.clear();
    arena_.Clear();
  }
  // `key` must outlive the plan; PutCopy and Erase copy it.
  void PutView(std::string_view key, std::string_view value) {
    plan_.writes.push_back({key, arena_.Copy(value)});
  }
  void PutCopy(std::string_view key, std::string_view value) { PutView(arena_.Copy(key), value); }
  void Erase(std::string_view key) { plan_.writes.push_back({arena_.Copy(key), std::nullopt}); }

  bool empty() const noexcept { return plan_.writes.empty(); }
  const storage::WritePlan& Finish(std::uint64_t epoch) {
    plan_.writer_epoch = epoch;
    return plan_;
  }

 private:
  storage::WritePlan plan_;
  base::Arena arena_;
};

}  // namespace idem::pipeline
