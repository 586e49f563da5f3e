// SPDX-License-Identifier: Apache-2.0
//
// Stores that were written once and are checked in: this library must read them, verify them and
// write to them. And a store that it does not know must stay as it is, to the byte and the time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "crash/state.h"
#include "golden/content.h"
#include "support/directory_bytes.h"
#include "support/temp_directory.h"

namespace idem::golden {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::FileBytes;
using ::testing::HasSubstr;

constexpr std::size_t kVersionByte = 7;  // the lowest of the header's version

// Everything about the files of a directory that somebody could have changed.
std::map<std::string, std::string> Fingerprint(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    struct stat status = {};
    EXPECT_EQ(::lstat(entry.path().c_str(), &status), 0);
    files[entry.path().string()] = std::to_string(status.st_mtim.tv_sec) + "." +
                                   std::to_string(status.st_mtim.tv_nsec) + " " +
                                   std::to_string(status.st_mode) + " " + FileBytes(entry.path());
  }
  return files;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(IDEM_GOLDEN_DIR)) {
    if (entry.path().extension() == ".tar") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public ::testing::TestWithParam<std::string> {
 protected:
  Golden() : store_(directory_.path() / "store") {
    const std::string tar = std::string(IDEM_GOLDEN_DIR) + "/" + GetParam() + ".tar";
    const std::string unpack = "tar -xf '" + tar + "' -C '" + directory_.path().string() + "'";
    EXPECT_EQ(std::system(unpack.c_str()), 0);
  }

  fs::path Format() const { return store_ / "IDEM_FORMAT"; }
  void WriteFormat(const std::string& bytes) const {
    std::ofstream(Format(), std::ios::binary | std::ios::trunc) << bytes;
  }
  void SetVersion(char version) const {
    std::string header = FileBytes(Format());
    header.at(kVersionByte) = version;
    WriteFormat(header);
  }

  // Both ways of opening refuse, and touch nothing.
  void ExpectRefused(ErrorCode code, const std::string& text, const SinkOptions& options = {}) {
    const auto before = Fingerprint(store_);
    const auto sink = IdempotentSink::Open(store_, options);
    ASSERT_FALSE(sink);
    EXPECT_EQ(sink.error().code(), code) << sink.error().ToString();
    EXPECT_THAT(sink.error().message(), HasSubstr(text));
    const auto reader = StoreReader::Open(store_, options);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code(), code) << reader.error().ToString();
    EXPECT_EQ(Fingerprint(store_), before);
  }

  const testing::TempDirectory directory_;
  const fs::path store_;
};

TEST(GoldenStores, AreThere) { EXPECT_FALSE(Names().empty()); }

TEST_P(Golden, IsReadWhole) {
  const auto sink = IdempotentSink::Open(store_, GoldenOptions()).value();
  const VerifyReport report = sink->NewSnapshot().value().Verify().value();
  EXPECT_TRUE(report.ok()) << report.findings.front().what;
  EXPECT_GT(report.rows, 0U);
  EXPECT_GT(report.tombstones, 0U);
  EXPECT_GT(report.event_ids, 0U);
  EXPECT_EQ(report.checkpoints, 4U);
  EXPECT_EQ(report.tokens, 1U);
  EXPECT_GT(report.quarantined, 0U);
  std::string lines;
  for (const std::string& line : crash::DescribeStore(*sink).value()) lines += line + "\n";
  EXPECT_EQ(lines, FileBytes(std::string(IDEM_GOLDEN_DIR) + "/" + GetParam() + ".txt"));
}

TEST_P(Golden, IsReadBesideWithoutAChange) {
  const auto before = Fingerprint(store_);
  {
    const auto reader = StoreReader::Open(store_).value();
    EXPECT_TRUE(reader->NewSnapshot().value().Verify().value().ok());
  }
  EXPECT_EQ(Fingerprint(store_), before);
}

TEST_P(Golden, IsWrittenTo) {
  Batch batch;
  std::uint64_t rows = 0;
  {
    const auto sink = IdempotentSink::Open(store_, GoldenOptions()).value();
    FillTokenBatch(sink.get(), &batch);
    CommitOptions with_token;
    with_token.token = BatchToken::Sequence(kApplication, 7);
    EXPECT_TRUE(sink->Commit(batch, with_token).value().repeated());

    const Table log = sink->OpenTable("log", {.mode = TableMode::kAppend}).value();
    rows = log.Info().rows;
    batch.Clear();
    batch.From({kSource, 0, 100});
    batch.Insert(log, {"offered under an old offset"}, "v");
    batch.FromNowhere();
    batch.Insert(log, {"same key"}, "first");
    batch.Insert(log, {"a new key"}, "v");
    const CommitReport report = sink->Commit(batch).value();
    EXPECT_EQ(report.outcomes()[0].verdict, Verdict::kReplayed);
    EXPECT_EQ(report.outcomes()[1].verdict, Verdict::kDuplicate);
    EXPECT_EQ(report.outcomes()[2].verdict, Verdict::kInserted);
  }
  const auto again = IdempotentSink::Open(store_, GoldenOptions()).value();
  EXPECT_EQ(again->OpenTable("log", {.mode = TableMode::kAppend}).value().Info().rows, rows + 1);
  EXPECT_TRUE(again->NewSnapshot().value().Verify().value().ok());
}

TEST_P(Golden, OfANewerFormatIsRefusedUntouched) {
  SetVersion(2);
  ExpectRefused(ErrorCode::kFormatUnsupported, "format version 2");
}

TEST_P(Golden, OfAnOlderFormatIsRefusedUntouched) {
  SetVersion(0);
  ExpectRefused(ErrorCode::kFormatUnsupported, "format version 0");
}

TEST_P(Golden, WithADamagedHeaderIsRefusedUntouched) {
  const std::string header = FileBytes(Format());
  for (const std::string& bytes : {std::string(), std::string("IDEA") + header.substr(4),
                                   header.substr(0, header.size() - 1), header + "x"}) {
    WriteFormat(bytes);
    ExpectRefused(ErrorCode::kCorruption, "IDEM_FORMAT is damaged");
  }
}

TEST_P(Golden, WithoutAHeaderIsSomebodyElses) {
  fs::remove(Format());
  ExpectRefused(ErrorCode::kFormatUnsupported, "not a store of idem");
}

// What a creation leaves that was interrupted was never a store.
TEST_P(Golden, HalfMadeIsNoStoreAndIsMadeAnew) {
  fs::rename(Format(), store_ / "IDEM_CREATING");
  SinkOptions options = GoldenOptions();
  options.create_if_missing = false;
  ExpectRefused(ErrorCode::kStoreMissing, "there is no store", options);
  const auto sink = IdempotentSink::Open(store_, GoldenOptions()).value();
  EXPECT_TRUE(sink->NewSnapshot().value().Tables().value().empty());
}

// For test names, which take letters and digits.
std::string LettersOf(const ::testing::TestParamInfo<std::string>& store) {
  std::string name = store.param;
  std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Stores, Golden, ::testing::ValuesIn(Names()), LettersOf);

}  // namespace
}  // namespace idem::golden
