// SPDX-License-Identifier: Apache-2.0
//
// The same random operations on the RocksDB store and on the model: every answer is the same.

#include "conformance/store_fixture.h"
#include "storage/memory/memory_store.h"
#include "storage/rocks/rocks_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <random>

namespace idem::testing {
namespace {

using storage::Store;
using storage::StoreView;

constexpr int kOperations = 1'500;

class StoreRandom : public ::testing::TestWithParam<unsigned> {
 protected:
  StoreRandom() : random_(GetParam()) { Open(); }

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  void Open() {
    views_.clear();
    rocks_.reset();
    SinkOptions options;
    options.write_buffer_bytes = 64 << 10;
    options.cache_bytes = Below(2) == 0 ? 0 : 1 << 20;
    options.filter_bytes = Below(3) == 0 ? 0 : 64 * (1 + Below(20));  // often far too small
    rocks_ = storage::OpenRocksStore(directory_.path() / "store", options).value();
  }

  // Few keys, so that they meet; in all spaces, the filtered ones most of all; any bytes.
  std::string RandomKey() {
    static constexpr char kFirst[] = {'\x60', '\x60', '\x50', '\x21', '\xff', '\x00'};
    std::string key(1, kFirst[Below(sizeof(kFirst))]);
    for (std::size_t size = Below(3); size > 0; --size) {
      static constexpr char kBytes[] = {'\x00', '\x01', 'a', 'b', '\xfe', '\xff'};
      key += kBytes[Below(sizeof(kBytes))];
    }
    return key;
  }

  void Commit() {
    const bool stale = Below(12) == 0;
    Plan plan(stale ? epoch_ + 1 + Below(2) : epoch_);
    for (std::size_t writes = Below(20); writes > 0; --writes) {
      const std::string key = RandomKey();
      if (Below(3) == 0) {
        plan.Erase(key);
      } else {
        plan.Put(key, std::string(Below(2) == 0 ? Below(4) : Below(2'000),
                                  static_cast<char>(Below(256))));
      }
    }
    if (Below(20) == 0) plan.Bulk();
    const Durability durability = Below(10) == 0 ? Durability::kSync : Durability::kAsync;
    const Result<void> ours = plan.CommitTo(rocks_.get(), durability);
    const Result<void> models = plan.CommitTo(model_.get(), durability);
    ASSERT_EQ(ours.has_value(), models.has_value());
    ASSERT_EQ(ours.has_value(), !stale);
    if (stale) {
      ASSERT_EQ(ours.error().code(), models.error().code());
    }
  }

  void Read() {
    std::vector<std::string> keys;
    for (std::size_t count = Below(30); count > 0; --count) keys.push_back(RandomKey());
    ASSERT_EQ(ReadAll(*rocks_, keys), ReadAll(*model_, keys));
  }

  void MakeView() {
    if (views_.size() >= 4) views_.erase(views_.begin() + static_cast<int>(Below(views_.size())));
    views_.emplace_back(rocks_->NewView().value(), model_->NewView().value());
  }

  void LookAtViews() {
    for (const auto& [ours, models] : views_) {
      const std::string begin = Below(4) == 0 ? "" : RandomKey();
      const std::string end = Below(4) == 0 ? "" : RandomKey();
      ASSERT_EQ(ScanAll(*ours, begin, end), ScanAll(*models, begin, end));
      ASSERT_EQ(ours->Get(begin).value().has_value(), models->Get(begin).value().has_value());
    }
  }

  void Step() {
    switch (Below(40)) {
      case 0:
        return Open();
      case 1:
        epoch_ = rocks_->TakeEpoch().value();
        ASSERT_EQ(epoch_, model_->TakeEpoch().value());
        return;
      case 2:
        return rocks_->Sync().value();
      case 3:
      case 4:
      case 5:
        return MakeView();
      case 6:
      case 7:
      case 8:
        return LookAtViews();
      default:
        return Below(2) == 0 ? Commit() : Read();
    }
  }

  std::mt19937 random_;
  TempDirectory directory_;
  std::unique_ptr<Store> model_ = storage::NewMemoryStore();
  std::unique_ptr<Store> rocks_;
  std::vector<std::pair<std::unique_ptr<StoreView>, std::unique_ptr<StoreView>>> views_;
  std::uint64_t epoch_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Seeds, StoreRandom, ::testing::Range(1U, 9U));

TEST_P(StoreRandom, RocksAnswersAsTheModelDoes) {
  for (int i = 0; i < kOperations; ++i) {
    ASSERT_NO_FATAL_FAILURE(Step()) << "seed " << GetParam() << ", operation " << i;
  }
  views_.clear();
  EXPECT_EQ(ScanAll(*rocks_), ScanAll(*model_));
}

}  // namespace
}  // namespace idem::testing
