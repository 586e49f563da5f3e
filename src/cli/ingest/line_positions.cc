// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/line_positions.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace idem::cli {

std::optional<LinePositions> LinePositions::For(const IngestOptions& options,
                                                const std::string& path) {
  const InputFormat format = options.format.value_or(FormatOfName(path));
  std::error_code error;
  const bool regular = path != "-" && std::filesystem::is_regular_file(path, error);
  if (regular) {
    const std::filesystem::path canonical = std::filesystem::canonical(path, error);
    // One file may fill several tables: each is a reader of its own, with its own checkpoint.
    return LinePositions(path, format, options.source.value_or("file:" + options.table),
                         error ? path : canonical.string());
  }
  if (!options.source) return std::nullopt;
  return LinePositions(path, format, *options.source, "-");
}

Result<std::optional<Checkpoint>> LinePositions::FindCheckpoint(const IdempotentSink& sink) const {
  Result<Snapshot> snapshot = sink.NewSnapshot();
  if (!snapshot) return snapshot.error();
  Result<std::vector<Checkpoint>> checkpoints = snapshot->Checkpoints(source_);
  if (!checkpoints) return checkpoints.error();
  for (Checkpoint& checkpoint : *checkpoints) {
    if (checkpoint.partition.name == partition_) {
      return std::optional<Checkpoint>(std::move(checkpoint));
    }
  }
  return std::optional<Checkpoint>();
}

Error LinePositions::Replaced(std::uint64_t lines) const {
  return Error(
      ErrorCode::kSourceReplaced,
      fmt::format("{}: another incarnation of the source: its first {} lines are not those that "
                  "were ingested before, so the file was replaced or rewritten. Nothing was "
                  "changed. Use --from-start to offer all of it again (what is known is recognised "
                  "as duplicate), or --source NAME to take it as a new source",
                  path_, lines));
}

// Compares the lines that the note speaks of when reading is to go on before their end.
Result<void> LinePositions::VerifyBeforehand(const FingerprintNote& note) const {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path_, error)) return {};  // a pipe is read once only
  Result<std::unique_ptr<UnitReader>> reader = UnitReader::Open(path_, format_);
  if (!reader) return reader.error();
  LineFingerprint seen;
  while (seen.lines() < note.lines) {
    Unit unit;
    Result<bool> got = (*reader)->Next(&unit);
    if (!got) return got.error();
    if (!*got) return Replaced(note.lines);
    seen.Add(unit.text, unit.lines);
  }
  if (seen.lines() != note.lines || seen.Hash() != note.hash) return Replaced(note.lines);
  return {};
}

Result<std::uint64_t> LinePositions::Resume(IdempotentSink* sink, bool from_start, const Unit* head,
                                            UnitReader* reader) {
  Result<std::optional<Checkpoint>> checkpoint = FindCheckpoint(*sink);
  if (!checkpoint) return checkpoint.error();
  if (!*checkpoint || (*checkpoint)->next == 0) return std::uint64_t{0};
  if (from_start) {
    Result<void> rewound =
        sink->Rewind(source_, partition_, {.to = 0, .reason = "idem ingest --from-start"});
    if (!rewound) return rewound.error();
    return std::uint64_t{0};
  }

  const auto next = static_cast<std::uint64_t>((*checkpoint)->next);
  std::optional<FingerprintNote> note = FingerprintNote::Parse((*checkpoint)->note);
  if (note && note->lines > next) {  // rewound by hand since
    Result<void> verified = VerifyBeforehand(*note);
    if (!verified) return verified.error();
    note.reset();
  }
  if (head != nullptr) fingerprint.Add(head->text, head->lines);
  for (;;) {
    if (note && note->lines <= fingerprint.lines()) {
      const bool same = note->lines == fingerprint.lines() && note->hash == fingerprint.Hash();
      if (!same) return Replaced(note->lines);
      note.reset();
    }
    if (fingerprint.lines() >= next) return fingerprint.lines();
    Unit unit;
    Result<bool> got = reader->Next(&unit);
    if (!got) return got.error();
    if (!*got) return Replaced(next);
    fingerprint.Add(unit.text, unit.lines);
  }
}

}  // namespace idem::cli
