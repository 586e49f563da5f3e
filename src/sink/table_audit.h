// SPDX-License-Identifier: Apache-2.0
//
// TableAudit: derives one table's state from its rows and event ids, and compares it with the state
// that commits have kept.
#pragma once

#include "codec/catalog.h"
#include "codec/fingerprint.h"

#include <idem/verify_report.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace idem {

class TableAudit {
 public:
  using Find = std::function<void(const std::string& table, std::string what)>;

  TableAudit(codec::TableDefinition table, Find find)
      : definition_(std::move(table)),
        fingerprinter_(definition_.options),
        find_(std::move(find)) {}

  // `key` is the host's part of the store key. `commit` is the newest there may be.
  void VisitState(std::string_view value, std::uint64_t commit);
  void VisitRow(std::string_view key, std::string_view value, std::uint64_t commit);
  void VisitEvent(std::string_view key, std::string_view value, std::uint64_t commit);

  // Once everything was visited.
  void Compare() const;

  const codec::TableState& derived() const noexcept { return derived_; }

 private:
  void Finding(std::string what) const { find_(definition_.name, std::move(what)); }
  void CompareCount(const char* what, std::uint64_t stored, std::uint64_t derived) const;

  codec::TableDefinition definition_;
  codec::PayloadFingerprinter fingerprinter_;
  Find find_;
  codec::TableState stored_;  // zeros until the first commit to the table
  bool readable_ = true;      // stored_ is what is stored
  codec::TableState derived_;
  std::string scratch_;
};

}  // namespace idem
