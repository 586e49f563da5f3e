// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identities.h"

#include "codec/keyspace.h"
#include "support/random.h"

#include <gtest/gtest.h>

#include <map>
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

class IdentitiesTest : public ::testing::Test {
 protected:
  // Beside a map of all there is, from which it may fall short in memory alone.
  void Make(std::size_t table_bytes, std::size_t filter_bytes) {
    identities_.emplace(KeyHash(), table_bytes, filter_bytes);
    identities_->FinishLearning();
    stored_.clear();
  }
  void Learn(const std::string& key, const std::string& head) {
    identities_->Learn(key, identities_->hash()(key), head);
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

// What SinkOptions::identity_bytes says of a row with a key of 24 and an integer version.
TEST_F(IdentitiesTest, TakeSeventyEightBytesOfARow) {
  constexpr std::size_t kBytes = 1 << 20;
  constexpr std::size_t kHeadBytes = 29;
  identities_.emplace(KeyHash(), kBytes, 0);
  for (std::uint64_t i = 0; i < kBytes / 78; ++i) {
    std::string key;
    codec::AppendRowKey(1, std::to_string(100'000'000'000'000'000U + i) + "abcdef", &key);
    identities_->Put(key, identities_->hash()(key), std::string(kHeadBytes, 'h'));
  }
  EXPECT_EQ(identities_->forgotten(), 0U);
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

// More keys of one hash than there are slots where it leads to.
TEST_F(IdentitiesTest, AreNotSureOfKeysThatFindNoSlot) {
  constexpr std::uint64_t kSameHash = 0x0123456789abcdef;
  constexpr int kKeys = 5'000;
  Make(1 << 20, 1 << 10);
  for (int i = 0; i < kKeys; ++i) identities_->Put(RowKey(i), kSameHash, std::to_string(i));
  EXPECT_EQ(identities_->size() + identities_->forgotten(), static_cast<std::uint64_t>(kKeys));
  EXPECT_GT(identities_->forgotten(), 0U);
  for (int i = 0; i < kKeys; ++i) {
    const auto found = identities_->Find(RowKey(i), kSameHash);
    EXPECT_NE(found.presence, Presence::kAbsent) << "I-ID-2";
    if (found.presence != Presence::kPresent) continue;
    EXPECT_EQ(found.head, std::to_string(i)) << "I-ID-1";
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
      if (choice < 5)
        Put(key, std::string(1 + random.Below(random.Below(50) == 0 ? 400 : 40), 'h'));
      if (choice == 5) Erase(key);
      Find(key);
      Find(RowKey(random.Below(2 * keys)));
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// Half of the time it learns, of entries that may have been changed or erased meanwhile.
TEST_F(IdentitiesTest, LearnNothingThatIsOlderThanWhatTheyWereTold) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    identities_.emplace(KeyHash(), random.Below(3) == 0 ? random.Below(400) : random.Below(20'000),
                        64 * random.Below(40));
    stored_.clear();
    const std::uint64_t keys = 1 + random.Below(400);
    for (std::uint64_t i = 0; i < keys; ++i) {
      if (random.Below(3) != 0) stored_[RowKey(i)] = "first";
    }
    const auto first = stored_;
    auto next = first.begin();
    const auto change = [&] {
      const std::string key = RowKey(random.Below(keys));
      const std::string head = random.Below(9) == 0 ? std::string(300, 'h') : "second";
      random.Below(3) == 0 ? Erase(key) : Put(key, head);
      Find(RowKey(random.Below(keys)));
    };
    for (; next != first.end(); ++next) {
      while (random.Below(2) == 0) change();
      Learn(next->first, next->second);
    }
    identities_->FinishLearning();
    for (int i = 0; i < 200; ++i) change();
    for (std::uint64_t i = 0; i < keys; ++i) Find(RowKey(i));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST_F(IdentitiesTest, NothingIsCertainlyNewBeforeAllIsLearned) {
  identities_.emplace(KeyHash(), 1 << 16, 0);
  Learn(RowKey(1), "head");
  EXPECT_EQ(identities_->Find(RowKey(1), identities_->hash()(RowKey(1))).presence,
            Presence::kPresent);
  EXPECT_EQ(Find(RowKey(2)), Presence::kUnknown);
  Erase(RowKey(2));
  EXPECT_EQ(Find(RowKey(2)), Presence::kAbsent);
  identities_->FinishLearning();
  EXPECT_EQ(Find(RowKey(3)), Presence::kAbsent);
}

}  // namespace
}  // namespace idem::pipeline
