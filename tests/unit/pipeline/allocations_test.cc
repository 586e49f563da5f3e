// SPDX-License-Identifier: Apache-2.0
//
// A commit takes memory from the heap as often for a thousand records as for one.
#include "support/allocations.h"

#include "support/temp_directory.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace idem {
namespace {

using ::idem::testing::Allocations;
using ::idem::testing::TempDirectory;

constexpr int kRecords = 1'000;
constexpr int kWarm = 3;  // commits until everything that is kept has its size
constexpr int kCommits = 10;

class AllocationsTest : public ::testing::Test {
 protected:
  using Add = std::function<void(int commit, int record)>;

  // Allocations of one commit of the records that `add` makes, on average, filling the batch
  // included.
  std::size_t OfACommit(const Add& add, Verdict verdict) {
    std::size_t before = 0;
    for (int commit = 0; commit < kWarm + kCommits; ++commit) {
      if (commit == kWarm) before = Allocations();
      batch_.Clear();
      for (int i = 0; i < kRecords; ++i) add(commit, i);
      const CommitReport report = sink_->Commit(batch_).value();
      EXPECT_EQ(report.count(verdict), kRecords) << ToString(verdict);
    }
    return (Allocations() - before) / kCommits;
  }

  void Upsert(std::int64_t row, std::int64_t version) {
    batch_.Upsert(table_, {std::string_view("a key of usual size"), row}, value_,
                  {.version = version});
  }

  const TempDirectory directory_;
  const std::unique_ptr<IdempotentSink> sink_ =
      IdempotentSink::Open(directory_.path() / "store", {.durability = Durability::kAsync}).value();
  const Table table_ = sink_->OpenTable("rows").value();
  const std::string value_ = std::string(128, 'v');
  Batch batch_;
};

// Far fewer than one a record: what RocksDB does for a commit, its report, checkpoints.
constexpr std::size_t kOfACommitMax = 100;

TEST_F(AllocationsTest, NoneForARecord) {
  const std::int64_t rows = (kWarm + kCommits) * kRecords;
  const auto row = [](int commit, int i) { return std::int64_t{commit} * kRecords + i; };
  const auto at = [&](int commit, int i) { batch_.From({"source", 0, row(commit, i)}); };

  EXPECT_LT(OfACommit(
                [&](int commit, int i) {
                  at(commit, i);
                  Upsert(row(commit, i), 1);
                },
                Verdict::kInserted),
            kOfACommitMax);
  EXPECT_LT(OfACommit(
                [&](int commit, int i) {
                  at(commit, i);
                  Upsert(row(commit, i), 1);
                },
                Verdict::kReplayed),
            kOfACommitMax);
  batch_.FromNowhere();
  EXPECT_LT(OfACommit([&](int commit, int i) { Upsert(row(commit, i), 1); }, Verdict::kDuplicate),
            kOfACommitMax);
  EXPECT_LT(OfACommit([&](int commit, int i) { Upsert(row(commit, i), 2); }, Verdict::kUnchanged),
            kOfACommitMax);
  EXPECT_LT(OfACommit([&](int, int i) { Upsert(rows - 1 - i, 0); }, Verdict::kStale),
            kOfACommitMax);
}

}  // namespace
}  // namespace idem
