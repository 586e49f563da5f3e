// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/ingester.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/ingest/table_setup.h"
#include "cli/interrupt.h"

namespace idem::cli {
namespace {

// Pending lines are committed early when they take this much memory.
constexpr std::size_t kPendingBytesMax = 32 << 20;
constexpr std::size_t kBulkPendingBytesMax = 512 << 20;

// How often the progress is told between two commits.
constexpr std::size_t kRecordsAnUpdate = 10'000;

std::string SourceName(const std::string& path) {
  return path == "-" ? "stdin" : std::filesystem::path(path).filename().string();
}

}  // namespace

Limits LimitsOf(const IngestOptions& options) {
  Limits limits;
  if (!options.bulk) return limits;
  limits.batch_records = std::max(limits.batch_records, options.batch_records);
  limits.batch_bytes = 2 * kBulkPendingBytesMax;
  return limits;
}

Ingester::Ingester(const IngestOptions& options, IdempotentSink* sink, Progress* progress)
    : options_(options), sink_(sink), progress_(progress), batch_(LimitsOf(options)) {
  summary_.table = options.table;
}

IngestSummary Ingester::Run() {
  const auto start = std::chrono::steady_clock::now();
  if (Prepare()) {
    for (const std::string& path : options_.files) {
      if (!IngestFile(path)) break;
    }
  }
  Result<void> flushed = sink_->Flush();
  if (!flushed && !summary_.error) summary_.error = flushed.error();
  CountTable();
  summary_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary_;
}

// Also when the run could not even open the table: what is there stays there.
void Ingester::CountTable() {
  Result<Snapshot> snapshot = sink_->NewSnapshot();
  if (!snapshot) return;
  Result<TableInfo> info = snapshot->GetTable(options_.table);
  if (!info) return;
  summary_.rows = info->rows;
  summary_.digest = info->digest;
}

bool Ingester::Fail(const Error& error) {
  summary_.error = error;
  return false;
}

bool Ingester::Interrupted() {
  summary_.interrupted = true;
  return false;
}

bool Ingester::FailAt(const Unit& unit, const LineError& error) {
  summary_.bad_line = BadLine{path_, unit.line + 1, unit.byte + error.column, error.reason};
  return false;
}

// A table that exists is opened before a line is read: what is wrong with it is said first.
bool Ingester::Prepare() {
  Result<std::optional<TableOptions>> stored = FindTable(*sink_, options_.table);
  if (!stored) return Fail(stored.error());
  stored_ = *stored;
  return !stored_ || OpenTable();
}

bool Ingester::OpenTable() {
  std::optional<VersionKind> suggested;
  if (!stored_ && options_.version) suggested = SuggestVersionKind();
  Result<Table> table = OpenIngestTable(sink_, options_, DefineTable(options_, stored_, suggested));
  if (!table) return Fail(table.error());
  table_ = *table;
  if (mapper_) mapper_->set_version_kind(table_->options().version_kind());
  return true;
}

// What the first pending line with a version has.
std::optional<VersionKind> Ingester::SuggestVersionKind() {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (!pending_.is_record(i) || mapper_->Map(pending_.unit(i).text, &record_)) continue;
    if (std::optional<VersionKind> kind = mapper_->SuggestedVersionKind()) return kind;
  }
  return std::nullopt;
}

bool Ingester::IngestFile(const std::string& path) {
  const bool done = StartFile(path) && ReadLines();
  if (reader_) raw_bytes_before_ += reader_->raw_bytes();
  return done;
}

// Opens the file, reads the header of a CSV file, and skips what was ingested before.
bool Ingester::StartFile(const std::string& path) {
  path_ = path;
  reader_.reset();
  mapper_.reset();
  pending_.Clear();
  positions_.reset();
  if (!options_.offset) positions_ = LinePositions::For(options_, path);

  const InputFormat format = options_.format.value_or(FormatOfName(path));
  Result<std::unique_ptr<UnitReader>> reader = UnitReader::Open(path, format);
  if (!reader) return Fail(reader.error());
  reader_ = std::move(*reader);

  std::optional<std::string> header;
  Unit header_unit;
  if (format == InputFormat::kCsv) {
    Result<bool> got = reader_->Next(&header_unit);
    if (!got) return Fail(got.error());
    if (!*got) return true;  // an empty file has no header and no records
    header = header_unit.text;
    header_unit.text = *header;
  }

  Result<std::unique_ptr<RecordMapper>> mapper =
      RecordMapper::Make(options_, header, SourceName(path));
  if (!mapper) {
    return Fail(
        Error(mapper.error().code(), fmt::format("{}: {}", path, mapper.error().message())));
  }
  mapper_ = std::move(*mapper);
  if (table_) mapper_->set_version_kind(table_->options().version_kind());

  std::uint64_t skipped = 0;
  if (positions_) {
    Result<std::uint64_t> resumed = positions_->Resume(
        sink_, options_.from_start, header ? &header_unit : nullptr, reader_.get());
    if (!resumed) return Fail(resumed.error());
    skipped = *resumed;
  }
  summary_.skipped += skipped;
  if (skipped > 0) fmt::print(stderr, "{}: resumed at line {}\n", path, skipped + 1);
  if (header && skipped == 0) pending_.Add(header_unit, false);
  return true;
}

bool Ingester::ReadLines() {
  for (;;) {
    Unit unit;
    Result<bool> got = reader_->Next(&unit);
    if (!got || !*got) {
      if (!Flush()) return false;
      if (InterruptRequested()) return Interrupted();
      return got ? true : Fail(got.error());
    }
    pending_.Add(unit, !IsBlank(unit.text));
    const std::size_t bytes_max = options_.bulk ? kBulkPendingBytesMax : kPendingBytesMax;
    if (pending_.records() < options_.batch_records && pending_.bytes() < bytes_max) {
      // A bulk batch takes a while to fill.
      if (pending_.records() % kRecordsAnUpdate != 0) continue;
      progress_->Update(raw_bytes_before_ + reader_->raw_bytes(),
                        summary_.records + pending_.records());
      if (!InterruptRequested()) continue;
    }
    if (!Flush()) return false;
    progress_->Update(raw_bytes_before_ + reader_->raw_bytes(), summary_.records);
    if (InterruptRequested()) return Interrupted();
  }
}

// Commits all pending lines, in as many batches as their size asks for.
bool Ingester::Flush() {
  for (std::size_t at = 0; at < pending_.size();) {
    const Built built = Build(at, pending_.size());
    if (built.failed) return false;
    if (built.end > at && !CommitOrStop(at, built.end)) return false;
    if (built.bad) return FailAt(pending_.unit(built.end), *built.bad);
    at = built.end;
  }
  pending_.Clear();
  return true;
}

Ingester::Built Ingester::Build(std::size_t from, std::size_t to) {
  batch_.Clear();
  if (positions_) built_fingerprint_ = positions_->fingerprint;
  built_next_line_ = 0;
  Built built{from, std::nullopt, false};
  for (; built.end < to && (built.end == from || !batch_.full()); ++built.end) {
    const Unit unit = pending_.unit(built.end);
    if (pending_.is_record(built.end)) {
      built.failed = !AddRecord(unit, &built.bad);
      if (built.failed) return built;
      if (built.bad && options_.on_invalid == InvalidPolicy::kRejectBatch) break;
    }
    // A torn last line without its line end may be still in the writing: it is not counted as
    // consumed, so that its completed form is read another time.
    const bool unfinished = built.bad && !unit.terminated;
    built.bad.reset();
    if (!positions_ || unfinished) continue;
    built_fingerprint_.Add(unit.text, unit.lines);
    built_next_line_ = unit.line + unit.lines;
  }
  if (positions_ && built_next_line_ > 0) {
    batch_.Advance(positions_->source(), positions_->partition(),
                   static_cast<std::int64_t>(built_next_line_), built_fingerprint_.Note());
  }
  return built;
}

// Adds the record of a line to the batch. A line that is none sets `bad`, and is set aside if it
// may be.
bool Ingester::AddRecord(const Unit& unit, std::optional<LineError>* bad) {
  if (unit.overlong) {
    *bad =
        LineError{0, fmt::format("a line of {} bytes; the limit is {}", unit.bytes, kLineBytesMax)};
  } else {
    *bad = mapper_->Map(unit.text, &record_);
  }
  const bool stop = *bad && options_.on_invalid == InvalidPolicy::kRejectBatch;
  if (stop) return true;
  if (!table_) {
    // Only now, so that a file without a single good line leaves no table behind. A CSV version is
    // read by the table's kind, so the line is mapped once more.
    if (!OpenTable()) return false;
    return AddRecord(unit, bad);
  }
  if (*bad) {
    SetAside(unit, **bad);
    return true;
  }
  if (options_.offset && options_.from_start && !RewindOnce(record_)) return false;
  AddTo(unit, *table_, &batch_);
  return true;
}

// Adds record_, which was mapped from `unit`.
void Ingester::AddTo(const Unit& unit, const Table& table, Batch* batch) const {
  if (options_.offset) {
    batch->From({record_.source, record_.partition, record_.offset});
  } else if (positions_) {
    batch->From(positions_->At(unit.line));
  }
  WriteOptions write{.version = record_.version};
  if (!record_.event_id.empty()) write.event_id = KeyRef(record_.event_id);
  if (record_.is_delete) {
    batch->Delete(table, record_.key, write);
  } else if (table.options().mode == TableMode::kUpsert) {
    batch->Upsert(table, record_.key, record_.value, write);
  } else {
    batch->Insert(table, record_.key, record_.value, write);
  }
}

void Ingester::SetAside(const Unit& unit, const LineError& error) {
  if (positions_ && unit.terminated) {
    batch_.From(positions_->At(unit.line));
  } else {
    batch_.FromNowhere();
  }
  const std::string why =
      fmt::format("{}:{}:{}: {}", path_, unit.line + 1, unit.byte + error.column, error.reason);
  batch_.Reject(*table_, unit.text, why);
}

// With --offset and --from-start: where this run first meets a partition, its checkpoint is moved
// back to there.
bool Ingester::RewindOnce(const MappedRecord& record) {
  const Partition partition(record.partition);
  const char* type = record.partition.is_name() ? "name:" : "number:";
  if (!rewound_.emplace(record.source, type + partition.ToString()).second) return true;
  Result<std::vector<ResumePoint>> points = sink_->ResumeFrom(record.source);
  if (!points) return Fail(points.error());
  for (const ResumePoint& point : *points) {
    if (point.partition != partition || point.next <= record.offset) continue;
    Result<void> rewound =
        sink_->Rewind(record.source, record.partition,
                      {.to = record.offset, .reason = "idem ingest --from-start"});
    if (!rewound) return Fail(rewound.error());
  }
  return true;
}

Result<void> Ingester::CommitBatch(std::size_t from, std::size_t to) {
  Result<CommitReport> report = sink_->Commit(batch_, {.bulk = options_.bulk});
  if (!report) return report.error();
  summary_.Count(*report);
  for (std::size_t i = from; i < to; ++i) summary_.lines += pending_.unit(i).lines;
  if (positions_) positions_->fingerprint = built_fingerprint_;
  return {};
}

bool Ingester::CommitOrStop(std::size_t from, std::size_t to) {
  Result<void> committed = CommitBatch(from, to);
  if (committed) return true;
  const Error& error = committed.error();
  const bool invalid = error.code() == ErrorCode::kInvalidRecord && error.record().has_value();
  return invalid ? StopAtInvalid(from, *error.record()) : Fail(error);
}

// The library refused the `index`-th record of the lines [from, to), and with it the batch: commits
// the lines before that record, and says what is wrong with it.
bool Ingester::StopAtInvalid(std::size_t from, std::size_t index) {
  std::size_t at = from;
  for (std::size_t records = 0; !pending_.is_record(at) || records++ < index;) ++at;
  if (at > from) {
    if (Build(from, at).failed) return false;
    Result<void> committed = CommitBatch(from, at);
    if (!committed) return Fail(committed.error());
  }
  const Unit unit = pending_.unit(at);
  return FailAt(unit, {0, fmt::format("INVALID: {}", ReasonInvalid(unit))});
}

// Which of its rules the library saw broken, as the word of the documentation: asked from a store
// that keeps what it refuses and is gone afterwards.
std::string Ingester::ReasonInvalid(const Unit& unit) {
  SinkOptions sink_options;
  sink_options.on_invalid = InvalidPolicy::kQuarantine;
  Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::OpenInMemory(sink_options);
  if (!sink) return sink.error().message();
  Result<Table> table = (*sink)->OpenTable(table_->name(), table_->options());
  if (!table) return table.error().message();
  if (const std::optional<LineError> error = mapper_->Map(unit.text, &record_)) {
    return error->reason;
  }
  Batch batch;
  AddTo(unit, *table, &batch);
  Result<CommitReport> report = (*sink)->Commit(batch);
  if (!report) return report.error().message();
  return std::string(ToString(report->outcomes().front().reason));
}

}  // namespace idem::cli
