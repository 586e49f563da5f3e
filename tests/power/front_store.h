// SPDX-License-Identifier: Apache-2.0
//
// FrontStore: a store in front of another one, to put a bug back into the library: a mutant changes
// one method.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "power/session.h"
#include "storage/store.h"

namespace idem::power {

class FrontStore : public storage::Store {
 public:
  explicit FrontStore(std::unique_ptr<storage::Store> inner) : inner_(std::move(inner)) {}

  std::unique_ptr<storage::ReadResult> NewReadResult() const override {
    return inner_->NewReadResult();
  }
  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    return inner_->Read(keys, result);
  }
  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    return inner_->Commit(plan, durability);
  }
  Result<std::uint64_t> TakeEpoch() override { return inner_->TakeEpoch(); }
  Result<void> Sync() override { return inner_->Sync(); }
  Result<std::unique_ptr<storage::StoreView>> NewView() const override { return inner_->NewView(); }

 protected:
  std::unique_ptr<storage::Store> inner_;
};

template <typename Mutant, typename... Arguments>
StoreWrapper Wrapper(Arguments... arguments) {
  return [=](std::unique_ptr<storage::Store> inner) {
    return std::make_shared<Mutant>(std::move(inner), arguments...);
  };
}

}  // namespace idem::power
