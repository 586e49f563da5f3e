// SPDX-License-Identifier: Apache-2.0
//
// VerifyReport: what Snapshot::Verify found when it derived everything again from the rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace idem {

struct VerifyFinding {
  std::string table;  // empty: not about a table
  std::string what;   // for a person; holds no key and no value
};

struct VerifyReport {
  std::uint64_t commit = 0;  // the state verified
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;  // live rows read
  std::uint64_t tombstones = 0;
  std::uint64_t event_ids = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t tokens = 0;  // reports kept for batch tokens
  std::uint64_t quarantined = 0;
  std::uint64_t finding_count = 0;      // all of them
  std::vector<VerifyFinding> findings;  // the first kVerifyFindingsMax

  bool ok() const noexcept { return finding_count == 0; }
};

inline constexpr std::size_t kVerifyFindingsMax = 100;

struct VerifyOptions {
  // Called now and then with the entries read so far; must not call back into idem.
  std::function<void(std::uint64_t entries_done)> progress = {};
};

}  // namespace idem
