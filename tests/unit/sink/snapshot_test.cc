// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem {
namespace {

class Snapshots : public ::testing::Test {
 protected:
  void Put(KeyRef key, std::string_view value, std::int64_t version = 1) {
    Batch batch;
    batch.Upsert(rows_, key, value, {.version = version});
    ASSERT_TRUE(sink_->Commit(batch));
  }
  std::vector<std::string> Scan(const ScanOptions& options) {
    const Snapshot snapshot = sink_->NewSnapshot().value();
    RowCursor cursor = snapshot.Scan("rows", options).value();
    std::vector<std::string> values;
    while (cursor.Next().value()) values.push_back(cursor.row().value);
    EXPECT_FALSE(cursor.Next().value());
    return values;
  }

  const std::unique_ptr<IdempotentSink> sink_ = IdempotentSink::OpenInMemory().value();
  const Table rows_ = sink_->OpenTable("rows").value();
};

using Values = std::vector<std::string>;

TEST_F(Snapshots, StayAsTheyWereBesideCommits) {
  Put({"k"}, "old");
  const Snapshot before = sink_->NewSnapshot().value();
  RowCursor cursor = before.Scan("rows").value();
  Put({"k"}, "new", 2);
  Put({"l"}, "new");
  EXPECT_EQ(before.Get("rows", {"k"}).value()->value, "old");
  EXPECT_EQ(before.GetTable("rows").value().rows, 1U);
  ASSERT_TRUE(cursor.Next().value());
  EXPECT_EQ(cursor.row().value, "old");
  EXPECT_FALSE(cursor.Next().value());
  EXPECT_EQ(rows_.Get({"k"}).value()->value, "new");
  EXPECT_EQ(sink_->NewSnapshot().value().commit(), before.commit() + 2);
}

// The store is closed when the last one is gone, and until then nobody else opens it.
TEST(SnapshotLifetime, ACursorKeepsItsSnapshotAndThatItsStore) {
  const testing::TempDirectory directory;
  std::optional<RowCursor> cursor;
  {
    MemoryBudget memory;
    auto sink = IdempotentSink::Open(directory.path(), {.memory_budget = &memory}).value();
    const Table rows = sink->OpenTable("rows").value();
    Batch batch;
    for (const int key : {1, 2}) batch.Upsert(rows, {key}, "v", {.version = 1});
    ASSERT_TRUE(sink->Commit(batch));
    std::optional<Snapshot> snapshot = sink->NewSnapshot().value();
    sink.reset();
    EXPECT_EQ(snapshot->Get("rows", {1}).value()->value, "v");
    cursor = snapshot->Scan("rows").value();
  }
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(cursor->Next().value());
  EXPECT_FALSE(cursor->Next().value());
  EXPECT_EQ(IdempotentSink::Open(directory.path()).error().code(), ErrorCode::kStoreLocked);
  cursor.reset();
  EXPECT_TRUE(IdempotentSink::Open(directory.path()));
}

TEST_F(Snapshots, ScanByPrefixFromToAndLimit) {
  for (const std::string_view a : {"a", "b", "c"}) {
    for (const int i : {1, 2}) Put({a, i}, std::string(a) + std::to_string(i));
  }
  EXPECT_EQ(Scan({}), (Values{"a1", "a2", "b1", "b2", "c1", "c2"}));
  EXPECT_EQ(Scan({.prefix = Key("b")}), (Values{"b1", "b2"}));
  EXPECT_EQ(Scan({.from = Key("a", 2), .to = Key("c")}), (Values{"a2", "b1", "b2"}));
  EXPECT_EQ(Scan({.prefix = Key("b"), .from = Key("b", 2)}), (Values{"b2"}));
  EXPECT_EQ(Scan({.prefix = Key("b"), .to = Key("a")}), Values{});
  EXPECT_EQ(Scan({.from = Key("z")}), Values{});
  EXPECT_EQ(Scan({.limit = 2}), (Values{"a1", "a2"}));
  EXPECT_EQ(Scan({.limit = 0}), Values{});
}

TEST_F(Snapshots, APrefixIsWholeParts) {
  using std::string_view_literals::operator""sv;
  Put({"a"}, "a");
  Put({"a", 1}, "a1");
  Put({"a\0b"sv}, "other");
  EXPECT_EQ(Scan({.prefix = Key("a")}), (Values{"a", "a1"}));
  EXPECT_EQ(Scan({.prefix = Key("a\0b"sv)}), (Values{"other"}));
}

TEST_F(Snapshots, GetSeesLiveRowsOnly) {
  Put({"k"}, "v");
  Batch batch;
  batch.Delete(rows_, {"k"}, {.version = 2});
  ASSERT_TRUE(sink_->Commit(batch));
  EXPECT_FALSE(rows_.Get({"k"}).value());
  EXPECT_FALSE(rows_.Get({"never"}).value());
  EXPECT_EQ(rows_.Get(KeyRef(Key())).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rows_.Get({std::string(kKeyBytesMax, 'k')}).error().code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(sink_->NewSnapshot().value().Get("none", {"k"}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Scan({}), Values{});
}

TEST_F(Snapshots, AnUnknownTableIsAnErrorOfEachCallThatNamesOne) {
  const Snapshot snapshot = sink_->NewSnapshot().value();
  EXPECT_EQ(snapshot.GetTable("none").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(snapshot.Scan("none").error().code(), ErrorCode::kNotFound);
  const auto refused = snapshot.Quarantine({.table = "none"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(snapshot.Quarantine({.table = "rows"}).value().empty());
}

}  // namespace
}  // namespace idem
