// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/key_filter.h"

#include "codec/keyspace.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <string>

namespace idem::storage {
namespace {

using ::idem::testing::TempDirectory;

std::string RowKey(int i) {
  std::string key;
  codec::AppendRowKey(1, std::to_string(i), &key);
  return key;
}

std::string EventKey(int i) {
  std::string key;
  codec::AppendEventKey(1, std::to_string(i), &key);
  return key;
}

class KeyFilterTest : public ::testing::Test {
 protected:
  KeyFilterTest() {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory_.path().string(), &raw).ok());
    db_.reset(raw);
  }

  void Put(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(db_->Put({}, RowKey(i), "v").ok());
      ASSERT_TRUE(db_->Put({}, EventKey(i), "v").ok());
    }
  }

  TempDirectory directory_;
  std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(KeyFilterTest, KnowsWhatTheStoreHeldWhenItWasBuilt) {
  Put(500);
  const auto filter = KeyFilter::Build(db_.get(), 1 << 16, nullptr).value();
  ASSERT_NE(filter, nullptr);
  int wrong = 0;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(filter->MayContain(RowKey(i)));
    ASSERT_TRUE(filter->MayContain(EventKey(i)));
    wrong += filter->MayContain(RowKey(i + 500)) + filter->MayContain(EventKey(i + 500));
  }
  EXPECT_LT(wrong, 50) << "it should spare reads";
  filter->Add(RowKey(1'000'000));
  EXPECT_TRUE(filter->MayContain(RowKey(1'000'000)));
}

TEST_F(KeyFilterTest, SaysMaybeOfEverythingElse) {
  const auto filter = KeyFilter::Build(db_.get(), 1 << 16, nullptr).value();
  for (const std::string& key : {std::string(), codec::SpaceKey(codec::Space::kEpoch),
                                 codec::TableKey("t"), std::string("\xff")}) {
    EXPECT_TRUE(filter->MayContain(key));
  }
}

TEST_F(KeyFilterTest, IsAbsentWhereItWouldBeOfNoUse) {
  EXPECT_EQ(KeyFilter::Build(db_.get(), 0, nullptr).value(), nullptr);
  Put(200);
  EXPECT_EQ(KeyFilter::Build(db_.get(), BlockedBloom::kBlockBytes, nullptr).value(), nullptr);
}

}  // namespace
}  // namespace idem::storage
