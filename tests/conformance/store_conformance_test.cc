// SPDX-License-Identifier: Apache-2.0
//
// What store.h promises, run on every store.

#include "conformance/store_fixture.h"
#include "storage/memory/memory_store.h"
#include "storage/rocks/rocks_store.h"
#include "support/front_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace idem::testing {
namespace {

using storage::Store;

enum class Kind { kMemory, kRocks, kRocksWithoutFilter, kRocksBulk };

std::string NameOf(const ::testing::TestParamInfo<Kind>& info) {
  switch (info.param) {
    case Kind::kMemory:
      return "memory";
    case Kind::kRocks:
      return "rocks";
    case Kind::kRocksWithoutFilter:
      return "rocks_without_filter";
    case Kind::kRocksBulk:
      return "rocks_bulk";
  }
  return "";
}

// Writes every plan as sorted files.
class BulkStore final : public FrontStore {
 public:
  using FrontStore::FrontStore;
  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    storage::WritePlan bulk = plan;
    bulk.path = storage::WritePath::kSortedFiles;
    bulk.prepared.reset();
    return FrontStore::Commit(bulk, durability);
  }
};

class StoreConformance : public ::testing::TestWithParam<Kind> {
 protected:
  StoreConformance() { Open(); }

  void Open() {
    store_.reset();
    if (GetParam() == Kind::kMemory) {
      store_ = storage::NewMemoryStore();
      return;
    }
    SinkOptions options;
    options.write_buffer_bytes = 256 << 10;  // so that larger tests reach sorted files
    options.filter_bytes = GetParam() == Kind::kRocks ? 1 << 16 : 0;
    store_ = storage::OpenRocksStore(directory_.path() / "store", options).value();
    if (GetParam() == Kind::kRocksBulk) store_ = std::make_unique<BulkStore>(std::move(store_));
  }

  TempDirectory directory_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Values(Kind::kMemory, Kind::kRocks, Kind::kRocksWithoutFilter,
                                           Kind::kRocksBulk),
                         NameOf);

TEST_P(StoreConformance, NewStoreHoldsItsHeaderAndNothingElse) {
  EXPECT_TRUE(ScanAll(*store_).empty());
  const auto header =
      store_->NewView().value()->Get(codec::SpaceKey(codec::Space::kFormat)).value();
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->substr(0, 4), "IDEM");
}

TEST_P(StoreConformance, ReadAnswersInTheOrderAskedWithDuplicatesAbsentsAndEmpties) {
  Plan().Put("a", "1").Put("b", "").Put(RowKey("c"), "3").CommitTo(store_.get()).value();
  const Values values = ReadAll(
      *store_, {RowKey("c"), "missing", "a", "b", "a", RowKey("none"), "a", RowKey("c"), ""});
  const Values expected = {"3", std::nullopt, "1", "", "1", std::nullopt, "1", "3", std::nullopt};
  EXPECT_EQ(values, expected);
  EXPECT_TRUE(ReadAll(*store_, {}).empty());
}

TEST_P(StoreConformance, AReusedResultHoldsTheLastReadAlone) {
  Plan().Put("a", "1").Put("b", "2").CommitTo(store_.get()).value();
  const auto result = store_->NewReadResult();
  const std::vector<std::string_view> both = {"a", "b"};
  store_->Read(both, result.get()).value();
  EXPECT_EQ(result->values.size(), 2U);
  const std::vector<std::string_view> one = {"missing"};
  store_->Read(one, result.get()).value();
  ASSERT_EQ(result->values.size(), 1U);
  EXPECT_EQ(result->values[0], std::nullopt);
}

TEST_P(StoreConformance, ValuesReadOutliveTheCommitThatReplacesThem) {
  Plan().Put("a", "before").CommitTo(store_.get()).value();
  const auto result = store_->NewReadResult();
  const std::vector<std::string_view> keys = {"a"};
  store_->Read(keys, result.get()).value();
  Plan().Put("a", "after").CommitTo(store_.get()).value();
  EXPECT_EQ(result->values[0], "before");
}

TEST_P(StoreConformance, KeysAndValuesAreAnyBytes) {
  const std::vector<std::string> keys = {std::string(1, '\0'),
                                         std::string("a\0b", 3),
                                         std::string("a\0", 2),
                                         "a",
                                         std::string("\xff\xff"),
                                         std::string("\xff\0\xff", 3),
                                         RowKey(std::string("\0\xff", 2)),
                                         "\x80"};
  Plan plan;
  Entries expected;
  for (const std::string& key : keys) {
    plan.Put(key, key + std::string("\0\xff", 2));
    expected[key] = key + std::string("\0\xff", 2);
  }
  plan.CommitTo(store_.get()).value();
  EXPECT_EQ(ScanAll(*store_), expected);
  const Values values = ReadAll(*store_, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(values[i], expected[keys[i]]);
}

TEST_P(StoreConformance, AScanIsAHalfOpenRangeInBytewiseOrder) {
  Plan plan;
  for (const char* key : {"b", "a", "ab", "c", "aa", "\xc3"}) plan.Put(key, key);
  plan.CommitTo(store_.get()).value();
  const auto view = store_->NewView().value();
  const auto keys = [&view](std::string_view begin, std::string_view end) {
    std::string joined;
    const auto cursor = view->Scan(begin, end).value();
    while (cursor->Next().value()) joined += std::string(cursor->key()) + " ";
    EXPECT_FALSE(cursor->Next().value()) << "a cursor at its end stays there";
    return joined;
  };
  EXPECT_EQ(keys("a", "b"), "a aa ab ");
  EXPECT_EQ(keys("aa", "c"), "aa ab b ");
  EXPECT_EQ(keys("b", ""), "b c \xc3 ");
  EXPECT_EQ(keys("a", "a"), "");
  EXPECT_EQ(keys("c", "a"), "");
  EXPECT_EQ(keys("d", "e"), "");
}

TEST_P(StoreConformance, ACommitErasesAndPutsAsOneStep) {
  Plan().Put("a", "1").Put("b", "2").CommitTo(store_.get()).value();
  Plan().Erase("a").Put("b", "3").Put("c", "4").Erase("never").CommitTo(store_.get()).value();
  EXPECT_EQ(ScanAll(*store_), (Entries{{"b", "3"}, {"c", "4"}}));
  Plan().Put("a", "5").CommitTo(store_.get()).value();
  EXPECT_EQ(ReadAll(*store_, {"a"})[0], "5");
}

TEST_P(StoreConformance, APlanThatHasGrownSinceItWasPreparedIsWrittenWhole) {
  storage::WritePlan plan;
  plan.writes.push_back({"a", "1"});
  store_->Prepare(&plan);
  plan.writes.push_back({"b", "2"});
  ASSERT_TRUE(store_->Commit(plan, Durability::kAsync));
  EXPECT_EQ(ReadAll(*store_, {"a", "b"}), (Values{"1", "2"}));
}

TEST_P(StoreConformance, AnEmptyPlanIsNoChange) {
  Plan().Put("a", "1").CommitTo(store_.get()).value();
  Plan().CommitTo(store_.get(), Durability::kSync).value();
  Plan().CommitTo(store_.get(), Durability::kAsync).value();
  EXPECT_EQ(ScanAll(*store_), (Entries{{"a", "1"}}));
}

TEST_P(StoreConformance, AViewStaysWhatItWas) {
  Plan().Put("a", "1").Put("b", "2").CommitTo(store_.get()).value();
  const auto first = store_->NewView().value();
  Plan().Put("a", "3").Erase("b").Put("c", "4").CommitTo(store_.get()).value();
  const auto second = store_->NewView().value();
  Plan().Erase("a").Put("b", "5").CommitTo(store_.get()).value();

  EXPECT_EQ(ScanAll(*first), (Entries{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(ScanAll(*second), (Entries{{"a", "3"}, {"c", "4"}}));
  EXPECT_EQ(ScanAll(*store_), (Entries{{"b", "5"}, {"c", "4"}}));
  EXPECT_EQ(first->Get("b").value(), "2");
  EXPECT_EQ(first->Get("c").value(), std::nullopt);
  EXPECT_EQ(second->Get("b").value(), std::nullopt);
}

TEST_P(StoreConformance, ACursorOutlivesItsViewAndLaterCommits) {
  Plan().Put("a", "1").Put("b", "2").CommitTo(store_.get()).value();
  auto view = store_->NewView().value();
  const auto cursor = view->Scan("a", "z").value();
  ASSERT_TRUE(cursor->Next().value());
  view.reset();
  Plan().Erase("b").Put("c", "3").CommitTo(store_.get()).value();
  ASSERT_TRUE(cursor->Next().value());
  EXPECT_EQ(cursor->key(), "b");
  EXPECT_EQ(cursor->value(), "2");
  EXPECT_FALSE(cursor->Next().value());
}

// S-3
TEST_P(StoreConformance, AnOlderWriterIsFencedWithoutEffect) {
  Plan(0).Put("a", "1").CommitTo(store_.get()).value();
  EXPECT_EQ(store_->TakeEpoch().value(), 1U);
  Plan(1).Put("a", "2").CommitTo(store_.get()).value();
  EXPECT_EQ(store_->TakeEpoch().value(), 2U);

  const auto before = ScanAll(*store_);
  for (const std::uint64_t epoch : {0, 1, 3}) {
    const Result<void> refused = Plan(epoch).Put("a", "no").Put("b", "no").CommitTo(store_.get());
    ASSERT_FALSE(refused.has_value()) << epoch;
    EXPECT_EQ(refused.error().code(), ErrorCode::kFenced);
    EXPECT_EQ(refused.error().next_step(), NextStep::kStopWriting);
  }
  EXPECT_EQ(Plan(1).CommitTo(store_.get()).error().code(), ErrorCode::kFenced) << "an empty plan";
  EXPECT_EQ(ScanAll(*store_), before);
  Plan(2).Put("a", "3").CommitTo(store_.get()).value();
  EXPECT_EQ(ReadAll(*store_, {"a"})[0], "3");
}

// S-3, for a writer that has nothing to write.
TEST_P(StoreConformance, WhoMayWriteIsToldWithoutAWrite) {
  EXPECT_TRUE(store_->CheckWriter(0));
  EXPECT_EQ(store_->TakeEpoch().value(), 1U);
  Plan(1).Put("a", "1").CommitTo(store_.get()).value();
  EXPECT_TRUE(store_->CheckWriter(1));
  EXPECT_EQ(store_->TakeEpoch().value(), 2U);
  for (const std::uint64_t epoch : {0, 1, 3}) {
    EXPECT_EQ(store_->CheckWriter(epoch).error().code(), ErrorCode::kFenced) << epoch;
  }
  EXPECT_TRUE(store_->CheckWriter(2));
  EXPECT_EQ(ReadAll(*store_, {"a"})[0], "1") << "who is fenced may read";
}

TEST_P(StoreConformance, TheEpochIsAnEntryThatViewsSee) {
  EXPECT_EQ(ReadAll(*store_, {codec::SpaceKey(codec::Space::kEpoch)})[0], std::nullopt);
  store_->TakeEpoch().value();
  EXPECT_EQ(ReadAll(*store_, {codec::SpaceKey(codec::Space::kEpoch)})[0],
            std::string("\0\0\0\0\0\0\0\1", 8));
}

TEST_P(StoreConformance, LargePlansAreWhole) {
  constexpr int kEntries = 20'000;
  Plan plan;
  std::vector<std::string> keys;
  for (int i = 0; i < kEntries; ++i) {
    keys.push_back(RowKey("key-" + std::to_string(i * 7919 % kEntries)));
    plan.Put(keys.back(), std::string(100, static_cast<char>('a' + i % 26)));
  }
  plan.Put("large", std::string(3 << 20, 'x'));
  plan.CommitTo(store_.get(), Durability::kSync).value();
  const Values values = ReadAll(*store_, keys);
  for (int i = 0; i < kEntries; ++i) {
    ASSERT_EQ(values[static_cast<std::size_t>(i)],
              std::string(100, static_cast<char>('a' + i % 26)));
  }
  EXPECT_EQ(ScanAll(*store_).size(), static_cast<std::size_t>(kEntries) + 1);
  EXPECT_EQ(ReadAll(*store_, {"large"})[0]->size(), static_cast<std::size_t>(3 << 20));
}

TEST_P(StoreConformance, SyncSucceedsWithAndWithoutWork) {
  store_->Sync().value();
  Plan().Put("a", "1").CommitTo(store_.get(), Durability::kAsync).value();
  store_->Sync().value();
  store_->Sync().value();
}

// The stores that live longer than their object.
class PersistentStore : public StoreConformance {};
INSTANTIATE_TEST_SUITE_P(Stores, PersistentStore,
                         ::testing::Values(Kind::kRocks, Kind::kRocksWithoutFilter,
                                           Kind::kRocksBulk),
                         NameOf);

TEST_P(PersistentStore, CommitsSurviveReopening) {
  store_->TakeEpoch().value();
  Plan(1).Put(RowKey("a"), "1").Put("b", "2").CommitTo(store_.get()).value();
  const Entries before = ScanAll(*store_);
  const auto header = store_->NewView().value()->Get(std::string(1, '\1')).value();
  Open();
  EXPECT_EQ(ScanAll(*store_), before);
  EXPECT_EQ(store_->NewView().value()->Get(std::string(1, '\1')).value(), header);
  EXPECT_EQ(ReadAll(*store_, {RowKey("a"), RowKey("x"), "b"}), (Values{"1", std::nullopt, "2"}));
  EXPECT_EQ(Plan(0).Put("c", "3").CommitTo(store_.get()).error().code(), ErrorCode::kFenced);
  EXPECT_EQ(store_->TakeEpoch().value(), 2U);
}

TEST_P(StoreConformance, TheNoteIsTheLastOneKept) {
  EXPECT_EQ(store_->ReadWatermark().value(), "");
  std::string note;
  for (int i = 0; i < 20; ++i) {
    note = std::string(static_cast<std::size_t>(i * i * 37), 'n') + std::to_string(i);
    store_->KeepWatermark(note).value();
    EXPECT_EQ(store_->ReadWatermark().value(), note);
  }
  if (GetParam() == Kind::kMemory) return;
  Open();
  EXPECT_EQ(store_->ReadWatermark().value(), note);
}

// A reader never sees a part of a commit, and nothing of what was acknowledged is missing, while
// the filter, the memtable and the sorted files change under it.
TEST_P(StoreConformance, ReadsBesideAWriterSeeWholeCommits) {
  const int commits = GetParam() == Kind::kRocksBulk ? 200 : 2'000;
  std::atomic<int> acknowledged = -1;
  std::thread writer([this, commits, &acknowledged] {
    for (int i = 0; i < commits; ++i) {
      const std::string number = std::to_string(i);
      Plan()
          .Put(RowKey("left-" + number), number + std::string(200, 'l'))
          .Put(RowKey("right-" + number), number)
          .Put("last", number)
          .CommitTo(store_.get())
          .value();
      acknowledged.store(i, std::memory_order_release);
    }
  });
  while (acknowledged.load() < commits - 1) {
    const int known = acknowledged.load(std::memory_order_acquire);
    const std::string number = std::to_string(known);
    const std::string next = std::to_string(known + 1);
    const Values values = ReadAll(*store_, {RowKey("right-" + number), "last",
                                            RowKey("left-" + number), RowKey("left-" + next)});
    const int last = values[1] ? std::stoi(*values[1]) : -1;
    EXPECT_GE(last, known);
    if (known >= 0) {
      EXPECT_TRUE(values[0].has_value() && values[2].has_value()) << known;
    }
    const auto view = store_->NewView().value();
    const auto seen = view->Get("last").value();
    if (!seen) continue;
    EXPECT_TRUE(view->Get(RowKey("left-" + *seen)).value().has_value());
    EXPECT_FALSE(view->Get(RowKey("right-" + std::to_string(std::stoi(*seen) + 1))).value());
  }
  writer.join();
}

// A view that is made in the middle of a commit is one before it or one after it, and stays that.
TEST_P(StoreConformance, AViewMadeDuringACommitStaysWhatItWas) {
  constexpr int kViews = 60;
  const auto key = [](int commit) { return RowKey(std::to_string(100'000 + commit)); };
  std::atomic<int> acknowledged = 0;
  std::atomic<bool> done = false;
  std::thread writer([this, &key, &acknowledged, &done] {
    for (int i = 1; !done; ++i) {
      Plan().Put(key(i), "value").CommitTo(store_.get()).value();
      acknowledged = i;
    }
  });
  const auto wait_for_commits = [&acknowledged](int count) {
    for (const int end = acknowledged + count; acknowledged < end;) std::this_thread::yield();
  };
  for (int i = 0; i < kViews; ++i) {
    wait_for_commits(1);
    std::this_thread::sleep_for(std::chrono::microseconds(150 * (i % 30)));
    const int next = acknowledged + 1;
    const auto view = store_->NewView().value();
    const bool held = view->Get(key(next)).value().has_value();
    wait_for_commits(2);
    EXPECT_EQ(view->Get(key(next)).value().has_value(), held) << "view " << i;
  }
  done = true;
  writer.join();
}

}  // namespace
}  // namespace idem::testing
