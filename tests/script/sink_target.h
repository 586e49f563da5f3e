// SPDX-License-Identifier: Apache-2.0
//
// SinkTarget: a real sink, on either store, driven by operations. Everything goes through the
// public API.
#pragma once

#include "script/target.h"

#include <idem/idem.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace idem::script {

enum class StoreKind : std::uint8_t { kMemory, kRocks };

class SinkTarget final : public Target {
 public:
  // A rocks store lives in `directory`, which must not exist or hold a store of the same tables.
  SinkTarget(StoreKind store, const SinkOptions& options, std::filesystem::path directory = {});
  // Takes over a sink that is open already; it cannot be opened again.
  SinkTarget(std::unique_ptr<IdempotentSink> sink, const SinkOptions& options);
  ~SinkTarget() override;

  Answer Do(const Step& step) override;
  // Commits with another durability than the sink's own; the step's token counts.
  Answer CommitWith(const Commit& step, std::optional<Durability> durability);
  State Read() override;
  std::string Check() override;

  // The last commit of which the sink says that it happened.
  std::uint64_t CommitNumber() const;

  IdempotentSink& sink() { return *sink_; }
  const Table& table(const std::string& name) const { return tables_.at(name); }
  void Close();  // only a rocks store can be opened again
  void Open();

  // Fills a batch as the actions say.
  void Fill(const std::vector<Action>& actions, Batch* batch) const;

  // Takes note of verdicts reported to somebody who committed to sink() directly.
  void Count(const std::vector<Outcome>& outcomes);

 private:
  Answer Run(const OpenTable& step);
  Answer Run(const DeclareSource& step);
  Answer Run(const Commit& step);
  Answer Run(const Rewind& step);
  Answer Run(const Resolve& step);
  Answer Run(const ForgetTokens& step);
  Answer Run(const ForgetRequests& step);
  Answer Run(const PurgeQuarantine& step);
  Answer Run(const Collect& step);
  Answer Run(const Flush& step);
  Answer Run(const Reopen& step);
  std::string CheckMetrics() const;

  StoreKind store_;
  SinkOptions options_;
  std::filesystem::path directory_;
  std::map<std::string, TableOptions> definitions_;
  std::map<std::string, Table> tables_;
  std::unique_ptr<IdempotentSink> sink_;
  Batch batch_;
  std::array<std::uint64_t, kVerdictCount> verdicts_{};  // reported since the sink was opened
};

// Everything that a snapshot holds. Throws BadResult where it cannot be read.
State ReadState(const Snapshot& snapshot);

// Parts as the API takes them; they refer to `tuple`.
std::vector<KeyPart> ToParts(const Tuple& tuple);
Tuple FromKey(const Key& key);

}  // namespace idem::script
