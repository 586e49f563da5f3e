// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/ingester.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "cli/progress.h"
#include "unit/cli/input_files.h"

namespace idem::cli {
namespace {

class IngesterTest : public ::testing::Test {
 protected:
  IngesterTest() {
    options_.table = "t";
    options_.key = MemberPath::ParseList("k").value();
    options_.version = MemberPath::Parse("v").value();
  }

  // Ingests into a new store, with batches of this size.
  IngestSummary Run(const std::string& text, std::size_t batch) {
    options_.files = {files_.Write("f.ndjson", text)};
    options_.batch_records = batch;
    SinkOptions sink_options;
    sink_options.on_invalid = options_.on_invalid;
    sink_ = IdempotentSink::OpenInMemory(sink_options).value();
    Progress progress(0, "records");
    return Ingester(options_, sink_.get(), &progress).Run();
  }

  // Of the one file.
  Checkpoint Resumes() { return sink_->NewSnapshot()->Checkpoints("file:t").value().at(0); }

  InputFiles files_;
  IngestOptions options_;
  std::unique_ptr<IdempotentSink> sink_;
};

std::string Line(int key, int version) {
  return "{\"k\":\"" + std::to_string(key) + "\",\"v\":" + std::to_string(version) + "}\n";
}

// Keys come again, newer and older, so that the order of the commits shows in the verdicts.
std::string Feed(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += Line(i * 7 % 97, i * 31 % 53);
  return text;
}

TEST_F(IngesterTest, TellsTheSameForEveryCut) {
  const std::string feed = Feed(2000);
  const IngestSummary whole = Run(feed, 2000);
  const std::string note = Resumes().note;
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole.lines, 2000U);
  EXPECT_EQ(whole.rows, 97U);
  for (const std::size_t batch : {1, 2, 3, 64, 999, 1000}) {
    const IngestSummary cut = Run(feed, batch);
    EXPECT_TRUE(cut.ok());
    EXPECT_EQ(cut.lines, whole.lines);
    EXPECT_EQ(cut.records, whole.records);
    EXPECT_EQ(cut.verdicts, whole.verdicts);
    EXPECT_EQ(cut.digest, whole.digest);
    EXPECT_EQ(Resumes().note, note);
  }
}

// What the commit finds wrong comes before what the reading finds, when it stands before it.
TEST_F(IngesterTest, StopsAtTheFirstBadLineWhoeverFindsIt) {
  const std::string refused = "{\"k\":\"no version\"}\n";
  const std::string torn = "{\"k\":\n";
  for (const std::size_t batch : {1, 2, 5, 100}) {
    const IngestSummary library = Run(Feed(20) + refused + torn + Line(1, 99), batch);
    ASSERT_TRUE(library.bad_line.has_value());
    EXPECT_EQ(library.bad_line->line, 21U);
    EXPECT_TRUE(library.bad_line->reason.starts_with("INVALID: version_missing"));
    EXPECT_EQ(library.lines, 20U);
    EXPECT_EQ(Resumes().next, 20);

    const IngestSummary reader = Run(Feed(20) + torn + refused + Line(1, 99), batch);
    ASSERT_TRUE(reader.bad_line.has_value());
    EXPECT_EQ(reader.bad_line->line, 21U);
    EXPECT_EQ(reader.lines, 20U);
    EXPECT_EQ(reader.digest, library.digest);
    EXPECT_EQ(Resumes().next, 20);
  }
}

TEST_F(IngesterTest, SetsAsideInEveryCut) {
  options_.on_invalid = InvalidPolicy::kQuarantine;
  const std::string feed =
      Feed(50) + "torn\n" + Feed(30) + "{\"k\":\"no version\"}\n" + Feed(20) + "{\"k\":\"torn tail";
  const IngestSummary whole = Run(feed, 1000);
  const Checkpoint resumes = Resumes();
  EXPECT_TRUE(whole.ok());
  EXPECT_EQ(whole.lines, 103U);
  EXPECT_EQ(resumes.next, 102);
  for (const std::size_t batch : {1, 7, 51, 102}) {
    const IngestSummary cut = Run(feed, batch);
    EXPECT_EQ(cut.lines, whole.lines);
    EXPECT_EQ(cut.verdicts, whole.verdicts);
    EXPECT_EQ(cut.digest, whole.digest);
    EXPECT_EQ(Resumes().next, resumes.next);
    EXPECT_EQ(Resumes().note, resumes.note);
  }
}

// Where a member is key, event id and part of the value, a batch holds more than the lines it is
// made of, and is full before they are at their end: the rest is carried over.
TEST_F(IngesterTest, CarriesOverWhatDoesNotFitOneBatch) {
  options_.event_id = options_.key;
  options_.version.reset();
  constexpr int kLines = 25'000;
  std::string feed;
  for (int i = 0; i < kLines; ++i) {
    feed += "{\"k\":\"" + std::string(1000, 'x') + std::to_string(i) + "\"}\n";
  }
  const IngestSummary large = Run(feed, 100'000);
  const std::string note = Resumes().note;
  EXPECT_TRUE(large.ok());
  EXPECT_EQ(large.rows, kLines);
  EXPECT_EQ(large.lines, kLines);
  const IngestSummary small = Run(feed, 1000);
  EXPECT_EQ(small.digest, large.digest);
  EXPECT_EQ(Resumes().next, kLines);
  EXPECT_EQ(Resumes().note, note);
}

}  // namespace
}  // namespace idem::cli
