// SPDX-License-Identifier: Apache-2.0
//
// What a host stores stays in the store. Marked data goes through every kind of refusal and
// failure; no mark may come out by an error, the log, metrics or health, and neither data nor the
// name of the machine may stand in a file that is not there for them. Names from outside never
// become paths.
#include <idem/idem.h>

#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace idem {
namespace {

namespace fs = std::filesystem;

// Each kind of data has a mark of its own, so that a leak tells where it comes from.
constexpr char kKey[] = "mark-of-a-key";
constexpr char kValue[] = "mark-of-a-value";
constexpr char kEvent[] = "mark-of-an-event";
constexpr char kToken[] = "mark-of-a-token";
constexpr char kNote[] = "mark-of-a-note";
constexpr char kReason[] = "mark-of-a-reason";
// A name as those of tables and sources are, which may be told.
constexpr char kPartition[] = "a-partition";
constexpr char kMark[] = "mark-of-a";
constexpr char kMarkInHex[] = "6d61726b2d6f662d61";

bool HoldsMark(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.find(kMark) != std::string::npos || text.find(kMarkInHex) != std::string::npos;
}

// Keeps everything that is told to the world outside of the store.
class Outside final : public Logger {
 public:
  void Log(LogLevel, std::string_view message) noexcept override { Say(std::string(message)); }

  void Say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    ++said_;
    EXPECT_FALSE(HoldsMark(text)) << text;
  }
  template <typename T>
  ErrorCode Say(const Result<T>& result) {
    if (result) return ErrorCode{};
    Say(result.error().ToString());
    return result.error().code();
  }
  int said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  mutable std::mutex mutex_;
  int said_ = 0;
};

std::string Contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class Secrets : public ::testing::Test {
 protected:
  void Open(SinkOptions options = {}) {
    options.logger = &outside_;
    options.write_buffer_bytes = 64 << 10;
    options.limits.key_bytes = 64;
    options.limits.value_bytes = 8'000;
    options.on_invalid = InvalidPolicy::kQuarantine;
    sink_.reset();
    auto opened = IdempotentSink::Open(path(), options);
    outside_.Say(opened);
    if (opened) sink_ = *std::move(opened);
  }
  fs::path path() const { return directory_.path() / "store"; }

  ErrorCode Commit(const Batch& batch, const CommitOptions& options = {}) {
    const auto report = sink_->Commit(batch, options);
    if (report) {
      for (const Outcome& outcome : report->outcomes()) {
        outside_.Say(std::string(ToString(outcome.verdict)) + " " +
                     std::string(ToString(outcome.reason)));
      }
    }
    return outside_.Say(report);
  }

  // Enough that the background writes sorted files and merges them.
  void Fill() {
    const Table rows = sink_->OpenTable("rows").value();
    for (int i = 0; i < 120; ++i) {
      Batch batch;
      batch.From({.source = "s", .partition = kPartition, .offset = i});
      batch.Upsert(rows, {kKey, i}, kValue + std::string(4'000, 'x'), {.version = 1});
      ASSERT_EQ(Commit(batch, {.durability = Durability::kAsync}), ErrorCode{});
    }
    ASSERT_TRUE(sink_->Flush());
  }

  const testing::TempDirectory directory_;
  Outside outside_;
  std::unique_ptr<IdempotentSink> sink_;
};

TEST_F(Secrets, ARefusalNamesNoData) {
  Open();
  const Table log = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const Table json = sink_->OpenTable("json", {.canonical_json = true}).value();
  const std::string key = kKey;
  Batch batch;
  batch.Insert(log, {key}, kValue);
  batch.Insert(log, {key}, kValue + std::string("2"));  // a conflict
  batch.Upsert(json, {key}, std::string("{\"") + kValue + "\":", {.version = 1});
  batch.Insert(log, {key + std::string(100, 'k')}, "v");
  batch.Insert(log, {key, 1}, kValue + std::string(9'000, 'v'));
  const Key event{kEvent};
  batch.Insert(log, {key, 2}, kValue, {.event_id = event});
  batch.Insert(log, {key, 2}, kValue + std::string("2"), {.event_id = event});
  EXPECT_EQ(Commit(batch, {.token = BatchToken::Request(kToken)}), ErrorCode{});
  EXPECT_GE(sink_->NewSnapshot().value().Quarantine().value().size(), 4U);
  batch.Insert(log, {key, 3}, "v");
  EXPECT_EQ(Commit(batch, {.token = BatchToken::Request(kToken)}), ErrorCode::kTokenReused);
  outside_.Say(sink_->ForgetTokens(kToken, 5));
  EXPECT_EQ(Commit(batch, {.token = BatchToken::Sequence(kToken, 4)}), ErrorCode::kTokenForgotten);
  EXPECT_NE(Commit(batch, {.token = BatchToken::Request(kToken + std::string(300, 't'))}),
            ErrorCode{});
  for (const QuarantineEntry& entry : sink_->NewSnapshot().value().Quarantine().value()) {
    outside_.Say(sink_->Resolve(entry.id, Resolution::kAccept));
    outside_.Say(sink_->Resolve(entry.id, Resolution::kDiscard));
  }
}

TEST_F(Secrets, ASourceThatMisbehavesNamesNoData) {
  Open();
  ASSERT_TRUE(sink_->DeclareSource("s", {.gaps = GapPolicy::kRefuse}));
  Fill();
  Batch batch;
  batch.Advance("s", kPartition, 120, kNote);
  EXPECT_EQ(Commit(batch), ErrorCode{});
  batch.Clear();
  batch.From({.source = "s", .partition = kPartition, .offset = 500});
  batch.Insert(sink_->OpenTable("log", {.mode = TableMode::kAppend}).value(), {kKey}, kValue);
  EXPECT_EQ(Commit(batch), ErrorCode::kOffsetGap);
  batch.Clear();
  batch.From({.source = "s", .partition = kPartition, .offset = 120, .incarnation = kToken});
  batch.Insert(sink_->OpenTable("log", {.mode = TableMode::kAppend}).value(), {kKey}, kValue);
  outside_.Say(std::to_string(static_cast<int>(Commit(batch))));
  batch.Clear();
  batch.From({.source = "s", .partition = kPartition, .offset = 120, .incarnation = kEvent});
  batch.Insert(sink_->OpenTable("log", {.mode = TableMode::kAppend}).value(), {kKey}, kValue);
  EXPECT_EQ(Commit(batch), ErrorCode::kSourceReplaced);
  outside_.Say(sink_->Rewind("s", kPartition, {.to = -1, .reason = kReason}));
  outside_.Say(sink_->Rewind("s", "other", {.to = 1, .reason = kReason}));
  EXPECT_TRUE(sink_->Rewind("s", kPartition, {.to = 1, .reason = kReason}));
  const SinkHealth health = sink_->ReadHealth();
  outside_.Say(health.reason + health.remedy + ToPrometheusText(health));
  outside_.Say(ToPrometheusText(sink_->ReadMetrics()));
}

TEST_F(Secrets, DamageAndItsFindingsNameNoData) {
  Open();
  Fill();
  sink_.reset();
  int damaged = 0;
  for (const auto& entry : fs::directory_iterator(path())) {
    const fs::path file = entry.path();
    const std::string bytes = Contents(file);
    const std::size_t at = bytes.find(kMark);
    if (at == std::string::npos) continue;
    ++damaged;
    std::string changed = bytes;
    changed[at + 3] ^= 0x55;
    std::ofstream(file, std::ios::binary) << changed;
    Open();
    if (sink_) {
      const Snapshot now = sink_->NewSnapshot().value();
      const auto verified = now.Verify();
      outside_.Say(verified);
      if (verified) {
        for (const VerifyFinding& finding : verified->findings) outside_.Say(finding.what);
      }
      outside_.Say(now.Get("rows", {kKey, 1}));
    }
    sink_.reset();
    break;  // the opening may have rewritten the others
  }
  EXPECT_EQ(damaged, 1);
}

TEST_F(Secrets, OnlyDataFilesHoldDataAndNoneTheNameOfTheMachine) {
  constexpr std::string_view kOwnName = "the-name-of-this-machine";
  if (::unshare(CLONE_NEWUTS) != 0 || ::sethostname(kOwnName.data(), kOwnName.size()) != 0) {
    GTEST_SKIP() << "only root can give the machine a name that is found again";
  }
  Open();
  Fill();
  sink_.reset();
  EXPECT_GT(outside_.said(), 100) << "the log of RocksDB is listened to";
  for (const auto& entry : fs::directory_iterator(path())) {
    const std::string name = entry.path().filename();
    const std::string bytes = Contents(entry.path());
    EXPECT_EQ(bytes.find(kOwnName), std::string::npos) << name;
    EXPECT_FALSE(name.starts_with("LOG")) << name;
    const bool data = name.ends_with(".sst") || name.ends_with(".log") ||
                      name.starts_with("MANIFEST");  // which holds the first and last key of a file
    EXPECT_FALSE(!data && HoldsMark(bytes)) << name;
  }
}

TEST_F(Secrets, NamesNeverBecomePaths) {
  Open();
  const Table log = sink_->OpenTable("log", {.mode = TableMode::kAppend}).value();
  const std::vector<std::string> names = {
      "../x", "a/b", "/tmp/idem-x", "..", std::string("n\0l", 3), "%2e%2e%2f"};
  std::int64_t offset = 0;
  for (const std::string& name : names) {
    EXPECT_EQ(outside_.Say(sink_->OpenTable(name)), ErrorCode::kInvalidArgument) << name;
    Batch batch;
    batch.From({.source = "s", .partition = std::string_view(name), .offset = offset++});
    batch.Insert(log, {name}, name);
    Commit(batch, {.token = BatchToken::Request(name)});
    batch.Clear();
    batch.From({.source = name, .offset = 0});
    batch.Insert(log, {name, 1}, name);
    Commit(batch);
    outside_.Say(sink_->DeclareSource(name, {}));
  }
  const auto expected = [](const std::string& name) {
    constexpr std::array<std::string_view, 7> kNames = {"CURRENT",  "IDENTITY", "LOCK", "MANIFEST-",
                                                        "OPTIONS-", "IDEM_",    "0"};
    return std::any_of(kNames.begin(), kNames.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
  };
  for (const auto& entry : fs::directory_iterator(path())) {
    EXPECT_TRUE(entry.is_regular_file() && expected(entry.path().filename())) << entry.path();
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()), 1);
  EXPECT_FALSE(fs::exists("/tmp/idem-x"));
}

}  // namespace
}  // namespace idem
