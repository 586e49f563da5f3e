// SPDX-License-Identifier: Apache-2.0
//
// FrontStore: a store in front of another one, which does all the work. A test changes one method:
// to make it fail, to watch it, or to put a bug back into the library.
#pragma once

#include "storage/store.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace idem::testing {

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
  // Whoever commits another plan than this one leaves out what was prepared.
  void Prepare(storage::WritePlan* plan) const override { inner_->Prepare(plan); }
  Result<void> CheckWriter(std::uint64_t writer_epoch) const override {
    return inner_->CheckWriter(writer_epoch);
  }
  Result<std::uint64_t> TakeEpoch() override { return inner_->TakeEpoch(); }
  Result<void> Sync() override { return inner_->Sync(); }
  Result<void> KeepWatermark(std::string_view note) override { return inner_->KeepWatermark(note); }
  Result<std::string> ReadWatermark() const override { return inner_->ReadWatermark(); }
  Result<std::unique_ptr<storage::StoreView>> NewView() const override { return inner_->NewView(); }
  storage::StorePressure ReadPressure() const override { return inner_->ReadPressure(); }
  std::uint64_t StalledMicros() const override { return inner_->StalledMicros(); }

 protected:
  storage::Store& inner() const { return *inner_; }

 private:
  const std::unique_ptr<storage::Store> inner_;
};

}  // namespace idem::testing
