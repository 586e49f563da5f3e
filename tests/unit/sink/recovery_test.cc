// SPDX-License-Identifier: Apache-2.0
//
// A store that is damaged or lacks something is refused and left as it is; what can be kept of it
// is planned, accepted, and gone on with.
#include "support/directory_bytes.h"
#include "support/temp_directory.h"

#include <idem/idem.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace idem {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::DirectoryBytes;
using ::idem::testing::FileBytes;
using ::idem::testing::SetFileBytes;
using ::testing::HasSubstr;

constexpr std::int64_t kBatches = 20;

// The log holds more than that, so RocksDB would write sorted files before it comes to the damage.
constexpr std::size_t kWriteBufferBytes = 64 << 10;
constexpr std::size_t kValueBytes = 4'000;

// Offsets 2 i and 2 i + 1 are the i-th batch. The definition of the table is commit 1.
void CommitBatch(IdempotentSink* sink, std::int64_t i) {
  const Table rows = sink->OpenTable("rows").value();
  Batch batch;
  for (std::int64_t offset = 2 * i; offset < 2 * i + 2; ++offset) {
    batch.From({"topic", Partition(7), offset});
    batch.Upsert(rows, {offset}, std::string(kValueBytes, 'v'), {.version = 1});
  }
  sink->Commit(batch).value();
}

Digest DigestAfter(std::int64_t batches) {
  const auto sink = IdempotentSink::OpenInMemory().value();
  for (std::int64_t i = 0; i < batches; ++i) CommitBatch(sink.get(), i);
  return sink->OpenTable("rows").value().Digest();
}

class Recovery : public ::testing::Test {
 protected:
  Recovery() {
    const auto sink = IdempotentSink::Open(store()).value();
    for (std::int64_t i = 0; i < kBatches; ++i) CommitBatch(sink.get(), i);
  }

  fs::path store() const { return directory_.path() / "store"; }

  fs::path FileWith(const std::string& text) const {
    for (const auto& entry : fs::directory_iterator(store())) {
      if (entry.path().filename().string().find(text) != std::string::npos) return entry.path();
    }
    return {};
  }
  // Everything stands in sorted files, and in no log.
  void Reopen() { IdempotentSink::Open(store()).value(); }

  void CutLog(double part) {
    const fs::path log = FileWith(".log");
    fs::resize_file(log,
                    static_cast<std::uintmax_t>(part * static_cast<double>(fs::file_size(log))));
  }
  void Flip(const fs::path& path, double part) {
    std::string bytes = FileBytes(path);
    const auto at = static_cast<std::size_t>(part * static_cast<double>(bytes.size()));
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    SetFileBytes(path, bytes);
  }

  std::string ExpectRefused(ErrorCode code) {
    const auto before = DirectoryBytes(directory_.path());
    SinkOptions options;
    options.write_buffer_bytes = kWriteBufferBytes;
    const auto sink = IdempotentSink::Open(store(), options);
    const auto reader = StoreReader::Open(store());
    EXPECT_FALSE(sink);
    EXPECT_FALSE(reader);
    if (sink || reader) return "";
    EXPECT_EQ(sink.error().code(), code) << sink.error().ToString();
    EXPECT_EQ(sink.error().next_step(), NextStep::kInspectStore);
    EXPECT_THAT(sink.error().message(), HasSubstr("idem recover"));
    EXPECT_EQ(reader.error().code(), code) << reader.error().ToString();
    EXPECT_EQ(DirectoryBytes(directory_.path()), before);
    return sink.error().message();
  }

  RecoveryPlan Plan() {
    const auto before = DirectoryBytes(directory_.path());
    RecoveryPlan plan = PlanRecovery(store()).value();
    EXPECT_EQ(DirectoryBytes(directory_.path()), before);
    EXPECT_TRUE(plan.needed);
    return plan;
  }

  // Accepts the plan, finds the state after its commit, and goes on to the end.
  void RecoverAndGoOn(const RecoveryPlan& plan) {
    ASSERT_TRUE(plan.possible);
    EXPECT_EQ(Recover(store(), plan.commit + 1).error().code(), ErrorCode::kInvalidArgument);
    const RecoveryReport report = Recover(store(), plan.commit).value();
    EXPECT_EQ(report.entry.commit, plan.commit);
    EXPECT_EQ(report.plan.durable_commit, plan.durable_commit);
    EXPECT_FALSE(PlanRecovery(store()).value().needed);

    const auto sink = IdempotentSink::Open(store()).value();
    const auto batches = static_cast<std::int64_t>(plan.commit) - 1;
    EXPECT_EQ(sink->OpenTable("rows").value().Digest(), DigestAfter(batches));
    EXPECT_EQ(sink->ResumeFrom("topic").value().at(0).next, 2 * batches);
    const Snapshot snapshot = sink->NewSnapshot().value();
    EXPECT_EQ(snapshot.commit(), plan.commit);
    EXPECT_TRUE(snapshot.Verify().value().ok());
    const auto entries = snapshot.Recoveries().value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].commit, plan.commit);
    EXPECT_EQ(entries[0].durable_commit, plan.durable_commit);
    EXPECT_EQ(entries[0].writer_epoch, report.entry.writer_epoch);

    for (std::int64_t i = batches; i < kBatches; ++i) CommitBatch(sink.get(), i);
    EXPECT_EQ(sink->OpenTable("rows").value().Digest(), DigestAfter(kBatches));
  }

  void ExpectNothingToKeep(const std::string& damage) {
    const RecoveryPlan plan = Plan();
    EXPECT_FALSE(plan.possible);
    EXPECT_THAT(plan.damage, ::testing::Contains(HasSubstr(damage)));
    const auto before = DirectoryBytes(directory_.path());
    const auto recovered = Recover(store(), plan.commit);
    ASSERT_FALSE(recovered);
    EXPECT_EQ(recovered.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(recovered.error().message(), HasSubstr("backup"));
    EXPECT_EQ(DirectoryBytes(directory_.path()), before);
  }

  testing::TempDirectory directory_;
};

TEST_F(Recovery, AStoreThatOpensNeedsNone) {
  const auto before = DirectoryBytes(directory_.path());
  const RecoveryPlan plan = PlanRecovery(store()).value();
  EXPECT_FALSE(plan.needed);
  EXPECT_TRUE(plan.possible);
  EXPECT_EQ(plan.commit, kBatches + 1U);
  EXPECT_EQ(plan.durable_commit, kBatches + 1U);
  ASSERT_EQ(plan.sources.size(), 1U);
  EXPECT_EQ(plan.sources[0].kept, 2 * kBatches);
  EXPECT_EQ(plan.sources[0].acknowledged, 2 * kBatches);
  EXPECT_EQ(Recover(store(), plan.commit).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(DirectoryBytes(directory_.path()), before);
}

TEST_F(Recovery, ACutLogIsAStoreThatIsBehind) {
  CutLog(0.5);
  const std::string message = ExpectRefused(ErrorCode::kStoreBehind);
  EXPECT_THAT(message, HasSubstr("but 21 was acknowledged"));
  const RecoveryPlan plan = Plan();
  EXPECT_THAT(message, HasSubstr("up to " + std::to_string(plan.commit) + ","));
  EXPECT_GT(plan.commit, 2U);
  EXPECT_LT(plan.commit, 20U);
  EXPECT_EQ(plan.lost(), 21 - plan.commit);
  ASSERT_EQ(plan.sources.size(), 1U);
  EXPECT_EQ(plan.sources[0].source, "topic");
  EXPECT_EQ(plan.sources[0].partition, Partition(7));
  EXPECT_EQ(plan.sources[0].kept, 2 * (static_cast<std::int64_t>(plan.commit) - 1));
  EXPECT_EQ(plan.sources[0].acknowledged, 2 * kBatches);
  RecoverAndGoOn(plan);
}

TEST_F(Recovery, AFlippedBitInTheLogIsDamage) {
  Flip(FileWith(".log"), 0.6);
  ExpectRefused(ErrorCode::kCorruption);
  const RecoveryPlan plan = Plan();
  EXPECT_EQ(plan.damage.size(), 1U);
  EXPECT_GT(plan.commit, 2U);
  EXPECT_LT(plan.commit, 20U);
  RecoverAndGoOn(plan);
}

TEST_F(Recovery, AMissingLogIsAStoreThatIsBehind) {
  Reopen();
  CommitBatch(IdempotentSink::Open(store()).value().get(), kBatches);
  fs::remove(FileWith(".log"));
  ExpectRefused(ErrorCode::kStoreBehind);
  const RecoveryPlan plan = Plan();
  EXPECT_EQ(plan.commit, kBatches + 1U);
  EXPECT_EQ(plan.lost(), 1U);
  RecoverAndGoOn(plan);
}

// Nothing of the store is lost, only what it could be held against.
TEST_F(Recovery, WithoutItsWatermarkAStoreIsRefusedAndKeptWhole) {
  const fs::path watermark = store() / "IDEM_WATERMARK";
  const std::string bytes = FileBytes(watermark);
  for (const bool missing : {true, false}) {
    fs::remove(watermark);
    if (!missing) SetFileBytes(watermark, std::string(bytes.size(), 'x'));
    ExpectRefused(ErrorCode::kCorruption);
    const RecoveryPlan plan = Plan();
    EXPECT_EQ(plan.commit, kBatches + 1U);
    EXPECT_FALSE(plan.durable_commit.has_value());
  }
  RecoverAndGoOn(Plan());
}

// By itself RocksDB opens many of these with success and rows missing in the middle.
TEST_F(Recovery, AManifestThatIsNotAsItWasSyncedLeavesNothingToKeep) {
  Reopen();
  const fs::path manifest = FileWith("MANIFEST");
  const std::string bytes = FileBytes(manifest);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    SetFileBytes(manifest, bytes.substr(0, size));
    ExpectRefused(ErrorCode::kCorruption);
  }
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    SetFileBytes(manifest, flipped);
    ExpectRefused(ErrorCode::kCorruption);
  }
  ExpectNothingToKeep("manifest");
}

// The hole that is made by hand: an older manifest does not know the newest sorted file, and the
// log that it was made of is gone. RocksDB opens this and finds the newest commits without it.
TEST_F(Recovery, AnOlderManifestLeavesNothingToKeep) {
  Reopen();
  const std::string older = FileBytes(FileWith("MANIFEST"));
  const std::string name = FileWith("MANIFEST").filename().string();
  const std::string current = FileBytes(store() / "CURRENT");
  CommitBatch(IdempotentSink::Open(store()).value().get(), kBatches);
  Reopen();
  CommitBatch(IdempotentSink::Open(store()).value().get(), kBatches + 1);
  SetFileBytes(store() / name, older);
  SetFileBytes(store() / "CURRENT", current);
  ExpectRefused(ErrorCode::kCorruption);
  ExpectNothingToKeep("CURRENT");
}

TEST_F(Recovery, ADamagedSortedFileLeavesNothingToKeep) {
  Reopen();
  Flip(FileWith(".sst"), 0.3);
  ExpectNothingToKeep("sorted file");
}

// A recovery cannot go on without it either, so nobody is sent to one.
TEST_F(Recovery, ADamagedFormatFileIsToBePutBackFromABackup) {
  const std::string bytes = FileBytes(store() / "IDEM_FORMAT");
  SetFileBytes(store() / "IDEM_FORMAT", bytes.substr(1));
  const auto plan = PlanRecovery(store());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(plan.error().message(), HasSubstr("IDEM_FORMAT is damaged"));
  EXPECT_THAT(plan.error().message(), HasSubstr("put it back from a backup"));
  EXPECT_THAT(plan.error().message(), ::testing::Not(HasSubstr("run `idem recover`")));
  EXPECT_EQ(IdempotentSink::Open(store()).error().message(), plan.error().message());
  SetFileBytes(store() / "IDEM_FORMAT", bytes);
  EXPECT_FALSE(PlanRecovery(store()).value().needed);
}

TEST_F(Recovery, ACrashInTheMiddleOfItCanBeRecoveredFrom) {
  CutLog(0.5);
  const RecoveryPlan plan = Plan();
  Recover(store(), plan.commit).value();
  // As when the process had died before it renewed the note: commits are known to be lost still.
  fs::remove(store() / "IDEM_WATERMARK");
  const RecoveryPlan again = Plan();
  EXPECT_EQ(again.commit, plan.commit);
  Recover(store(), again.commit).value();
  EXPECT_EQ(IdempotentSink::Open(store()).value()->NewSnapshot()->Recoveries()->size(), 2U);
}

TEST_F(Recovery, IsRefusedWhileAWriterIsAlive) {
  const auto sink = IdempotentSink::Open(store()).value();
  EXPECT_EQ(PlanRecovery(store()).error().code(), ErrorCode::kStoreLocked);
  EXPECT_EQ(Recover(store(), 1).error().code(), ErrorCode::kStoreLocked);
  EXPECT_EQ(PlanRecovery(directory_.path() / "none").error().code(), ErrorCode::kStoreMissing);
}

TEST_F(Recovery, AStoreBehindWhatItsSourceWasToldIsRefused) {
  SinkOptions options;
  options.acknowledged = {{"topic", Partition(7), 2 * kBatches}};
  EXPECT_TRUE(IdempotentSink::Open(store(), options));
  for (const AcknowledgedOffset& beyond :
       {AcknowledgedOffset{"topic", Partition(7), 2 * kBatches + 1},
        AcknowledgedOffset{"topic", Partition(8), 1},
        AcknowledgedOffset{"other", Partition(7), 1}}) {
    options.acknowledged = {{"topic", Partition(7), 1}, beyond};
    const auto before = DirectoryBytes(directory_.path());
    const auto refused = IdempotentSink::Open(store(), options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kStoreBehind);
    EXPECT_THAT(refused.error().message(), HasSubstr("'" + beyond.source + "'"));
    EXPECT_EQ(DirectoryBytes(directory_.path()), before);
    EXPECT_EQ(IdempotentSink::OpenInMemory(options).error().code(), ErrorCode::kStoreBehind);
  }
}

// A disk that was replaced: an empty directory in the place of the store.
TEST_F(Recovery, AStoreThatIsGoneIsBehindAndNotMadeAnew) {
  fs::remove_all(store());
  SinkOptions options;
  options.acknowledged = {{"topic", Partition(7), 1}};
  EXPECT_EQ(IdempotentSink::Open(store(), options).error().code(), ErrorCode::kStoreBehind);
  EXPECT_FALSE(fs::exists(store()));
  fs::create_directory(store());
  EXPECT_EQ(IdempotentSink::Open(store(), options).error().code(), ErrorCode::kStoreBehind);
  EXPECT_TRUE(fs::is_empty(store()));
}

}  // namespace
}  // namespace idem
