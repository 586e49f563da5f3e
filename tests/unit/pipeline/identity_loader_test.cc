// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identity_loader.h"

#include "codec/event_record.h"
#include "codec/keyspace.h"
#include "codec/row_envelope.h"
#include "storage/memory/memory_store.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace idem::pipeline {
namespace {

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

// Everything it was told.
class Listener final : public Logger {
 public:
  void Log(LogLevel, std::string_view message) noexcept override { heard.append(message); }
  std::string heard;
};

class IdentityLoaderTest : public ::testing::Test {
 protected:
  // A row and an event id of each number.
  void Fill(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
      codec::RowEnvelope row;
      row.commit = i;
      row.payload = "payload";
      std::string value;
      codec::AppendRow(row, &value);
      char head[codec::kRowHeadBytesMax];
      heads_[RowKey(i)].assign(head, codec::PutRowHead(row, head));
      Commit(RowKey(i), value);
      codec::AppendEvent({i, {}}, &heads_[EventKey(i)]);
      Commit(EventKey(i), heads_[EventKey(i)]);
    }
  }
  void Commit(const std::string& key, const std::string& value) {
    ASSERT_TRUE(store_->Commit({epoch_, {{key, value}}}, Durability::kAsync));
  }

  Result<void> Load(std::unique_ptr<storage::StoreView> view, Identities* identities,
                    Logger* logger = nullptr) {
    IdentityLoader loader(std::move(view), identities->hash(), heads_.size(), logger);
    while (!loader.done()) {
      if (auto read = loader.Read(); !read) return read;
      loader.Tell(identities);
    }
    EXPECT_EQ(loader.told(), heads_.size());
    return {};
  }
  Result<void> Load(Identities* identities, Logger* logger = nullptr) {
    return Load(store_->NewView().value(), identities, logger);
  }

  static Presence Find(const Identities& identities, const std::string& key) {
    return identities.Find(key, identities.hash()(key)).presence;
  }

  std::unique_ptr<storage::Store> store_ = storage::NewMemoryStore();
  const std::uint64_t epoch_ = store_->TakeEpoch().value();
  std::map<std::string, std::string> heads_;
};

TEST_F(IdentityLoaderTest, BringsAllThatTheStoreHolds) {
  Fill(0, 5'000);  // more than one step
  Identities identities(KeyHash(), 1 << 20, 0);
  ASSERT_TRUE(Load(&identities));
  for (const auto& [key, head] : heads_) {
    ASSERT_EQ(identities.Find(key, identities.hash()(key)).head, head);
  }
  EXPECT_EQ(Find(identities, RowKey(5'000)), Presence::kAbsent);
}

// However long keys are, a step copies about a mebibyte of them.
TEST_F(IdentityLoaderTest, AStepEndsByItsBytesToo) {
  constexpr int kKeys = 1'000;
  const std::string padding(4'000, 'k');
  for (int i = 0; i < kKeys; ++i) Commit(EventKey(static_cast<std::uint64_t>(i)) + padding, "e");
  Identities identities(KeyHash(), 1 << 20, 1 << 12);
  IdentityLoader loader(store_->NewView().value(), identities.hash(), kKeys, nullptr);
  ASSERT_TRUE(loader.Read());
  loader.Tell(&identities);
  EXPECT_GT(loader.told(), 0U);
  EXPECT_LT(loader.told(), 300U);
  EXPECT_FALSE(loader.done());
}

TEST_F(IdentityLoaderTest, FiltersWhatHasNoRoom) {
  Fill(0, 300);
  Identities identities(KeyHash(), 1 << 12, 1 << 12);
  ASSERT_TRUE(Load(&identities));
  EXPECT_GT(identities.size(), 0U);
  EXPECT_GT(identities.forgotten(), 0U);
  for (const auto& [key, head] : heads_) ASSERT_NE(Find(identities, key), Presence::kAbsent);
}

TEST_F(IdentityLoaderTest, TellsOfAFilterThatIsFull) {
  const auto heard = [&] {
    Listener listener;
    Identities identities(KeyHash(), 0, 64);
    EXPECT_TRUE(Load(&identities, &listener));
    return listener.heard;
  };
  Fill(0, 20);
  EXPECT_EQ(heard(), "");
  Fill(20, 80);
  EXPECT_NE(heard().find("filter for new keys is full"), std::string::npos);
}

TEST_F(IdentityLoaderTest, OfFarTooManyNothingIsWorthIt) {
  EXPECT_FALSE(Identities(KeyHash(), 1 << 12, 0).WorthLoading(1'000'000));
  EXPECT_TRUE(Identities(KeyHash(), 1 << 12, 1 << 20).WorthLoading(1'000'000));
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

TEST_F(IdentityLoaderTest, ReportsWhatCannotBeRead) {
  Identities identities(KeyHash(), 1 << 16, 0);
  const auto loaded = Load(std::make_unique<DamagedView>(), &identities);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(Find(identities, RowKey(1)), Presence::kUnknown);
}

TEST_F(IdentityLoaderTest, SaysWhichEntryIsDamaged) {
  Commit(RowKey(1), "\xff");
  Identities identities(KeyHash(), 1 << 16, 0);
  const auto loaded = Load(&identities);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorruption);
  EXPECT_NE(loaded.error().message().find("a row"), std::string_view::npos);
}

}  // namespace
}  // namespace idem::pipeline
