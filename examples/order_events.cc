// SPDX-License-Identifier: Apache-2.0
//
// One stream of order events that feeds two tables in one commit:
//
//   payments   append: the payment's number is its identity; the first one wins
//   orders     upsert: the newest state of each order; a cancelled order is deleted. Each change
//              has an event id, by which it is known when it comes again
//
// The stream is delivered twice, the second time under new offsets, as a producer does that retries
// after a timeout. The second delivery changes nothing.

#include <idem/idem.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct Event {
  std::string_view id;
  std::string_view order;
  std::int64_t time;
  std::string_view state;    // "cancelled": the order is to be deleted
  std::string_view payment;  // empty: the event has no payment
};

constexpr Event kEvents[] = {
    {"e-1", "o-1", 100, "placed", ""},    {"e-2", "o-2", 110, "placed", ""},
    {"e-3", "o-1", 120, "paid", "p-71"},  {"e-4", "o-3", 130, "placed", ""},
    {"e-5", "o-2", 140, "cancelled", ""}, {"e-6", "o-3", 150, "paid", "p-72"},
    {"e-7", "o-1", 160, "shipped", ""},
};

void Add(const Event& event, std::int64_t offset, const idem::Table& orders,
         const idem::Table& payments, idem::Batch* batch) {
  batch->From({.source = "order-events", .partition = 0, .offset = offset});
  const idem::Key id(event.id);
  const idem::WriteOptions options = {.version = event.time, .event_id = id};
  if (event.state == "cancelled") {
    batch->Delete(orders, {event.order}, options);
  } else {
    batch->Upsert(orders, {event.order}, event.state, options);
  }
  if (!event.payment.empty()) batch->Insert(payments, {event.payment}, event.order);
}

void Print(const idem::CommitReport& report) {
  std::printf("commit %llu:", static_cast<unsigned long long>(report.commit()));
  for (const auto verdict : {idem::Verdict::kInserted, idem::Verdict::kUpdated,
                             idem::Verdict::kDeleted, idem::Verdict::kDuplicate}) {
    std::printf(" %zu %s", report.count(verdict), std::string(ToString(verdict)).c_str());
  }
  std::printf("\n");
}

void PrintRows(const idem::IdempotentSink& sink, std::string_view table) {
  const idem::Snapshot snapshot = sink.NewSnapshot().value();
  idem::RowCursor cursor = snapshot.Scan(table).value();
  while (cursor.Next().value()) {
    std::printf("  %s %s = %s\n", std::string(table).c_str(), cursor.row().key.ToString().c_str(),
                cursor.row().value.c_str());
  }
}

}  // namespace

int main() {
  auto sink = idem::IdempotentSink::OpenInMemory().value();
  const auto orders = sink->OpenTable("orders", {.mode = idem::TableMode::kUpsert}).value();
  const auto payments = sink->OpenTable("payments", {.mode = idem::TableMode::kAppend}).value();

  idem::Batch batch;
  std::int64_t offset = 0;
  for (const Event& event : kEvents) Add(event, offset++, orders, payments, &batch);
  Print(sink->Commit(batch).value());
  const idem::Digest before = orders.Digest();

  batch.Clear();
  for (const Event& event : kEvents) Add(event, offset++, orders, payments, &batch);
  Print(sink->Commit(batch).value());

  PrintRows(*sink, "orders");
  PrintRows(*sink, "payments");
  std::printf("%s\n", orders.Digest() == before ? "nothing changed" : "the orders changed");
  return orders.Digest() == before ? EXIT_SUCCESS : EXIT_FAILURE;
}
