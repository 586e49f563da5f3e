// SPDX-License-Identifier: Apache-2.0
//
// A sink on a store that a test shares with it and can make fail.
#pragma once

#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/front_store.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace idem::testing {

// Forwards to a memory store, and fails on demand.
class FaultyStore final : public FrontStore {
 public:
  FaultyStore() : FrontStore(storage::NewMemoryStore()) {}

  std::optional<ErrorCode> fail_commit, fail_read, fail_sync;
  bool commit_although_unknown = false;
  int syncs = 0;

  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    if (fail_read) return Error(*fail_read, "told to");
    return FrontStore::Read(keys, result);
  }
  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    if (!fail_commit) return FrontStore::Commit(plan, durability);
    if (commit_although_unknown) {
      if (auto ok = FrontStore::Commit(plan, durability); !ok) return ok;
    }
    return Error(*fail_commit, "told to");
  }
  Result<void> Sync() override {
    ++syncs;
    if (fail_sync) return Error(*fail_sync, "told to");
    return FrontStore::Sync();
  }
};

class PipelineTest : public ::testing::Test {
 protected:
  void Open(const SinkOptions& options = {}) {
    sink_ = SinkImpl::Open(store_, options).value();
    rows_.emplace(sink_->OpenTable("rows").value());
    log_.emplace(sink_->OpenTable("log", {.mode = TableMode::kAppend}).value());
  }
  void SetUp() override { Open(); }

  ErrorCode CommitError(const CommitOptions& options = {}) {
    const auto report = sink_->Commit(batch_, options);
    EXPECT_FALSE(report);
    return report ? ErrorCode{} : report.error().code();
  }
  Outcome OnlyOutcome(const CommitOptions& options = {}) {
    const CommitReport report = sink_->Commit(batch_, options).value();
    EXPECT_EQ(report.outcomes().size(), 1U);
    return report.outcomes().at(0);
  }

  const std::shared_ptr<FaultyStore> store_ = std::make_shared<FaultyStore>();
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<Table> rows_, log_;
  Batch batch_;
};

}  // namespace idem::testing
