// SPDX-License-Identifier: Apache-2.0
#include "golden/content.h"

#include <string>

namespace idem::golden {
namespace {

struct Tables {
  Table orders;    // upsert, integer versions, tombstones, event ids
  Table log;       // append, keys of every type
  Table stations;  // upsert, hexadecimal versions
};

Tables OpenTables(IdempotentSink* sink) {
  return {sink->OpenTable("orders", {.mode = TableMode::kUpsert}).value(),
          sink->OpenTable("log", {.mode = TableMode::kAppend}).value(),
          sink->OpenTable("stations", {.mode = TableMode::kUpsert, .version = VersionKind::kHex})
              .value()};
}

}  // namespace

SinkOptions GoldenOptions() {
  SinkOptions options;
  options.on_invalid = InvalidPolicy::kQuarantine;
  return options;
}

void FillTokenBatch(IdempotentSink* sink, Batch* batch) {
  const Tables tables = OpenTables(sink);
  batch->Insert(tables.log, {"with a token", 7}, "once");
}

void WriteHalf(IdempotentSink* sink, int half) {
  const Tables tables = OpenTables(sink);
  Batch batch;
  for (std::int64_t i = half; i < 40; i += 2) {
    batch.From({kSource, i % 3, 100 + i});
    const Key event("event", i);
    const std::string value = "{\"order\":" + std::to_string(i) + "}";
    batch.Upsert(tables.orders, {"tenant", i % 25}, value, {.version = i, .event_id = event});
    if (i % 10 == 9) batch.Delete(tables.orders, {"tenant", i % 25}, {.version = 1000 + i});
    batch.Insert(tables.log, {i, nullptr, i % 4 == 0, 0.5 * static_cast<double>(i), "text"}, value);
    const std::string section = std::to_string(i) + "/A" + std::to_string(half);
    batch.Upsert(tables.stations, {"station", i % 7}, "measured", {.version = section});
  }
  batch.FromNowhere();
  batch.Insert(tables.log, {"same key"}, half == 0 ? "first" : "second, a conflict");
  batch.Reject(tables.log, "{torn", "not a record");
  batch.Advance("file", "part-1", 500 + half, "a note of the host");
  static_cast<void>(sink->Commit(batch).value());
  if (half == 0) return;
  batch.Clear();
  FillTokenBatch(sink, &batch);
  CommitOptions options;
  options.token = BatchToken::Sequence(kApplication, 7);
  static_cast<void>(sink->Commit(batch, options).value());
}

}  // namespace idem::golden
