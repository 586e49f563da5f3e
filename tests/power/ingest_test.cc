// SPDX-License-Identifier: Apache-2.0
//
// What the command says of an ingest, on a disk that fails and then loses power: all that is
// counted is there afterwards.

#include "cli/ingest/ingester.h"

#include <gtest/gtest.h>
#include <idem/idem.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "cli/progress.h"
#include "power/crash_file_system.h"
#include "power/faulty_file_system.h"
#include "power/outside.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/temp_directory.h"

namespace idem::power {
namespace {

constexpr std::uint64_t kLines = 4'000;
constexpr std::size_t kBatch = 20;  // more commits than may wait to be counted
constexpr std::uint64_t kPoints = 24;

class IngestPower : public ::testing::Test {
 protected:
  IngestPower() {
    std::ofstream lines(file_);
    for (std::uint64_t i = 0; i < kLines; ++i) {
      lines << "{\"k\":\"key" << i << "\",\"v\":1,\"pad\":\"" << std::string(40, 'x') << "\"}\n";
    }
    options_.table = "t";
    options_.files = {file_};
    options_.key = cli::MemberPath::ParseList("k").value();
    options_.version = cli::MemberPath::Parse("v").value();
    options_.batch_records = kBatch;
  }

  // A new machine with an empty disk, or one whose power is back.
  void SwitchOn(Disk disk, const OutsideFiles& outside) {
    sink_.reset();
    RestoreOutside(outside, root_);
    memory_ = std::make_shared<CrashFileSystem>(root_, std::move(disk));
    disk_ = std::make_shared<FaultyFileSystem>(memory_, FaultPlan());
    auto env = rocksdb::NewCompositeEnv(disk_);
    sink_ = Open(env.get());
    env_ = std::move(env);
  }

  // As RunIngest of the command opens it.
  std::unique_ptr<IdempotentSink> Open(rocksdb::Env* env) const {
    SinkOptions options;
    options.durability = Durability::kAsync;
    options.background_sync = true;
    options.write_buffer_bytes = 256 << 10;
    auto store = storage::OpenRocksStore(root_, options, {}, env);
    if (!store) ADD_FAILURE() << store.error().ToString();
    return store ? SinkImpl::Open(*std::move(store), options).value() : nullptr;
  }

  cli::IngestSummary Ingest() {
    cli::Progress progress(0, "records");
    return cli::Ingester(options_, sink_.get(), &progress).Run();
  }

  // The power goes, with all that was not synced, and is back. A flush may still be under way: the
  // two parts of what is found must be of one moment.
  void LosePower() {
    OutsideFiles outside;
    Disk cut;
    std::size_t operations = 0;
    do {
      operations = memory_->operation_count();
      outside = ReadOutside(root_);
      cut = memory_->disk();
    } while (memory_->operation_count() != operations || ReadOutside(root_) != outside);
    SwitchOn(cut.AfterPowerLoss(Loss::kAllUnsynced, 0), outside);
  }

  std::uint64_t Rows() const {
    const Result<TableInfo> info = sink_->NewSnapshot()->GetTable("t");
    return info ? info->rows : 0;
  }

  // Where the file is read on.
  std::uint64_t Next() const {
    const auto points = sink_->ResumeFrom("file:t").value();
    return points.empty() ? 0 : static_cast<std::uint64_t>(points.front().next);
  }

  const testing::TempDirectory directory_;
  const std::string root_ = (std::filesystem::canonical(directory_.path()) / "store").string();
  const std::string file_ = (directory_.path() / "lines.ndjson").string();
  cli::IngestOptions options_;
  std::shared_ptr<CrashFileSystem> memory_;
  std::shared_ptr<FaultyFileSystem> disk_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<IdempotentSink> sink_;
};

TEST_F(IngestPower, ARunThatEndedWellIsThereAfterPowerLoss) {
  for (const Durability durability : {Durability::kSync, Durability::kAsync}) {
    options_.durability = durability;
    SwitchOn({}, {});
    const cli::IngestSummary summary = Ingest();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary.lines, kLines);
    LosePower();
    ASSERT_NE(sink_, nullptr);
    EXPECT_EQ(Rows(), summary.rows);
    EXPECT_EQ(Next(), kLines);
    EXPECT_EQ(sink_->NewSnapshot()->GetTable("t")->digest, summary.digest);
  }
}

// The n-th operation fails, or the n-th sync of the directory, or the n-th of a file, after which
// the system takes the bytes for safe.
TEST_F(IngestPower, WhatARunCountedIsThereAfterAFaultAndPowerLoss) {
  std::uint64_t counted = 0;
  std::uint64_t failed = 0;
  for (const Fault fault : {Fault::kError, Fault::kDirectorySync, Fault::kLostSync}) {
    SwitchOn({}, {});
    disk_->Plan({.fault = fault});
    ASSERT_TRUE(Ingest().ok());
    const std::uint64_t operations = disk_->met();
    for (std::uint64_t point = 0; point < kPoints; ++point) {
      SCOPED_TRACE(std::string(ToString(fault)) + " at " + std::to_string(point));
      SwitchOn({}, {});
      disk_->Plan({.fault = fault, .first = operations * point / kPoints, .burst = 1});
      const cli::IngestSummary summary = Ingest();
      LosePower();
      ASSERT_NE(sink_, nullptr);
      EXPECT_GE(Rows(), summary.lines);
      EXPECT_EQ(Rows(), Next());
      EXPECT_GE(Rows(), summary.table_known ? summary.rows : 0);
      EXPECT_TRUE(!summary.ok() || summary.lines == kLines);
      counted += summary.lines;
      failed += summary.ok() ? 0 : 1;

      ASSERT_TRUE(Ingest().ok());
      EXPECT_EQ(Rows(), kLines);
    }
  }
  EXPECT_GT(failed, 0U) << "some run meets its fault";
  EXPECT_GT(counted, 0U) << "something is counted before a fault";
}

}  // namespace
}  // namespace idem::power
