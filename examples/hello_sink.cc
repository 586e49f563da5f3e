// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include <cstdint>
#include <iostream>

struct Message {
  const char* order;
  std::int64_t version;
  const char* state;
};

int main(int argc, char** argv) {
  auto sink = idem::IdempotentSink::Open(argc > 1 ? argv[1] : "hello.idem").value();
  auto orders = sink->OpenTable("orders", {.mode = idem::TableMode::kUpsert}).value();

  // As a queue may deliver them: one message twice, one later than a newer one.
  const Message messages[] = {
      {"o-1", 1, "placed"}, {"o-1", 3, "shipped"}, {"o-1", 3, "shipped"}, {"o-1", 2, "paid"}};
  idem::Batch batch;
  for (const auto& m : messages) batch.Upsert(orders, {m.order}, m.state, {.version = m.version});

  const idem::CommitReport report = sink->Commit(batch).value();
  for (std::size_t i = 0; i < report.outcomes().size(); ++i) {
    std::cout << messages[i].state << ": " << ToString(report.outcomes()[i].verdict) << "\n";
  }
  std::cout << "digest " << orders.Digest().ToHex() << "\n";
}
