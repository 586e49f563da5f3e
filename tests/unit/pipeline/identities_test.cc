// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identities.h"

#include "codec/event_record.h"
#include "codec/keyspace.h"
#include "codec/row_envelope.h"
#include "storage/memory/memory_store.h"
#include "support/random.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace idem::pipeline {
namespace {

using ::idem::testing::Random;
using Presence = Identities::Presence;

std::string RowKey(std::uint64_t i) {
  std::string key;
  codec::AppendRowKey(1, std::to_string(i), &key);
  return key;
}

std::string EventKey(std::uint64_t i) {
  std::string key;
  codec::AppendEventKey(1, std::to_string(i), &key);
  return key;
}

class IdentitiesTest : public ::testing::Test {
 protected:
  // Beside a map of all there is, from which it may fall short in memory alone.
  void Make(std::size_t table_bytes, std::size_t filter_bytes) {
    identities_.emplace(KeyHash(), table_bytes, filter_bytes);
    const auto store = storage::NewMemoryStore();
    ASSERT_TRUE(identities_->Load(*store->NewView().value(), 0, nullptr));
    stored_.clear();
  }
  void Put(const std::string& key, const std::string& head) {
    identities_->Put(key, identities_->hash()(key), head);
    stored_[key] = head;
  }
  void Erase(const std::string& key) {
    identities_->Erase(key, identities_->hash()(key));
    stored_.erase(key);
  }
  Presence Find(const std::string& key) {
    const auto found = identities_->Find(key, identities_->hash()(key));
    const auto stored = stored_.find(key);
    const bool there = stored != stored_.end();
    if (found.presence == Presence::kPresent) {
      EXPECT_TRUE(there && found.head == stored->second) << "I-ID-1";
    }
    if (found.presence == Presence::kAbsent) {
      EXPECT_FALSE(there) << "I-ID-2";
    }
    return found.presence;
  }

  std::optional<Identities> identities_;
  std::map<std::string, std::string> stored_;
};

// The last message that came.
class Listener final : public Logger {
 public:
  void Log(LogLevel, std::string_view message) noexcept override { heard = message; }
  std::string heard;
};

TEST_F(IdentitiesTest, AFilterThatIsFullIsToldOf) {
  const auto store = storage::NewMemoryStore();
  const std::uint64_t epoch = store->TakeEpoch().value();
  codec::RowEnvelope envelope;
  envelope.version = 1;
  std::string row;
  codec::AppendRow(envelope, &row);
  const auto add = [&](std::uint64_t i) {
    const std::string key = RowKey(i);
    const storage::WritePlan plan{epoch, {{key, row}}};
    ASSERT_TRUE(store->Commit(plan, Durability::kSync));
  };
  const auto heard = [&](std::uint64_t keys) {
    Listener listener;
    identities_.emplace(KeyHash(), 0, 64);
    EXPECT_TRUE(identities_->Load(*store->NewView().value(), keys, &listener));
    return listener.heard;
  };
  for (std::uint64_t i = 0; i < 40; ++i) add(i);
  EXPECT_EQ(heard(40), "");
  for (std::uint64_t i = 40; i < 80; ++i) add(i);
  EXPECT_NE(heard(80).find("filter for new keys is full"), std::string::npos);
}

TEST_F(IdentitiesTest, KnowEverythingWhileThereIsRoom) {
  Make(1 << 20, 0);
  for (int i = 0; i < 5'000; ++i) Put(RowKey(i), "head " + std::to_string(i));
  for (int i = 0; i < 5'000; i += 3) Erase(RowKey(i));
  for (int i = 0; i < 6'000; ++i) {
    const bool there = i < 5'000 && i % 3 != 0;
    ASSERT_EQ(Find(RowKey(i)), there ? Presence::kPresent : Presence::kAbsent) << i;
  }
  EXPECT_EQ(identities_->forgotten(), 0U);
  EXPECT_EQ(identities_->size(), stored_.size());
}

TEST_F(IdentitiesTest, KeepTheNewestAndFilterTheOthers) {
  Make(1 << 16, 1 << 16);
  for (int i = 0; i < 20'000; ++i) Put(RowKey(i), "head");
  EXPECT_EQ(Find(RowKey(19'999)), Presence::kPresent);
  EXPECT_EQ(Find(RowKey(0)), Presence::kUnknown);
  EXPECT_GT(identities_->size(), 600U);
  EXPECT_EQ(identities_->size() + identities_->forgotten(), 20'000U);
  int unknown = 0;
  for (int i = 20'000; i < 21'000; ++i) unknown += Find(RowKey(i)) == Presence::kUnknown;
  EXPECT_LT(unknown, 50) << "the filter should spare reads";
}

TEST_F(IdentitiesTest, CompareWholeKeys) {
  Make(1 << 16, 0);
  constexpr std::uint64_t kSameHash = 0x0123456789abcdef;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(identities_->Find(RowKey(i), kSameHash).presence, Presence::kAbsent) << "I-ID-1";
    identities_->Put(RowKey(i), kSameHash, std::to_string(i));
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(identities_->Find(RowKey(i), kSameHash).head, std::to_string(i)) << "I-ID-1";
  }
}

// Keys and heads of every size, far more of them than there is room for, in tables from nothing up.
TEST_F(IdentitiesTest, AgreeWithTheStoreWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Make(random.Below(3) == 0 ? random.Below(400) : random.Below(20'000), 64 * random.Below(40));
    const std::uint64_t keys = 1 + random.Below(600);
    for (int i = 0; i < 8'000; ++i) {
      const std::uint64_t number = random.Below(keys);
      const std::string key = RowKey(number) + std::string(number % 7 == 0 ? number : 0, 'k');
      const std::uint64_t choice = random.Below(10);
      if (choice < 5) Put(key, std::string(random.Below(random.Below(50) == 0 ? 400 : 40), 'h'));
      if (choice == 5) Erase(key);
      Find(key);
      Find(RowKey(random.Below(2 * keys)));
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST_F(IdentitiesTest, BeginWithWhatTheStoreHolds) {
  const auto store = storage::NewMemoryStore();
  std::map<std::string, std::string> entries;
  std::map<std::string, std::size_t> head_bytes;
  for (int i = 0; i < 300; ++i) {
    codec::RowEnvelope row;
    row.commit = static_cast<std::uint64_t>(i);
    row.payload = "payload";
    codec::AppendRow(row, &entries[RowKey(i)]);
    head_bytes[RowKey(i)] = entries[RowKey(i)].size() - row.payload.size();
    codec::AppendEvent({static_cast<std::uint64_t>(i), {}}, &entries[EventKey(i)]);
    head_bytes[EventKey(i)] = entries[EventKey(i)].size();
  }
  storage::WritePlan plan;
  plan.writer_epoch = store->TakeEpoch().value();
  for (const auto& [key, value] : entries) plan.writes.push_back({key, value});
  ASSERT_TRUE(store->Commit(plan, Durability::kAsync));
  const auto view = store->NewView().value();

  identities_.emplace(KeyHash(), 1 << 20, 0);
  EXPECT_EQ(Find(RowKey(0)), Presence::kUnknown) << "nothing is known before";
  ASSERT_TRUE(identities_->Load(*view, entries.size(), nullptr));
  for (const auto& [key, value] : entries) stored_[key] = value.substr(0, head_bytes[key]);
  for (const auto& [key, head] : stored_) ASSERT_EQ(Find(key), Presence::kPresent);
  EXPECT_EQ(Find(RowKey(300)), Presence::kAbsent);

  identities_.emplace(KeyHash(), 1 << 12, 1 << 12);  // too small for all
  ASSERT_TRUE(identities_->Load(*view, entries.size(), nullptr));
  EXPECT_EQ(identities_->size() + identities_->forgotten(), entries.size());
  for (const auto& [key, head] : stored_) ASSERT_NE(Find(key), Presence::kAbsent);

  identities_.emplace(KeyHash(), 1 << 12, 0);  // so small that it is of no use
  ASSERT_TRUE(identities_->Load(*view, 1'000'000, nullptr));
  EXPECT_EQ(identities_->size() + identities_->forgotten(), 0U);
  for (const auto& [key, head] : stored_) ASSERT_EQ(Find(key), Presence::kUnknown);
}

// A scan that stops at a damaged block. Identities that miss keys would call old records new.
class DamagedView final : public storage::StoreView {
 public:
  Result<std::optional<std::string>> Get(std::string_view) const override { return Damage(); }
  Result<std::unique_ptr<storage::StoreCursor>> Scan(std::string_view,
                                                     std::string_view) const override {
    return std::unique_ptr<storage::StoreCursor>(std::make_unique<Cursor>());
  }

 private:
  class Cursor final : public storage::StoreCursor {
   public:
    Result<bool> Next() override {
      if (++entries_ > 3) return Damage();
      return true;
    }
    std::string_view key() const override { return key_; }
    std::string_view value() const override { return value_; }

   private:
    const std::string key_ = EventKey(1);
    const std::string value_ = "value";
    int entries_ = 0;
  };
  static Error Damage() { return Error(ErrorCode::kCorruption, "damaged"); }
};

TEST_F(IdentitiesTest, ReportWhatCannotBeRead) {
  identities_.emplace(KeyHash(), 1 << 16, 0);
  const auto loaded = identities_->Load(DamagedView(), 10, nullptr);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(Find(RowKey(1)), Presence::kUnknown);
}

TEST_F(IdentitiesTest, SayWhichEntryIsDamaged) {
  const auto store = storage::NewMemoryStore();
  storage::WritePlan plan;
  plan.writer_epoch = store->TakeEpoch().value();
  const std::string key = RowKey(1);
  plan.writes.push_back({key, "\xff"});
  ASSERT_TRUE(store->Commit(plan, Durability::kAsync));
  identities_.emplace(KeyHash(), 1 << 16, 0);
  const auto loaded = identities_->Load(*store->NewView().value(), 1, nullptr);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace idem::pipeline
