// SPDX-License-Identifier: Apache-2.0
//
// Writers that offer the same keys at the same time, beside readers.
#include "codec/watermark.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "support/temp_directory.h"

#include <idem/idem.h>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace idem {
namespace {

constexpr std::int64_t kKeys = 400;
constexpr int kWriters = 4;
constexpr std::int64_t kPerBatch = 20;

// Each writer begins elsewhere, so that they meet.
std::size_t OfferAllKeys(IdempotentSink* sink, const Table& table, int writer) {
  std::size_t inserted = 0;
  Batch batch;
  for (std::int64_t i = 0; i < kKeys; i += kPerBatch) {
    batch.Clear();
    for (std::int64_t k = i; k < i + kPerBatch; ++k) {
      batch.Insert(table, {(k + writer * 37) % kKeys}, "the same for all");
    }
    batch.Advance("source", writer, i + kPerBatch);
    inserted +=
        sink->Commit(batch, {.durability = Durability::kAsync}).value().count(Verdict::kInserted);
  }
  return inserted;
}

void ReadOnce(const IdempotentSink& sink, const Table& table) {
  const std::uint64_t published = table.Info().rows;  // the ledger follows the store
  const Snapshot snapshot = sink.NewSnapshot().value();
  RowCursor cursor = snapshot.Scan("rows").value();
  std::uint64_t rows = 0;
  while (cursor.Next().value()) ++rows;
  EXPECT_EQ(snapshot.GetTable("rows").value().rows, rows);  // of one commit
  EXPECT_LE(published, rows);
  EXPECT_LE(sink.ReadMetrics().durable_commit, sink.ReadMetrics().commit);
  EXPECT_LE(sink.ResumeFrom("source").value().size(), std::size_t{kWriters});
  EXPECT_TRUE(table.Get({1}));
}

TEST(Threads, OverlappingKeysAreInsertedOnceBesideReaders) {
  const auto sink = IdempotentSink::OpenInMemory().value();
  const Table table = sink->OpenTable("rows", {.mode = TableMode::kAppend}).value();
  std::atomic<std::size_t> inserted{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers, writers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) ReadOnce(*sink, table);
    });
  }
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] { inserted += OfferAllKeys(sink.get(), table, i); });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(inserted, static_cast<std::size_t>(kKeys));
  const Metrics metrics = sink->ReadMetrics();
  EXPECT_EQ(metrics.records_offered, static_cast<std::uint64_t>(kWriters * kKeys));
  EXPECT_EQ(metrics.tables[0].rows, static_cast<std::uint64_t>(kKeys));
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
}

// A writer with keys and a source partition of its own, to which it comes back: its commits are
// decided while those of others are written.
void OfferOwnKeys(IdempotentSink* sink, const Table& table, std::int64_t writer) {
  Batch batch;
  for (const std::int64_t version : {1, 1, 2}) {
    for (std::int64_t i = 0; i < kKeys; i += kPerBatch) {
      batch.Clear();
      batch.From({"source", writer, version * kKeys + i});
      for (std::int64_t k = i; k < i + kPerBatch; ++k) {
        batch.Upsert(table, {writer, k}, "a value", {.version = version});
      }
      ASSERT_TRUE(sink->Commit(batch, {.durability = Durability::kAsync}));
    }
  }
}

Digest DigestAfter(IdempotentSink* sink, bool at_once) {
  const Table table = sink->OpenTable("rows").value();
  std::vector<std::thread> writers;
  for (std::int64_t i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] { OfferOwnKeys(sink, table, i); });
    if (!at_once) writers.back().join();
  }
  for (std::thread& writer : writers) {
    if (writer.joinable()) writer.join();
  }
  const Metrics metrics = sink->ReadMetrics();
  EXPECT_EQ(metrics.tables[0].rows, static_cast<std::uint64_t>(kWriters * kKeys));
  EXPECT_EQ(metrics.commits, metrics.commit - 1) << "each has one number; the first made the table";
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
  return table.Info().digest;
}

TEST(Threads, WritersSideBySideLeaveWhatOneAfterTheOtherLeaves) {
  const auto alone = IdempotentSink::OpenInMemory().value();
  const auto together = IdempotentSink::OpenInMemory().value();
  const testing::TempDirectory directory;
  const auto on_disk = IdempotentSink::Open(directory.path()).value();
  const Digest expected = DigestAfter(alone.get(), /*at_once=*/false);
  EXPECT_EQ(DigestAfter(together.get(), /*at_once=*/true), expected);
  EXPECT_EQ(DigestAfter(on_disk.get(), /*at_once=*/true), expected);
}

// Deletes ever new keys, whose tombstones fall below the horizon, and writes a few again and again.
void DeleteAndWrite(IdempotentSink* sink, const Table& table, std::int64_t writer) {
  Batch batch;
  for (std::int64_t version = 1; version <= 200; ++version) {
    batch.Clear();
    for (std::int64_t k = 0; k < kPerBatch; ++k) {
      if ((version + k) % 3 == 0) {
        batch.Upsert(table, {writer, k}, "a value", {.version = version});
      } else {
        batch.Delete(table, {writer, version, k}, {.version = version});
      }
    }
    const std::string name = std::to_string(writer);
    const BatchToken token = version % 2 == 0
                                 ? BatchToken::Request(name + " " + std::to_string(version))
                                 : BatchToken::Sequence(name, version);
    ASSERT_TRUE(sink->Commit(batch, {.token = token}));
    if (version % 20 == 0) {
      ASSERT_TRUE(sink->ForgetTokens(name, version - 10));
    }
  }
}

TEST(Threads, UpkeepGoesOnBesideWriters) {
  const auto sink = IdempotentSink::OpenInMemory().value();
  const Table table = sink->OpenTable("rows", {.horizon = 20}).value();
  std::atomic<bool> stop{false};
  std::uint64_t collected = 0;
  const auto tidy = [&] {
    collected += sink->CollectTombstones(table).value();
    EXPECT_TRUE(sink->ForgetRequests(UINT64_MAX));
  };
  std::thread upkeep([&] {
    while (!stop) tidy();
  });
  std::vector<std::thread> writers;
  for (std::int64_t i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] { DeleteAndWrite(sink.get(), table, i); });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  upkeep.join();
  tidy();
  EXPECT_GT(collected, 0U);
  EXPECT_TRUE(sink->NewSnapshot().value().Verify().value().ok());
}

// What the note of the store says of the only partition.
std::int64_t NextInNote(const storage::Store& store) {
  codec::DurableNote note;
  EXPECT_TRUE(codec::DecodeNote(store.ReadWatermark().value(), &note));
  return note.sources.at(0).next;
}

// A sync that takes in the rewind's commit takes in the checkpoint too: there may be no later one.
TEST(Threads, ARewindBesideSyncsIsNoted) {
  const std::shared_ptr<storage::Store> store = storage::NewMemoryStore();
  const auto sink = SinkImpl::Open(store, {}).value();
  Batch batch;
  batch.Advance("source", 0, 100);
  ASSERT_TRUE(sink->Commit(batch));
  std::atomic<bool> stop{false};
  std::thread syncing([&] {
    while (!stop) EXPECT_TRUE(sink->Flush());
  });
  for (const std::int64_t to : {0, 50}) {
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(sink->Rewind("source", 0, {.to = to + i, .reason = "again"}));
      ASSERT_EQ(NextInNote(*store), to + i);
      ASSERT_EQ(sink->DurableCheckpoints("source").value()[0].next, to + i);
    }
  }
  stop = true;
  syncing.join();
}

}  // namespace
}  // namespace idem
