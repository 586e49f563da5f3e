// SPDX-License-Identifier: Apache-2.0
//
// WritePlanBuilder: collects the entries of one commit, and what of them is to be remembered in
// memory (identities.h) once it has happened. Owns the bytes it is given, but for payloads.
#pragma once

#include "base/arena.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace idem::pipeline {

// An entry of the plan that is a row or an event id.
struct StagedIdentity {
  std::string_view key;
  std::uint64_t hash = 0;  // of the key
  std::string_view head;   // see identities.h
};

class WritePlanBuilder {
 public:
  void Clear() noexcept {
    plan_.writes.clear();
    plan_.prepared.reset();
    identities_.clear();
    erased_.clear();
    arena_.Clear();
  }

  void Put(std::string_view key, std::string_view value) {
    plan_.writes.push_back({arena_.Copy(key), arena_.Copy(value)});
  }
  void Erase(std::string_view key) {
    plan_.writes.push_back({arena_.Copy(key), std::nullopt});
    erased_.push_back(plan_.writes.back().key);
  }
  // `key` and `payload` must outlive the plan. The value is so much of the head as is stored and,
  // of a row, the payload.
  void PutIdentity(std::string_view key, std::uint64_t hash, std::string_view head,
                   std::size_t stored_bytes, std::string_view payload) {
    const std::string_view kept = arena_.Copy(head);
    plan_.writes.push_back({key, kept.substr(0, stored_bytes), payload});
    identities_.push_back({key, hash, kept});
  }

  // Of all plans until it is set again.
  void set_path(storage::WritePath path) noexcept { plan_.path = path; }

  bool empty() const noexcept { return plan_.writes.empty(); }
  std::span<const StagedIdentity> identities() const noexcept { return identities_; }
  std::span<const std::string_view> erased() const noexcept { return erased_; }  // any keys
  const storage::WritePlan& Finish(std::uint64_t epoch) {
    plan_.writer_epoch = epoch;
    return plan_;
  }

  // Before its turn to be written, and after it. Nothing is added to the plan once it is prepared.
  void PrepareFor(const storage::Store& store) { store.Prepare(&plan_); }
  void DropPrepared() noexcept { plan_.prepared.reset(); }

 private:
  storage::WritePlan plan_;
  std::vector<StagedIdentity> identities_;
  std::vector<std::string_view> erased_;
  base::Arena arena_;
};

}  // namespace idem::pipeline
