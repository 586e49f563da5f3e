// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of idem's fails once, in a run of its own. The host of the contract: what threw
// std::bad_alloc or said "retry" is done again, a poisoned sink is opened again first. In the end
// the store is that of a run in which memory never was short.
//
// IDEM_MEMORY_STRIDE: every how many-th allocation; 1 are all. IDEM_MEMORY_FIRST: from which on;
// with IDEM_MEMORY_RUNS=1 that one alone, which is what a failure prints.

#include "memory/failing_memory.h"
#include "script/parse.h"
#include "script/sink_target.h"
#include "script/text.h"
#include "support/scratch.h"
#include "support/settings.h"

#include <gtest/gtest.h>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace idem {
namespace {

using script::Answer;
using script::SinkTarget;
using script::Step;
using script::StoreKind;
using testing::FailingMemory;
using testing::Setting;

// Every kind of call and of commit.
constexpr std::string_view kScenario = R"(
table rows upsert horizon=10
table log append
table docs upsert ignore=meta.ts
source strict rank=2
commit
  from s/0@0
  upsert rows ("a key that is longer than a small string", 1) v5 "a value that is longer, too"
  insert log (1) event=("an event id of some length") "x"
  from s/0@1
  upsert docs (1) v1 "{\"a\":1,\"meta\":{\"ts\":1}}"
  from s/0@5
  delete rows (2) v1
commit token=app:1
  from strict/"a partition by name"@0 life="one life of the source"
  upsert rows (3) v7 "x"
  insert log (1) "another payload of the same key, for the quarantine"
  upsert docs (1) v2 "no json"
commit token=app:1
  from strict/"a partition by name"@0 life="one life of the source"
  upsert rows (3) v7 "x"
  insert log (1) "another payload of the same key, for the quarantine"
  upsert docs (1) v2 "no json"
commit token="a label that is longer than a small string"
  advance s/0@6 note="a note of the host, longer than a small string"
  empty s/0 [7,9)
  upsert rows (9) v100 "far"
accept insert log (1) "another payload of the same key, for the quarantine"
rewind s/0 to=3 reason="a reason that is longer than a small string"
forget-tokens app below=2
collect rows
flush
reopen
table late append
commit
  from s/0@3
  insert late ("after the reopening, with a key of some length") "x"
  upsert rows ("a key that is longer than a small string", 1) v4 "older"
)";

std::vector<Step> Steps() {
  std::vector<Step> steps;
  for (const script::Block& block : script::SplitBlocks(kScenario)) {
    script::ExpectedAnswer expected;
    steps.push_back(script::ParseStep(block, &expected).value());
  }
  return steps;
}

SinkOptions Options() {
  SinkOptions options;
  options.on_invalid = InvalidPolicy::kQuarantine;
  options.durability = Durability::kAsync;
  options.write_buffer_bytes = 1 << 20;
  options.cache_bytes = 1 << 20;
  options.filter_bytes = 1 << 14;
  return options;
}

class Host {
 public:
  Host(StoreKind store, std::filesystem::path directory)
      : store_(store), directory_(std::move(directory)) {}

  // False when the store is poisoned and in memory: it ends there, as a store in memory does.
  bool Run(const std::vector<Step>& steps) {
    Try([&] { target_ = std::make_unique<SinkTarget>(store_, Options(), directory_); });
    for (const Step& step : steps) {
      if (!Do(step)) return false;
    }
    Try([&] { state_ = script::ToText(target_->Read(), true); });
    return true;
  }

  const std::string& state() const { return state_; }
  SinkTarget& target() { return *target_; }
  bool was_poisoned() const { return was_poisoned_; }

 private:
  // Memory is short once: whatever came of it, the second time there is enough.
  template <typename Call>
  void Try(const Call& call) {
    FailingMemory::Resume();
    try {
      call();
      FailingMemory::Pause();
      return;
    } catch (const std::bad_alloc&) {
      FailingMemory::Pause();
    } catch (const BadResult& error) {
      FailingMemory::Pause();
      EXPECT_EQ(error.code(), ErrorCode::kIoError) << error.what();
    }
    EXPECT_TRUE(FailingMemory::HasFailed());
    call();
  }

  bool Do(const Step& step) {
    std::optional<Answer> answer;
    FailingMemory::Resume();
    try {
      answer = target_->Do(step);
    } catch (const std::bad_alloc&) {
    } catch (const BadResult& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIoError) << error.what();
    }
    FailingMemory::Pause();
    if (answer && answer->ok()) return true;
    EXPECT_TRUE(FailingMemory::HasFailed()) << (answer ? answer->message : "it threw");
    if (std::holds_alternative<script::Reopen>(step)) target_->Close();
    Answer again = std::holds_alternative<script::Reopen>(step) ? Reopen() : target_->Do(step);
    if (!again.ok() && again.errors[0] == ErrorCode::kPoisoned) {
      was_poisoned_ = true;
      if (store_ == StoreKind::kMemory) return false;
      Reopen();
      again = target_->Do(step);
    }
    EXPECT_TRUE(again.ok()) << again.message << "\nat the step:\n" << script::ToText(step);
    return true;
  }

  Answer Reopen() {
    target_->Close();
    target_->Open();
    return {};
  }

  const StoreKind store_;
  const std::filesystem::path directory_;
  std::unique_ptr<SinkTarget> target_;
  std::string state_;
  bool was_poisoned_ = false;
};

std::ptrdiff_t OpenDescriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

class AllocationFailure : public ::testing::TestWithParam<StoreKind> {
 protected:
  // The state in the end; empty when the run ended with a poisoned store in memory.
  std::string Run() {
    const std::filesystem::path directory = scratch_.path() / "store";
    std::filesystem::remove_all(directory);
    Host host(GetParam(), directory);
    const bool whole = host.Run(steps_);
    const VerifyReport report = host.target().sink().NewSnapshot().value().Verify().value();
    if (host.was_poisoned()) ++poisoned_;
    EXPECT_TRUE(report.ok()) << (report.findings.empty() ? "" : report.findings[0].what);
    return whole ? host.state() : "";
  }

  void FailEach(FailingMemory::Mode mode) {
    if (GetParam() == StoreKind::kRocks && !FailingMemory::KnowsRocksDb()) {
      GTEST_SKIP() << "RocksDB is linked statically: its allocations cannot be told from ours";
    }
    FailingMemory::Arm(UINT64_MAX, mode);
    FailingMemory::Pause();
    const std::string wanted = Run();
    const std::ptrdiff_t descriptors = OpenDescriptors();
    const std::uint64_t stride = Setting("IDEM_MEMORY_STRIDE").value_or(Stride());
    std::uint64_t n = Setting("IDEM_MEMORY_FIRST").value_or(1);
    std::uint64_t left = Setting("IDEM_MEMORY_RUNS").value_or(UINT64_MAX);
    std::uint64_t runs = 0;
    for (; left > 0; --left) {
      FailingMemory::Arm(n, mode);
      FailingMemory::Pause();
      const std::string got = Run();
      const std::uint64_t failed = FailingMemory::Disarm();
      if (failed == 0) break;
      ++runs;
      EXPECT_EQ(OpenDescriptors(), descriptors) << "one was left open";
      EXPECT_TRUE(got.empty() || got == wanted) << "wanted:\n" << wanted << "got:\n" << got;
      ASSERT_FALSE(HasFailure()) << "repeat: IDEM_MEMORY_FIRST=" << failed << " IDEM_MEMORY_RUNS=1";
      n = failed + stride;
    }
    std::printf("%llu allocations failed, every %llu-th of %llu; %llu poisoned the sink\n",
                static_cast<unsigned long long>(runs), static_cast<unsigned long long>(stride),
                static_cast<unsigned long long>(n - stride),
                static_cast<unsigned long long>(poisoned_));
    EXPECT_GT(runs, 0U);
    EXPECT_LT(4 * poisoned_, runs) << "a sink that needs reopening is the exception";
  }

 private:
  // A run on disk takes some milliseconds; a stride that is prime meets other ones after changes.
  std::uint64_t Stride() const { return GetParam() == StoreKind::kMemory ? 1 : 13; }

  testing::Scratch scratch_{"idem-memory"};
  std::uint64_t poisoned_ = 0;
  const std::vector<Step> steps_ = Steps();
};

TEST(PartsOfAKey, AreAllReadOrNone) {
  const Key key(std::vector<KeyPart>{KeyPart("a text that no string keeps within itself"),
                                     KeyPart("and another one of which that is as true")});
  for (std::uint64_t n = 1;; ++n) {
    std::string storage;
    std::size_t parts = 0;
    FailingMemory::Arm(n, FailingMemory::Mode::kOnce);
    try {
      parts = key.Parts(&storage).size();
    } catch (const std::bad_alloc&) {
    }
    if (FailingMemory::Disarm() == 0) {
      EXPECT_EQ(parts, 2U);
      EXPECT_GT(n, 3U);
      break;
    }
    EXPECT_EQ(parts, 0U) << "allocation " << n;
  }
}

TEST_P(AllocationFailure, OneAllocationFails) { FailEach(FailingMemory::Mode::kOnce); }

TEST_P(AllocationFailure, MemoryIsShortUntilTheCallEnds) {
  FailEach(FailingMemory::Mode::kFromThen);
}

INSTANTIATE_TEST_SUITE_P(Stores, AllocationFailure,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kRocks),
                         [](const auto& store) {
                           return store.param == StoreKind::kMemory ? "memory" : "rocks";
                         });

}  // namespace
}  // namespace idem
