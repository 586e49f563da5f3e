// SPDX-License-Identifier: Apache-2.0
//
// Readers of the hash memtable beside its writer.
#include "storage/rocks/hash_memtable.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace idem::storage {
namespace {

constexpr int kKeys = 4'000;
constexpr std::size_t kWriteBuffer = 64 << 10;  // so that some memtables fill

std::string KeyOf(int i) { return "key-" + std::to_string(i * 7919 % kKeys); }

// Keys are written in the order of their numbers: what is there is a prefix of them.
void ReadOnce(rocksdb::DB* db, const std::atomic<int>& written) {
  const int before = written;
  std::string value;
  for (int i = 0; i < before; i += 97) {
    ASSERT_TRUE(db->Get({}, KeyOf(i), &value).ok()) << i;
    ASSERT_EQ(value, std::to_string(i));
  }
  const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator({}));
  int seen = 0;
  std::string last;
  for (at->SeekToFirst(); at->Valid(); at->Next(), ++seen) {
    ASSERT_LT(last, at->key().ToString());
    last = at->key().ToString();
  }
  ASSERT_TRUE(at->status().ok());
  ASSERT_GE(seen, before);
}

TEST(HashMemtableThreads, ReadersSeeWhatWasWrittenBeforeTheyBegan) {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  rocksdb::Options options;
  options.env = env.get();
  options.create_if_missing = true;
  options.write_buffer_size = kWriteBuffer;
  options.allow_concurrent_memtable_write = false;
  options.memtable_factory = NewHashMemtableFactory(kWriteBuffer);
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, "/db", &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);

  std::atomic<int> written{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (written < kKeys) ReadOnce(db.get(), written);
    });
  }
  for (int i = 0; i < kKeys; ++i) {
    EXPECT_TRUE(db->Put({}, KeyOf(i), std::to_string(i)).ok());
    written = i + 1;
  }
  for (std::thread& reader : readers) reader.join();
  ReadOnce(db.get(), written);
}

}  // namespace
}  // namespace idem::storage
