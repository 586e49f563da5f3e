// SPDX-License-Identifier: Apache-2.0
//
// Runner: carries out one scenario file on one target and reports every expectation that fails, at
// its line of the file. The language is described in README.md beside the scenarios.
#pragma once

#include "script/parse.h"
#include "script/sink_target.h"
#include "script/target.h"

#include <idem/clock.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace idem::scenario {

enum class TargetKind : std::uint8_t { kOracle, kMemory, kRocks };

// A clock that stands still until a scenario moves it, in either direction.
class ManualClock final : public Clock {
 public:
  std::int64_t WallMicros() noexcept override { return wall_micros_; }
  std::int64_t SteadyNanos() noexcept override { return Clock::System()->SteadyNanos(); }
  void Set(std::int64_t wall_micros) noexcept { wall_micros_ = wall_micros; }

 private:
  std::int64_t wall_micros_ = 0;
};

class Runner {
 public:
  // `scratch` is an empty directory that may be filled.
  Runner(TargetKind kind, std::string file, std::filesystem::path scratch);
  ~Runner();

  void Run(std::string_view text);

 private:
  using Check = void (Runner::*)(script::Lexer*, const script::Block&);

  void RunBlock(const script::Block& block);
  void RunStep(const script::Step& step, const script::Block& block,
               const script::ExpectedAnswer& expected);
  void ExpectOutcomes(const script::Commit& commit, const script::Block& block,
                      const script::Answer& answer);
  void Fresh();

  // runner_checks.cc: what only looks
  void CheckRows(script::Lexer* line, const script::Block& block);
  void CheckGet(script::Lexer* line, const script::Block& block);
  void CheckCounts(script::Lexer* line, const script::Block& block);
  void CheckCheckpoint(script::Lexer* line, const script::Block& block);
  void CheckResume(script::Lexer* line, const script::Block& block);
  void CheckDurable(script::Lexer* line, const script::Block& block);
  void CheckQuarantine(script::Lexer* line, const script::Block& block);
  void CheckRewinds(script::Lexer* line, const script::Block& block);
  void CheckGaps(script::Lexer* line, const script::Block& block);
  void CheckLastCommit(script::Lexer* line, const script::Block& block);
  void RememberDigest(script::Lexer* line, const script::Block& block);
  void CheckSameDigest(script::Lexer* line, const script::Block& block);
  void CheckOtherDigest(script::Lexer* line, const script::Block& block);

  // runner.cc: what acts, beyond single operations
  void RunFresh(script::Lexer* line, const script::Block& block);
  void RunClock(script::Lexer* line, const script::Block& block);
  void RunRepeat(script::Lexer* line, const script::Block& block);
  void RunRace(script::Lexer* line, const script::Block& block);
  void RunSecondWriter(script::Lexer* line, const script::Block& block);
  void RunSave(script::Lexer* line, const script::Block& block);
  void RunRestore(script::Lexer* line, const script::Block& block);
  void RunVerify(script::Lexer* line, const script::Block& block);

  void Fail(const script::Line& line, const std::string& what) const;
  void ExpectText(const script::Line& line, const std::string& got,
                  const std::string& wanted) const;
  script::TableState TableNamed(const script::Line& line, const std::string& name);
  std::string DigestOf(const script::Line& line, const std::string& table);

  TargetKind kind_;
  std::string file_;
  std::filesystem::path scratch_;
  int stores_made_ = 0;
  ManualClock clock_;
  SinkOptions options_;
  std::filesystem::path store_;
  std::unique_ptr<script::Target> target_;
  script::SinkTarget* sink_ = nullptr;  // null for the oracle
  std::vector<OpenGap> last_gaps_;
  std::map<std::string, std::string> digests_;
};

}  // namespace idem::scenario
