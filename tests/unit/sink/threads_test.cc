// SPDX-License-Identifier: Apache-2.0
//
// Writers that offer the same keys at the same time, beside readers.
#include <idem/idem.h>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
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

}  // namespace
}  // namespace idem
