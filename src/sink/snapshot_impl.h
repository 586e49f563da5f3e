// SPDX-License-Identifier: Apache-2.0
//
// SnapshotImpl: reads idem's words out of a StoreView.
#pragma once

#include "codec/catalog.h"
#include "storage/store.h"

#include <idem/snapshot.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace idem {

class SnapshotImpl {
 public:
  // A view of `store`, which the snapshot keeps. Errors: kIoError, kCorruption.
  static Result<Snapshot> Make(std::shared_ptr<const storage::Store> store,
                               std::unique_ptr<storage::StoreView> view);

  SnapshotImpl(std::shared_ptr<const storage::Store> store,
               std::unique_ptr<storage::StoreView> view, std::uint64_t commit)
      : store_(std::move(store)), view_(std::move(view)), commit_(commit) {}

  const storage::StoreView& view() const noexcept { return *view_; }
  std::uint64_t commit() const noexcept { return commit_; }

  Result<codec::TableDefinition> FindTable(std::string_view name) const;
  Result<TableInfo> Describe(codec::TableDefinition table) const;

 private:
  const std::shared_ptr<const storage::Store> store_;  // before the view, which needs it
  const std::unique_ptr<storage::StoreView> view_;
  const std::uint64_t commit_;
};

// Encodes a key to look up. Errors: kInvalidArgument (no parts, or over kKeyBytesMax).
Result<std::string> LookupKey(std::uint32_t table, const KeyRef& key);

// Fills `row` from a stored entry. False when it is a tombstone. Errors: kCorruption.
Result<bool> ReadRow(std::string_view key, std::string_view value, Row* row);

}  // namespace idem
