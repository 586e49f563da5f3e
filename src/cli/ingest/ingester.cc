// SPDX-License-Identifier: Apache-2.0

#include "cli/ingest/ingester.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/ingest/invalid_reason.h"
#include "cli/ingest/table_setup.h"
#include "cli/interrupt.h"
#include "cli/output/standard_streams.h"

namespace idem::cli {
namespace {

// How often the progress is told between two commits.
constexpr std::size_t kRecordsAnUpdate = 10'000;

constexpr const char* kCsvFromStdin =
    "; standard input is read as NDJSON: for CSV say --format csv";

bool LooksLikeCsv(std::string_view line) {
  return !line.starts_with('{') && !line.starts_with('[') &&
         line.find(',') != std::string_view::npos;
}

}  // namespace

Ingester::Ingester(const IngestOptions& options, IdempotentSink* sink, Progress* progress)
    : options_(options),
      sink_(sink),
      progress_(progress),
      tally_(sink, options.durability, &summary_),
      pipe_([this](const Batch& batch) { return Commit(batch); }, LimitsOf(options)),
      piece_(pipe_.filling()) {
  summary_.table = options.table;
}

IngestSummary Ingester::Run() {
  const auto start = std::chrono::steady_clock::now();
  if (Prepare()) {
    for (const std::string& path : options_.files) {
      if (!IngestFile(path)) break;
    }
  }
  while (pipe_.in_flight() > 0) pipe_.Receive();  // after a failed sync: not counted
  Result<void> durable = sink_->Flush();
  if (durable) durable = tally_.Settle();
  if (durable) CountTable();
  summary_.table_known = durable.has_value();
  if (!durable && !summary_.error) summary_.error = durable.error();
  summary_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary_;
}

// The sink has the counts of a table that it opened in memory; a read of the store right after
// many writes would first have to hang each of them into its bucket.
void Ingester::CountTable() {
  // Of a table that the run could not even open: what is there stays there.
  const Result<std::optional<TableInfo>> found =
      table_ ? table_->Info() : FindTable(*sink_, options_.table);
  if (!found || !*found) return;
  const TableInfo* info = &**found;
  summary_.rows = info->rows;
  summary_.digest = info->digest;
}

bool Ingester::Fail(const Error& error) {
  summary_.error = error;
  return false;
}

bool Ingester::FailInFile(const Error& error) {
  return Fail(Error(error.code(), fmt::format("{}: {}", path_, error.message())));
}

bool Ingester::Interrupted() {
  summary_.interrupted = true;
  return false;
}

// Before anything of a file is taken: a signal ends a read with an error, too.
bool Ingester::FailReading(const Error& error) {
  return InterruptRequested() ? Interrupted() : Fail(error);
}

bool Ingester::FailAt(const Unit& unit, const LineError& error) {
  const bool guessed = path_ == "-" && !options_.format && unit.line == 0;
  const char* hint = guessed && LooksLikeCsv(unit.text) ? kCsvFromStdin : "";
  summary_.bad_line = BadLine{path_, unit.line + 1, unit.byte + error.column, error.reason + hint};
  return false;
}

// A table that exists is opened before a line is read: what is wrong with it is said first.
bool Ingester::Prepare() {
  Result<std::optional<TableInfo>> stored = FindTable(*sink_, options_.table);
  if (!stored) return Fail(stored.error());
  if (*stored) stored_ = (*stored)->options;
  return !stored_ || OpenTable();
}

bool Ingester::OpenTable() {
  if (!ReceiveAll()) return false;
  std::optional<VersionKind> suggested;
  if (!stored_ && options_.version && !options_.version_kind) {
    Result<VersionKind> kind = SuggestVersionKind(options_, piece_->lines, mapper_.get());
    if (!kind) return FailInFile(kind.error());
    suggested = *kind;
  }
  Result<Table> table = OpenIngestTable(sink_, options_, DefineTable(options_, stored_, suggested));
  if (!table) return Fail(table.error());
  table_ = *table;
  if (mapper_) mapper_->set_version_kind(table_->options().version_kind());
  return true;
}

// For a table that is not there yet: what the library would say of record_.
std::optional<LineError> Ingester::Missing() const {
  const std::optional<std::string> reason = MissingReason(options_, *mapper_, record_);
  return reason ? std::optional(LineError{0, "INVALID: " + *reason}) : std::nullopt;
}

bool Ingester::IngestFile(const std::string& path) {
  const bool done = StartFile(path) && ReadLines();
  if (reader_) raw_bytes_before_ += reader_->raw_bytes();
  if (mapper_) summary_.CountUnseen(mapper_->UnseenMembers());
  return done;
}

// Opens the file, reads the header of a CSV file, and skips what was ingested before.
bool Ingester::StartFile(const std::string& path) {
  path_ = path;
  line_left_ = false;
  reader_.reset();
  mapper_.reset();
  piece_->lines.Clear();
  positions_.reset();
  if (!options_.offset) positions_ = LinePositions::For(options_, path);

  const InputFormat format = options_.format.value_or(FormatOfName(path));
  Result<std::unique_ptr<UnitReader>> reader = UnitReader::Open(path, format);
  if (!reader) return FailReading(reader.error());
  reader_ = std::move(*reader);

  std::optional<std::string> header;
  CsvHead head;
  if (format == InputFormat::kCsv) {
    Result<bool> got = ReadHead(&head);
    if (!got) return FailReading(got.error());
    // An empty file has no header and no records; but was it always empty? A header that is left
    // says nothing of that: an earlier run may have taken the very same.
    if (!*got) return line_left_ || Resume(nullptr);
    header = head.header();
  }

  Result<std::unique_ptr<RecordMapper>> mapper = RecordMapper::Make(options_, header);
  if (!mapper) return FailInFile(mapper.error());
  mapper_ = std::move(*mapper);
  if (table_) mapper_->set_version_kind(table_->options().version_kind());

  const Unit first = head.unit();
  return Resume(header ? &first : nullptr);
}

// False where the file has no header, or none yet.
Result<bool> Ingester::ReadHead(CsvHead* head) {
  for (;;) {
    Unit unit;
    Result<bool> got = NextUnit(&unit);
    if (!got || !*got || head->Add(unit)) return got;
    if (head->unit().bytes > kLineBytesMax) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{}: no header in its first {} bytes, which are blank", path_,
                               kLineBytesMax));
    }
  }
}

// Skips what was ingested before. `head` is that of a CSV file that has one.
bool Ingester::Resume(const Unit* head) {
  std::uint64_t skipped = 0;
  if (positions_) {
    Result<std::uint64_t> resumed =
        positions_->Resume(sink_, options_.from_start, head, reader_.get());
    if (!resumed) return FailReading(resumed.error());
    skipped = *resumed;
  }
  summary_.skipped += skipped;
  if (skipped > 0) WriteToStderr(fmt::format("{}: resumed at line {}\n", path_, skipped + 1));
  if (head != nullptr && skipped == 0) piece_->lines.Add(*head, false);
  return true;
}

// False at the end of what may be taken.
Result<bool> Ingester::NextUnit(Unit* unit) {
  Result<bool> got = reader_->Next(unit);
  if (!got || !*got || unit->terminated || !options_.growing) return got;
  line_left_ = true;
  WriteToStderr(fmt::format("{}:{}:{}: this line has no end yet and is left for the next run\n",
                            path_, unit->line + 1, unit->byte));
  return false;
}

bool Ingester::ReadLines() {
  for (;;) {
    Unit unit;
    Result<bool> got = NextUnit(&unit);
    if (!got || !*got) {
      if (!Flush() || !ReceiveAll()) return false;
      if (InterruptRequested()) return Interrupted();
      return got ? true : Fail(got.error());
    }
    PendingLines& lines = piece_->lines;
    lines.Add(unit, !IsBlank(unit.text));
    if (lines.records() < options_.batch_records && lines.bytes() < PendingBytesMax(options_)) {
      // A bulk batch takes a while to fill.
      if (lines.records() % kRecordsAnUpdate != 0) continue;
      progress_->Update(raw_bytes_before_ + reader_->raw_bytes(), summary_.records);
      if (!InterruptRequested()) continue;
    }
    if (!Flush()) return false;
    progress_->Update(raw_bytes_before_ + reader_->raw_bytes(), summary_.records);
    if (InterruptRequested()) return ReceiveAll() && Interrupted();
  }
}

// Sends all pending lines off, in as many batches as their size asks for.
bool Ingester::Flush() {
  while (piece_->lines.size() > 0) {
    Piece* piece = piece_;
    const Built built = Build(piece, piece->lines.size());
    if (built.failed) return false;
    if (piece->end > 0) pipe_.Send();
    if (built.bad) return ReceiveAll() && FailAt(piece->lines.unit(piece->end), *built.bad);
    if (!NextPiece()) return false;
    for (std::size_t i = piece->end; i < piece->lines.size(); ++i) {
      piece_->lines.Add(piece->lines.unit(i), piece->lines.is_record(i));
    }
  }
  return true;
}

bool Ingester::NextPiece() {
  while (pipe_.full()) {
    if (!ReceiveOne()) return false;
  }
  piece_ = pipe_.filling();
  piece_->lines.Clear();
  return true;
}

Ingester::Built Ingester::Build(Piece* piece, std::size_t to) {
  Batch& batch = piece->batch;
  batch.Clear();
  if (positions_) piece->before = positions_->fingerprint;
  piece->line_count = 0;
  std::uint64_t lines_consumed = 0;
  std::uint64_t next_line = 0;
  std::size_t consumed = 0;
  Built built;
  std::size_t& at = piece->end;
  for (at = 0; at < to && (at == 0 || !batch.full()); ++at) {
    const Unit unit = piece->lines.unit(at);
    if (piece->lines.is_record(at)) {
      built.failed = !AddRecord(unit, &batch, &built.bad);
      if (built.failed) return built;
      if (built.bad && options_.on_invalid == InvalidPolicy::kRejectBatch) break;
    }
    piece->line_count += unit.lines;
    // A torn last line without its line end may be still in the writing: it is not counted as
    // consumed, so that its completed form is read another time.
    const bool unfinished = built.bad && !unit.terminated;
    built.bad.reset();
    if (unfinished) continue;
    consumed = at + 1;
    lines_consumed += unit.lines;
    next_line = unit.line + unit.lines;
  }
  if (positions_ && consumed > 0) {
    positions_->fingerprint.Add(piece->lines.Joined(consumed), lines_consumed);
    batch.Advance(positions_->source(), positions_->partition(),
                  static_cast<std::int64_t>(next_line), positions_->fingerprint.Note());
  }
  return built;
}

// Adds the record of a line to the batch. A line that is none sets `bad`, and is set aside if it
// may be.
bool Ingester::AddRecord(const Unit& unit, Batch* batch, std::optional<LineError>* bad) {
  if (unit.overlong) {
    *bad =
        LineError{0, fmt::format("a line of {} bytes; the limit is {}", unit.bytes, kLineBytesMax)};
  } else {
    *bad = mapper_->Map(unit.text, &record_);
  }
  const bool stops = options_.on_invalid == InvalidPolicy::kRejectBatch;
  if (!*bad && !table_ && stops) *bad = Missing();
  if (*bad && stops) return true;
  if (!table_) {
    // Only now, so that a file without a single good line leaves no table behind, which would
    // refuse the right command when this one has a slip in it. A CSV version is read by the table's
    // kind, so the line is mapped once more.
    if (!OpenTable()) return false;
    return AddRecord(unit, batch, bad);
  }
  if (*bad) {
    SetAside(unit, **bad, batch);
    return true;
  }
  if (options_.offset && options_.from_start && !RewindOnce(record_)) return false;
  AddTo(unit, *table_, batch);
  return true;
}

// Adds record_, which was mapped from `unit`.
void Ingester::AddTo(const Unit& unit, const Table& table, Batch* batch) const {
  if (options_.offset) {
    batch->From({record_.source, record_.partition, record_.offset});
  } else if (positions_) {
    batch->From(positions_->At(unit.line));
  }
  record_.AddTo(table, batch);
}

void Ingester::SetAside(const Unit& unit, const LineError& error, Batch* batch) const {
  if (positions_ && unit.terminated) {
    batch->From(positions_->At(unit.line));
  } else {
    batch->FromNowhere();
  }
  const std::string why =
      fmt::format("{}:{}:{}: {}", path_, unit.line + 1, unit.byte + error.column, error.reason);
  batch->Reject(*table_, unit.text, why);
}

bool Ingester::RewindOnce(const MappedRecord& record) {
  if (!rewinds_.IsFirst(record)) return true;
  if (!ReceiveAll()) return false;
  Result<void> moved = PartitionRewinds::MoveBack(sink_, record);
  return moved ? true : Fail(moved.error());
}

Result<CommitReport> Ingester::Commit(const Batch& batch) {
  return sink_->Commit(batch, {.bulk = options_.bulk});
}

bool Ingester::ReceiveAll() {
  while (pipe_.in_flight() > 0) {
    if (!ReceiveOne()) return false;
  }
  return true;
}

// Waits for the oldest piece in flight.
bool Ingester::ReceiveOne() {
  Piece* piece = pipe_.Receive();
  const Result<CommitReport>& report = *piece->report;
  if (report) {
    Result<void> counted = tally_.Add(*report, piece->line_count);
    return counted ? true : Fail(counted.error());
  }
  const Error& error = report.error();
  const bool invalid = error.code() == ErrorCode::kInvalidRecord && error.record().has_value();
  return invalid ? StopAtInvalid(piece, *error.record()) : Fail(error);
}

// The library refused the `index`-th record of a piece, and with it the batch: commits the lines
// before that record, and says what is wrong with it.
bool Ingester::StopAtInvalid(Piece* piece, std::size_t index) {
  const PendingLines& lines = piece->lines;
  std::size_t at = 0;
  for (std::size_t records = 0; !lines.is_record(at) || records++ < index;) ++at;
  if (at > 0) {
    if (positions_) positions_->fingerprint = piece->before;
    if (Build(piece, at).failed) return false;
    Result<CommitReport> report = Commit(piece->batch);
    if (!report) return Fail(report.error());
    Result<void> counted = tally_.Add(*report, piece->line_count);
    if (!counted) return Fail(counted.error());
  }
  const Unit unit = lines.unit(at);
  return FailAt(unit, {0, "INVALID: " + ReasonInvalid(unit)});
}

std::string Ingester::ReasonInvalid(const Unit& unit) {
  if (const std::optional<LineError> error = mapper_->Map(unit.text, &record_)) {
    return error->reason;
  }
  return InvalidReason(*table_, options_, *mapper_, record_,
                       [&](const Table& table, Batch* batch) { AddTo(unit, table, batch); });
}

}  // namespace idem::cli
