// SPDX-License-Identifier: Apache-2.0
//
// What every test of a Store needs: plans that own their bytes, reads and scans as plain values.
#pragma once

#include "codec/keyspace.h"
#include "storage/store.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::testing {

using Entries = std::map<std::string, std::string>;
using Values = std::vector<std::optional<std::string>>;

// A WritePlan that owns its bytes. A later Put or Erase of the same key replaces the earlier one.
class Plan {
 public:
  explicit Plan(std::uint64_t epoch = 0) : epoch_(epoch) {}

  Plan& Put(std::string key, std::string value) {
    writes_.insert_or_assign(std::move(key), std::move(value));
    return *this;
  }
  Plan& Erase(std::string key) {
    writes_.insert_or_assign(std::move(key), std::nullopt);
    return *this;
  }

  Plan& Bulk() {
    path_ = storage::WritePath::kSortedFiles;
    return *this;
  }

  Result<void> CommitTo(storage::Store* store, Durability durability = Durability::kAsync) const {
    storage::WritePlan plan;
    plan.writer_epoch = epoch_;
    plan.path = path_;
    for (const auto& [key, value] : writes_) plan.writes.push_back(AsWrite(key, value));
    std::reverse(plan.writes.begin(), plan.writes.end());  // no store may rely on an order
    if (writes_.size() % 2 == 0) store->Prepare(&plan);    // which nobody may tell either
    return store->Commit(plan, durability);
  }

 private:
  // Every other value in two pieces, which no store may tell from one.
  static storage::Write AsWrite(const std::string& key, const std::optional<std::string>& value) {
    if (!value || value->size() % 2 != 0) return {key, value};
    const std::string_view whole = *value;
    return {key, whole.substr(0, whole.size() / 4), whole.substr(whole.size() / 4)};
  }

  std::uint64_t epoch_;
  storage::WritePath path_ = storage::WritePath::kLog;
  std::map<std::string, std::optional<std::string>> writes_;
};

inline Values ReadAll(const storage::Store& store, const std::vector<std::string>& keys) {
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  const auto result = store.NewReadResult();
  store.Read(views, result.get()).value();
  Values values;
  for (const auto& value : result->values) {
    values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  return values;
}

// All entries of a range, without the header, whose store id differs from store to store.
inline Entries ScanAll(const storage::StoreView& view, std::string_view begin = {},
                       std::string_view end = {}) {
  const std::string header = codec::SpaceKey(codec::Space::kFormat);
  const auto cursor = view.Scan(begin, end).value();
  Entries entries;
  while (cursor->Next().value()) {
    if (cursor->key() != header) entries.emplace(cursor->key(), cursor->value());
  }
  return entries;
}

inline Entries ScanAll(const storage::Store& store) { return ScanAll(*store.NewView().value()); }

// The key of a row: one that the store's filter covers.
inline std::string RowKey(std::string_view key, std::uint32_t table = 1) {
  std::string bytes;
  codec::AppendRowKey(table, key, &bytes);
  return bytes;
}

}  // namespace idem::testing
