// SPDX-License-Identifier: Apache-2.0
//
// LinePositions: a file as a source of its own. Its offsets are line numbers from 0, and its
// checkpoint's note says by a fingerprint which lines were consumed. So a second run goes on where
// the first one ended, and a file that was replaced is refused before anything is changed.
#pragma once

#include <idem/idempotent_sink.h>
#include <idem/result.h>

#include <cstdint>
#include <optional>
#include <string>

#include "cli/ingest/ingest_options.h"
#include "cli/ingest/line_fingerprint.h"
#include "cli/input/unit_reader.h"

namespace idem::cli {

class LinePositions final {
 public:
  // The positions of lines of `path`; nothing for standard input (or a pipe) without a --source.
  static std::optional<LinePositions> For(const IngestOptions& options, const std::string& path);

  // Moves `reader` behind the lines that were ingested before and returns their number. `head`,
  // when set, is what was read already, a CSV header. With --from-start the checkpoint is rewound
  // instead and nothing is skipped.
  // Errors: kSourceReplaced (nothing was changed), those of UnitReader::Next and of Rewind.
  Result<std::uint64_t> Resume(IdempotentSink* sink, bool from_start, const Unit* head,
                               UnitReader* reader);

  // Where the records of the line with this number were read.
  Position At(std::uint64_t line) const {
    return {source_, partition_, static_cast<std::int64_t>(line)};
  }

  const std::string& source() const noexcept { return source_; }
  const std::string& partition() const noexcept { return partition_; }

  // Of the lines consumed so far: those skipped, and those made into batches.
  LineFingerprint fingerprint;

 private:
  LinePositions(std::string path, InputFormat format, std::string source, std::string partition)
      : path_(std::move(path)),
        format_(format),
        source_(std::move(source)),
        partition_(std::move(partition)) {}

  Result<std::optional<Checkpoint>> FindCheckpoint(const IdempotentSink& sink) const;
  Result<void> VerifyBeforehand(const FingerprintNote& note) const;
  Error Replaced(std::uint64_t lines) const;

  std::string path_;
  InputFormat format_;
  std::string source_;
  std::string partition_;
};

}  // namespace idem::cli
