// SPDX-License-Identifier: Apache-2.0
#include "sink/latency.h"
#include "sink/sink_impl.h"
#include "support/failing_sync.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace idem {
namespace {

TEST(Metrics, EveryRecordOfferedHasOneVerdict) {
  const auto sink =
      IdempotentSink::OpenInMemory({.on_invalid = InvalidPolicy::kQuarantine}).value();
  const auto other = IdempotentSink::OpenInMemory().value();
  const Table rows = sink->OpenTable("rows").value();
  const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
  Batch batch;
  batch.Insert(log, {1}, "a");
  batch.Insert(log, {1}, "b");
  batch.Upsert(rows, {1}, "a", {.version = 1});
  batch.Upsert(rows, {1}, "a");
  batch.Delete(rows, {1}, {.version = 2});
  ASSERT_TRUE(sink->Commit(batch));
  ASSERT_TRUE(sink->Commit(batch));
  EXPECT_FALSE(other->Commit(batch));  // a table of another sink
  const Metrics metrics = sink->ReadMetrics();
  std::uint64_t sum = 0;
  for (const TableMetrics& table : metrics.tables) {
    sum = std::accumulate(table.records.begin(), table.records.end(), sum);
  }
  EXPECT_EQ(sum, 10U);
  EXPECT_EQ(metrics.records_offered, 10U);
  EXPECT_EQ(metrics.commits, 1U);
  EXPECT_EQ(metrics.commit_latency.count, 2U);
  EXPECT_EQ(other->ReadMetrics().commits_failed, 1U);
}

// The alarm of operations looks at this one.
TEST(Metrics, ACommitThatCannotBeMadeDurableHasFailed) {
  const auto store = std::make_shared<testing::FailingSync>();
  const auto sink = SinkImpl::Open(store, {}).value();
  Batch batch;
  batch.Advance("source", 0, 1);
  ASSERT_TRUE(sink->Commit(batch));
  store->failing = true;
  batch.Advance("source", 0, 2);
  EXPECT_EQ(sink->Commit(batch).error().code(), ErrorCode::kCommitUnknown);
  EXPECT_EQ(sink->ReadMetrics().commits_failed, 1U);
}

TEST(Metrics, BucketsArePowersOfTwoMicroseconds) {
  const struct {
    std::int64_t nanos;
    std::size_t bucket;
  } kRows[] = {{-5, 0},
               {0, 0},
               {999, 0},
               {1'000, 1},
               {1'999, 1},
               {2'000, 2},
               {3'999, 2},
               {4'000, 3},
               {std::numeric_limits<std::int64_t>::max(), LatencyHistogram::kBuckets - 1}};
  for (const auto& row : kRows) {
    LatencyHistogram histogram;
    Observe(row.nanos, &histogram);
    EXPECT_EQ(histogram.buckets[row.bucket], 1U) << row.nanos;
    EXPECT_EQ(histogram.count, 1U);
  }
}

// Each line is a HELP, a TYPE, or a sample of the family announced last; no series comes twice.
void CheckPrometheus(const std::string& text) {
  const std::regex help("# HELP (idem_[a-z_]+) \\S.*");
  const std::regex type("# TYPE (idem_[a-z_]+) (counter|gauge|histogram)");
  const std::string label = "[a-z]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\"";
  const std::regex sample("(idem_[a-z_]+)(\\{" + label + "(?:," + label +
                          ")*\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)");
  std::istringstream lines(text);
  std::string line, family;
  std::set<std::string> series;
  std::smatch match;
  while (std::getline(lines, line)) {
    if (std::regex_match(line, match, help) || std::regex_match(line, match, type)) {
      family = match[1];
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
    ASSERT_EQ(match[1].str().rfind(family, 0), 0U) << line;
    ASSERT_TRUE(series.insert(match[1].str() + match[2].str()).second) << line;
  }
  ASSERT_FALSE(series.empty());
  ASSERT_EQ(text.back(), '\n');
}

TEST(Metrics, AreValidPrometheusTextWhateverTheNames) {
  Metrics metrics;
  metrics.tables.push_back({.table = "rows"});
  metrics.sources.push_back({.source = "a\"b\\c\nd", .partition = PartitionRef("/in/x.csv")});
  metrics.sources.push_back({.source = "s", .partition = PartitionRef(7), .next = -1});
  Observe(5'000, &metrics.commit_latency);
  CheckPrometheus(ToPrometheusText(metrics));
  CheckPrometheus(ToPrometheusText(Metrics()));
  EXPECT_NE(ToPrometheusText(metrics).find("a\\\"b\\\\c\\nd"), std::string::npos);
}

}  // namespace
}  // namespace idem
