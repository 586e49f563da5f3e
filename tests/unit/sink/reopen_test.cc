// SPDX-License-Identifier: Apache-2.0
//
// Reopen: the way out after a commit whose outcome is unknown.
#include <idem/idem.h>

#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store.h"
#include "support/front_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace idem {
namespace {

// What the disk does to the next commit.
struct Fault {
  bool commit_unknown = false;
  bool applied = false;  // although its outcome is unknown
};

class FaultyStore final : public testing::FrontStore {
 public:
  FaultyStore(std::unique_ptr<storage::Store> inner, Fault* fault)
      : FrontStore(std::move(inner)), fault_(fault) {}

  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    if (!fault_->commit_unknown || fault_->applied) {
      if (auto ok = FrontStore::Commit(plan, durability); !ok) return ok;
    }
    if (!std::exchange(fault_->commit_unknown, false)) return {};
    return Error(ErrorCode::kCommitUnknown, "told to");
  }

 private:
  Fault* fault_;
};

class Reopening : public ::testing::Test {
 protected:
  void Open() {
    const auto open_store = [this](const SinkOptions&) -> Result<std::shared_ptr<storage::Store>> {
      if (fail_opening_) return Error(*fail_opening_, "told to");
      auto store = storage::OpenRocksStore(directory_.path() / "store", {});
      if (!store) return store.error();
      return std::shared_ptr<storage::Store>(
          std::make_shared<FaultyStore>(*std::move(store), &fault_));
    };
    sink_ = SinkImpl::Open(open_store, {}).value();
  }

  Result<CommitReport> CommitOffset(std::int64_t offset) {
    const Table rows = sink_->OpenTable("rows").value();
    Batch batch;
    batch.From({.source = "a", .offset = offset});
    batch.Upsert(rows, {offset}, "v", {.version = 1});
    batch.From({.source = "b", .partition = "p", .offset = offset});
    batch.Upsert(rows, {-1 - offset}, "v", {.version = 1});
    return sink_->Commit(batch);
  }

  // "a 0 1, b p 1, " : source, partition, next
  static std::string Text(const std::vector<SourceResume>& sources) {
    std::string text;
    for (const SourceResume& source : sources) {
      for (const ResumePoint& point : source.points) {
        text += source.source + " " + point.partition.ToString() + " " +
                std::to_string(point.next) + ", ";
      }
    }
    return text;
  }

  // Commits 0, fails 1 with an unknown outcome, and reopens.
  Reopened ReopenAfterUnknown(bool applied) {
    Open();
    EXPECT_TRUE(CommitOffset(0));
    EXPECT_TRUE(CommitOffset(1));
    fault_ = {.commit_unknown = true, .applied = applied};
    EXPECT_EQ(CommitOffset(2).error().next_step(), NextStep::kReopen);
    EXPECT_EQ(CommitOffset(2).error().code(), ErrorCode::kPoisoned);
    return IdempotentSink::Reopen(std::move(sink_)).value();
  }

  const testing::TempDirectory directory_;
  Fault fault_;
  std::optional<ErrorCode> fail_opening_;
  std::unique_ptr<IdempotentSink> sink_;
};

TEST_F(Reopening, AnUnknownCommitThatIsThereIsFoundInTheCheckpoints) {
  Reopened reopened = ReopenAfterUnknown(/*applied=*/true);
  EXPECT_EQ(sink_, nullptr);
  EXPECT_EQ(Text(reopened.sources), "a 0 3, b p 3, ");
  sink_ = std::move(reopened.sink);
  EXPECT_EQ(CommitOffset(2).value().count(Verdict::kReplayed), 2U);
  EXPECT_EQ(CommitOffset(3).value().count(Verdict::kInserted), 2U);
}

TEST_F(Reopening, AnUnknownCommitThatIsNotThereIsOfferedAgain) {
  Reopened reopened = ReopenAfterUnknown(/*applied=*/false);
  EXPECT_EQ(Text(reopened.sources), "a 0 2, b p 2, ");
  sink_ = std::move(reopened.sink);
  EXPECT_EQ(CommitOffset(2).value().count(Verdict::kInserted), 2U);
}

TEST_F(Reopening, TheNewSinkCanBeReopenedToo) {
  Open();
  ASSERT_TRUE(CommitOffset(0));
  for (int i = 0; i < 3; ++i) {
    Reopened reopened = IdempotentSink::Reopen(std::move(sink_)).value();
    EXPECT_EQ(Text(reopened.sources), "a 0 1, b p 1, ");
    sink_ = std::move(reopened.sink);
  }
  EXPECT_EQ(CommitOffset(0).value().count(Verdict::kReplayed), 2U);
}

TEST_F(Reopening, ARewindTakesBackWhatWasAcknowledgedBefore) {
  const auto path = directory_.path() / "store";
  Batch batch;
  batch.Advance("a", 0, 100);
  ASSERT_TRUE(IdempotentSink::Open(path).value()->Commit(batch));
  SinkOptions options;
  options.acknowledged = {{"a", Partition(0), 100}};
  sink_ = IdempotentSink::Open(path, options).value();
  ASSERT_TRUE(sink_->Rewind("a", 0, {.to = 10, .reason = "again"}));
  Result<Reopened> reopened = IdempotentSink::Reopen(std::move(sink_));
  ASSERT_TRUE(reopened) << reopened.error().ToString();
  EXPECT_EQ(Text(reopened->sources), "a 0 10, ");
}

// The new sink may well lie where the old one lay, and its table where the old one's.
TEST_F(Reopening, BatchesForTablesOfTheOldSinkAreRefused) {
  Open();
  for (int i = 0; i < 3; ++i) {
    const Table before = sink_->OpenTable("rows").value();
    Batch batch;
    batch.Upsert(before, {1}, "v", {.version = 1});
    sink_ = std::move(IdempotentSink::Reopen(std::move(sink_)).value().sink);
    ASSERT_TRUE(sink_->OpenTable("another"));
    EXPECT_EQ(sink_->Commit(batch).error().code(), ErrorCode::kInvalidArgument);
    batch.Clear();
    batch.Upsert(before, {1}, "v", {.version = 1});
    EXPECT_EQ(sink_->Commit(batch).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(before.name(), "rows");
  }
}

TEST_F(Reopening, ATableOfTheOldSinkSaysWhatItWasAndReadsNothing) {
  Open();
  ASSERT_TRUE(CommitOffset(0));
  const Table before = sink_->OpenTable("rows").value();
  ASSERT_TRUE(before.Get({0}).value());
  const Digest digest = before.Digest();
  sink_ = std::move(IdempotentSink::Reopen(std::move(sink_)).value().sink);
  ASSERT_TRUE(CommitOffset(1));
  EXPECT_EQ(before.Get({0}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(before.Info().rows, 2U) << "as its sink left it";
  EXPECT_EQ(before.Digest(), digest);
  const TableOptions stored = sink_->NewSnapshot().value().GetTable("rows").value().options;
  EXPECT_EQ(sink_->OpenTable("rows", stored).value().Info().rows, 4U);
  sink_.reset();
  EXPECT_EQ(before.Get({0}).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Reopening, AFailureIsToldAndLeavesTheStoreToBeOpened) {
  Open();
  ASSERT_TRUE(CommitOffset(0));
  fail_opening_ = ErrorCode::kIoError;
  const auto reopened = IdempotentSink::Reopen(std::move(sink_));
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().code(), ErrorCode::kIoError);
  EXPECT_EQ(sink_, nullptr) << "the old sink is gone";
  fail_opening_.reset();
  Open();
  EXPECT_EQ(CommitOffset(0).value().count(Verdict::kReplayed), 2U);
}

TEST_F(Reopening, AStoreInMemoryIsLeftAsItIs) {
  auto sink = IdempotentSink::OpenInMemory().value();
  ASSERT_TRUE(sink->OpenTable("t"));
  const auto reopened = IdempotentSink::Reopen(std::move(sink));
  EXPECT_EQ(reopened.error().code(), ErrorCode::kUnsupported);
  ASSERT_NE(sink, nullptr);
  EXPECT_EQ(sink->NewSnapshot().value().Tables().value().size(), 1U);
  EXPECT_EQ(IdempotentSink::Reopen(nullptr).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Reopening, ARelativePathIsMeantAsItWasWhenTheSinkWasOpened) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  sink_ = IdempotentSink::Open("store").value();
  std::filesystem::current_path(before);
  ASSERT_TRUE(CommitOffset(0));
  const Reopened reopened = IdempotentSink::Reopen(std::move(sink_)).value();
  EXPECT_EQ(reopened.sources.size(), 2U);
  EXPECT_FALSE(std::filesystem::exists("store"));
}

// A store that took more names than its watermark has room for could be written no more.
TEST(ReopenAgain, NoStoreTakesMorePartitionsThanItCanNote) {
  const testing::TempDirectory directory;
  SinkOptions options{.durability = Durability::kAsync};
  options.limits.source_partitions = 1'000'000;
  auto sink = IdempotentSink::Open(directory.path(), options).value();
  const std::string source(kSourceNameBytesMax, 's');
  const std::string name(kPartitionNameBytesMax - 8, 'p');
  Batch batch(options.limits);
  std::optional<ErrorCode> refused;
  for (int first = 0; !refused && first < 30'000; first += 2'500) {
    batch.Clear();
    for (int i = first; i < first + 2'500; ++i) batch.Advance(source, name + std::to_string(i), 1);
    const auto report = sink->Commit(batch);
    if (!report) refused = report.error().code();
  }
  EXPECT_EQ(refused, ErrorCode::kLimitExceeded);
  ASSERT_TRUE(sink->Flush());
  Reopened again = IdempotentSink::Reopen(std::move(sink)).value();
  batch.Clear();
  batch.Advance(source, name + "0", 2);
  EXPECT_TRUE(again.sink->Commit(batch, {.durability = Durability::kSync}));
}

}  // namespace
}  // namespace idem
