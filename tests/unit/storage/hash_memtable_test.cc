// SPDX-License-Identifier: Apache-2.0
//
// The hash memtable beside RocksDB's own skip list: the same operations, the same answers.
#include "storage/rocks/hash_memtable.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/write_batch.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace idem::storage {
namespace {

constexpr std::size_t kWriteBuffer = 64 << 10;

// Appends with a comma, so that the order of the operands shows.
class Joining final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* joined, rocksdb::Logger*) const override {
    *joined = (existing == nullptr ? std::string() : existing->ToString() + ",") + value.ToString();
    return true;
  }
  const char* Name() const override { return "Joining"; }
};

class OneDb {
 public:
  explicit OneDb(std::shared_ptr<rocksdb::MemTableRepFactory> factory)
      : env_(rocksdb::NewMemEnv(rocksdb::Env::Default())) {
    options_.env = env_.get();
    options_.create_if_missing = true;
    options_.write_buffer_size = kWriteBuffer;
    options_.max_write_buffer_number = 4;
    options_.allow_concurrent_memtable_write = false;
    options_.merge_operator = std::make_shared<Joining>();
    if (factory != nullptr) options_.memtable_factory = std::move(factory);
    Open();
  }

  void Open() {
    rocksdb::DB* db = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(options_, "/db", &db);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    db_.reset(db);
  }
  void Reopen() {
    db_.reset();
    Open();
  }
  rocksdb::DB* operator->() const { return db_.get(); }

 private:
  std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
};

class HashMemtable : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  // Few keys, some a prefix of others, so that everything meets everything.
  std::string AnyKey() {
    std::string key = "table-" + std::string(Below(3), '\0') + std::to_string(Below(200));
    if (Below(4) == 0) key += std::string(1 + Below(12), static_cast<char>(Below(256)));
    return key;
  }

  template <typename Operation>
  void Both(Operation operation) {
    const rocksdb::Status expected = operation(skip_list_);
    const rocksdb::Status got = operation(hash_);
    ASSERT_EQ(got.ToString(), expected.ToString());
  }

  void WriteSome() {
    rocksdb::WriteBatch batch;
    for (std::size_t i = 1 + Below(20); i > 0; --i) {
      const std::string key = AnyKey();
      switch (Below(10)) {
        case 0:
        case 1:
          ASSERT_TRUE(batch.Delete(key).ok());
          break;
        case 2:
          ASSERT_TRUE(batch.Merge(key, std::to_string(Below(1000))).ok());
          break;
        case 3:
          if (Below(10) == 0) {
            ASSERT_TRUE(batch.DeleteRange(key, key + "5").ok());
          }
          break;
        default:
          ASSERT_TRUE(batch.Put(key, std::string(Below(60), 'v') + std::to_string(i)).ok());
      }
    }
    Both([&](OneDb& db) { return db->Write({}, &batch); });
  }

  std::string Read(OneDb& db, const std::string& key, const rocksdb::Snapshot* snapshot) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    std::string value;
    const rocksdb::Status status = db->Get(options, key, &value);
    return status.ToString() + " " + value;
  }

  void CompareReads(const rocksdb::Snapshot* skip, const rocksdb::Snapshot* hash) {
    for (int i = 0; i < 20; ++i) {
      const std::string key = AnyKey();
      ASSERT_EQ(Read(hash_, key, hash), Read(skip_list_, key, skip)) << key;
    }
  }

  // A walk of random steps, the same for both.
  std::string Walk(OneDb& db, const rocksdb::Snapshot* snapshot, std::uint32_t seed) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(options));
    std::mt19937 steps(seed);
    const auto key = [&steps] { return "table-" + std::to_string(steps() % 200); };
    std::string path;
    for (int i = 0; i < 60; ++i) {
      const auto step = steps() % 12;
      if (step == 0) at->SeekToFirst();
      if (step == 1) at->SeekToLast();
      if (step == 2 || !at->Valid()) at->Seek(key());
      if (step == 3) at->SeekForPrev(key());
      if (step >= 4 && at->Valid()) step < 8 ? at->Next() : at->Prev();
      path += at->Valid() ? at->key().ToString() + "=" + at->value().ToString() + ";" : "-;";
    }
    return path + at->status().ToString();
  }

  void CompareWalks(const rocksdb::Snapshot* skip, const rocksdb::Snapshot* hash) {
    const auto seed = static_cast<std::uint32_t>(random_());
    ASSERT_EQ(Walk(hash_, hash, seed), Walk(skip_list_, skip, seed));
  }

  void Flush() {
    Both([](OneDb& db) { return db->Flush({}); });
  }

  std::mt19937 random_{GetParam()};
  OneDb skip_list_{nullptr};
  OneDb hash_{NewHashMemtableFactory(kWriteBuffer)};
};

TEST_P(HashMemtable, AnswersAsTheSkipListDoes) {
  for (int round = 0; round < 40 && !HasFatalFailure(); ++round) {
    const rocksdb::Snapshot* skip = skip_list_->GetSnapshot();
    const rocksdb::Snapshot* hash = hash_->GetSnapshot();
    for (int i = 0; i < 10; ++i) {
      WriteSome();
      CompareReads(nullptr, nullptr);
      CompareWalks(nullptr, nullptr);
    }
    CompareReads(skip, hash);
    CompareWalks(skip, hash);
    skip_list_->ReleaseSnapshot(skip);
    hash_->ReleaseSnapshot(hash);
    if (round % 8 == 3) Flush();
  }
}

TEST_P(HashMemtable, RecoversFromTheLog) {
  for (int round = 0; round < 6 && !HasFatalFailure(); ++round) {
    for (int i = 0; i < 30; ++i) WriteSome();
    skip_list_.Reopen();
    hash_.Reopen();
    CompareReads(nullptr, nullptr);
    CompareWalks(nullptr, nullptr);
  }
}

TEST_P(HashMemtable, ReadsManyKeysAtOnce) {
  for (int i = 0; i < 30; ++i) WriteSome();
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(AnyKey());
  const std::vector<rocksdb::Slice> keys(names.begin(), names.end());
  std::vector<std::string> skip, hash;
  const auto skip_status = skip_list_->MultiGet({}, keys, &skip);
  const auto hash_status = hash_->MultiGet({}, keys, &hash);
  EXPECT_EQ(hash, skip);
  EXPECT_EQ(hash_status, skip_status);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HashMemtable, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace idem::storage
