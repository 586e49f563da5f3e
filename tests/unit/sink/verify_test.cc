// SPDX-License-Identifier: Apache-2.0
//
// Verify on stores in which one entry was changed behind its back.
#include "codec/catalog.h"
#include "codec/keyspace.h"
#include "codec/store_header.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace idem {
namespace {

using codec::Space;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sink_->DeclareSource("topic", {.start = 0}));
    Batch batch;
    for (std::int64_t i = 0; i < 3; ++i) {
      batch.From({"topic", 0, i});
      batch.Upsert(table_, {i}, "value", {.version = 10 + i, .event_id = KeyRef{i}});
    }
    batch.Delete(table_, {std::int64_t{2}}, {.version = 20});
    batch.Upsert(table_, Key(), "no key", {.version = 1});
    ASSERT_TRUE(sink_->Commit(batch, {.token = BatchToken::Sequence("app", 7)}));
    ASSERT_TRUE(sink_->Rewind("topic", 0, {.to = 1, .reason = "again"}));
  }

  VerifyReport Report() { return sink_->NewSnapshot().value().Verify().value(); }

  // Puts (or erases) one entry as another program would.
  void Write(const std::string& key, const std::optional<std::string>& value) {
    const std::uint64_t epoch = store_->TakeEpoch().value();
    ASSERT_TRUE(store_->Commit({epoch, {{key, value}}}, Durability::kSync));
  }
  std::string Read(const std::string& key) {
    return store_->NewView().value()->Get(key).value().value();
  }
  std::string FirstKey(Space space) {
    const std::string prefix = codec::SpaceKey(space);
    const auto view = store_->NewView().value();
    const auto cursor = view->Scan(prefix, codec::PrefixEnd(prefix)).value();
    EXPECT_TRUE(cursor->Next().value());
    return std::string(cursor->key());
  }
  // What is found once the first entry of a space does not decode.
  std::string FoundWhenTorn(Space space) {
    const std::string key = FirstKey(space);
    const std::string whole = Read(key);
    Write(key, whole.substr(0, whole.size() - 1));
    const VerifyReport report = Report();
    Write(key, whole);
    return report.findings.empty() ? "" : report.findings[0].what;
  }

  const std::shared_ptr<storage::Store> store_ = storage::NewMemoryStore();
  const std::unique_ptr<IdempotentSink> sink_ =
      SinkImpl::Open(store_, {.on_invalid = InvalidPolicy::kQuarantine}).value();
  const Table table_ = sink_->OpenTable("rows").value();
};

TEST_F(Verify, CountsWhatIsThere) {
  const VerifyReport report = Report();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.tables, 1U);
  EXPECT_EQ(report.rows, 2U);
  EXPECT_EQ(report.tombstones, 1U);
  EXPECT_EQ(report.event_ids, 3U);
  EXPECT_EQ(report.checkpoints, 1U);
  EXPECT_EQ(report.tokens, 1U);
  EXPECT_EQ(report.quarantined, 1U);
}

TEST_F(Verify, FindsKeysThatAreTooShortOrTooLong) {
  const auto found_at = [this](const std::string& key) {
    Write(key, "x");
    const VerifyReport report = Report();
    Write(key, {});
    return report.findings.size() == 1 ? report.findings[0].what : std::to_string(report.ok());
  };
  EXPECT_EQ(found_at(std::string("\x60\x00\x00\x01", 4)), "a row belongs to no table");
  EXPECT_EQ(found_at(std::string("\x50", 1)), "an event id belongs to no table");
  EXPECT_EQ(found_at(std::string("\x11\x00\x00\x01", 4)),
            "the state of a table belongs to no table");
  EXPECT_EQ(found_at(codec::TableStateKey(1) + "x"),
            "the state of a table has a key that is too long");
  EXPECT_EQ(found_at(codec::SequenceTokenPrefix("app") + "short"),
            "the key of a batch token cannot be decoded");
}

// More than one commit erases, so that the floor would rise to one of them.
TEST_F(Verify, KeysThatAreNoTokensAreDamageToWhoForgetsThem) {
  for (int i = 0; i < 1000; ++i) {
    Write(codec::SequenceTokenPrefix("other") + std::to_string(i), "x");
  }
  EXPECT_EQ(sink_->ForgetTokens("other", 5).error().code(), ErrorCode::kCorruption);
}

TEST_F(Verify, FindsATornEntryOfEveryKind) {
  EXPECT_EQ(FoundWhenTorn(Space::kTable), "a table definition cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kTableState), "the state of the table cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kSource), "the options of a source cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kCheckpoint), "a checkpoint cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kRewind), "a rewind entry cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kSequenceToken), "the report of a batch token cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kQuarantine), "a quarantine entry cannot be decoded");
  EXPECT_EQ(FoundWhenTorn(Space::kEvent), "an event id cannot be decoded");
  EXPECT_TRUE(FoundWhenTorn(Space::kRow).starts_with("the digest is stored as "));
  EXPECT_TRUE(Report().ok());
}

// One that does not follow from the payload says which row's payload has changed.
TEST_F(Verify, HoldsAStoredFingerprintAgainstThePayload) {
  const std::string key = FirstKey(Space::kRow);
  codec::RowEnvelope row;
  const std::string derived = Read(key);
  ASSERT_TRUE(codec::DecodeRow(derived, &row));
  ASSERT_TRUE(row.fingerprint_derived);
  row.fingerprint_derived = false;
  std::string stored;
  codec::AppendRow(row, &stored);
  Write(key, stored);
  EXPECT_TRUE(Report().ok()) << "a row may hold it all the same";
  EXPECT_EQ(FoundWhenTorn(Space::kRow), "a row's value does not have its stored fingerprint");
}

TEST_F(Verify, FindsARowThatIsGone) {
  Write(FirstKey(Space::kRow), std::nullopt);
  const VerifyReport report = Report();
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].what, "2 rows are stored as the count, 1 are there");
  EXPECT_EQ(report.findings[0].table, "rows");
  EXPECT_TRUE(report.findings[1].what.starts_with("the digest is stored as "));
}

TEST_F(Verify, FindsAnEventIdThatIsGone) {
  Write(FirstKey(Space::kEvent), std::nullopt);
  ASSERT_EQ(Report().findings.size(), 1U);
  EXPECT_EQ(Report().findings[0].what, "3 event ids are stored as the count, 2 are there");
}

TEST_F(Verify, FindsAStateThatIsBehindItsRows) {
  const std::string key = FirstKey(Space::kTableState);
  codec::TableState state;
  ASSERT_TRUE(codec::DecodeTableState(Read(key), &state));
  state.last_commit = 1;
  state.high_version = 19;
  std::string bytes;
  codec::AppendTableState(state, &bytes);
  Write(key, bytes);
  ASSERT_EQ(Report().findings.size(), 2U);
  EXPECT_EQ(Report().findings[0].what, "a row is newer than the state of the table");
  EXPECT_EQ(Report().findings[1].what,
            "a row has a higher version than the highest one the state of the table knows");
}

TEST_F(Verify, FindsALastCommitThatWentBack) {
  std::string commit;
  codec::AppendFixed64(1, &commit);
  Write(codec::SpaceKey(Space::kLastCommit), commit);
  const VerifyReport report = Report();
  EXPECT_EQ(report.commit, 1U);
  EXPECT_GE(report.finding_count, 8U);  // state, checkpoint, rewind, token, entry, events, rows
}

TEST_F(Verify, FindsATokenBelowItsFloor) {
  std::string floor;
  codec::AppendFixed64(8, &floor);
  Write(codec::TokenFloorKey("app"), floor);
  ASSERT_EQ(Report().findings.size(), 1U);
  EXPECT_EQ(Report().findings[0].what,
            "the report of a batch token is there, below the floor of its application");
}

TEST_F(Verify, FindsWhatBelongsToNoTable) {
  Write(codec::TableStateKey(99), "?");
  std::string row;
  codec::AppendRowKey(99, Key(1).encoded(), &row);
  Write(row, "?");
  ASSERT_EQ(Report().findings.size(), 2U);
  EXPECT_EQ(Report().findings[0].what, "the state of a table belongs to no table");
  EXPECT_EQ(Report().findings[1].what, "a row belongs to no table");
}

TEST_F(Verify, FindsEntriesOfNoKnownKind) {
  for (const char* key : {"\x04", "\x41", "\x7f"}) Write(key, "?");
  ASSERT_EQ(Report().findings.size(), 3U);
  EXPECT_EQ(Report().findings[2].what, "an entry is of no kind that this library writes");
}

// A scan that went on behind a damaged row would be one with a row missing.
TEST_F(Verify, ACursorStaysAtADamagedRow) {
  const std::string key = FirstKey(Space::kRow);
  Write(key, "torn");
  const Snapshot snapshot = sink_->NewSnapshot().value();
  RowCursor cursor = snapshot.Scan("rows").value();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(cursor.Next().error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace idem
