// SPDX-License-Identifier: Apache-2.0
//
// IngestSummary: what a run of `idem ingest` did, as its last line of output tells it.
#pragma once

#include <idem/commit_report.h>
#include <idem/digest.h>
#include <idem/error.h>
#include <idem/verdict.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace idem::cli {

// A line that ended the run.
struct BadLine {
  std::string file;
  std::uint64_t line = 0;  // from 1
  std::uint64_t byte = 0;  // in the decompressed stream, from 0
  std::string reason;

  std::string ToString() const;  // "FILE:LINE:BYTE: reason"
};

// What one commit did.
struct CommitCounts {
  CommitCounts(const CommitReport& report, std::uint64_t from_lines);

  std::uint64_t lines;    // of the input
  std::uint64_t records;  // = the sum of the verdicts
  std::array<std::uint64_t, kVerdictCount> verdicts{};
};

struct IngestSummary {
  std::string table;
  std::uint64_t lines = 0;    // read and committed by this run
  std::uint64_t skipped = 0;  // before the checkpoint, only compared
  std::uint64_t records = 0;  // = the sum of the verdicts
  std::array<std::uint64_t, kVerdictCount> verdicts{};
  std::uint64_t rows = 0;
  Digest digest;
  bool table_known = true;  // false: rows and digest of what is durable are not known
  double seconds = 0;
  bool interrupted = false;
  // Members that no line of any file had, with their options. Unset: no line was read.
  std::optional<std::vector<std::string>> unseen_members;
  std::optional<BadLine> bad_line;
  std::optional<Error> error;

  bool ok() const { return !interrupted && !bad_line && !error; }
  void Count(const CommitCounts& commit);
  // What RecordMapper::UnseenMembers says of one file.
  void CountUnseen(const std::optional<std::vector<std::string>>& unseen);

  std::string ToText() const;  // one line for people
  // The records that were refused, and how to see them; empty when there are none.
  std::string RefusedText(const std::string& db) const;
  std::string ToJson() const;  // one object
};

}  // namespace idem::cli
