// SPDX-License-Identifier: Apache-2.0
//
// Ingester: reads files line by line and commits their records batch by batch.
//
//   read lines -> pending lines -> batch -> commit -> wait until durable -> count
//                                        (CommitPipe)    (DurableTally)
//
// The commit runs on a thread of its own, in the order of the input; all else, counting too, is
// done here. The sink is only asked for something else, to open a table or to move a checkpoint,
// while nothing is in flight: it then answers as if each batch had been committed before the next
// line was read.
//
// Lines stay pending until their batch is committed, because a batch may have to be made again:
// when the library refuses one of its records and the run is to stop there, everything before that
// line is committed and nothing after it.
#pragma once

#include <idem/batch.h>
#include <idem/idempotent_sink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/ingest/commit_pipe.h"
#include "cli/ingest/csv_head.h"
#include "cli/ingest/durable_tally.h"
#include "cli/ingest/ingest_options.h"
#include "cli/ingest/ingest_summary.h"
#include "cli/ingest/line_positions.h"
#include "cli/ingest/partition_rewinds.h"
#include "cli/ingest/record_mapper.h"
#include "cli/progress.h"

namespace idem::cli {

class Ingester final {
 public:
  // All must outlive the ingester.
  Ingester(const IngestOptions& options, IdempotentSink* sink, Progress* progress);

  // Ingests all files, up to the first failure or interruption: the summary tells. Everything that
  // it counts is as durable as was asked for; where it tells of the table, all of that is durable.
  IngestSummary Run();

 private:
  // Of those that return bool, false ends the run and summary_ says why.
  bool Prepare();
  bool IngestFile(const std::string& path);
  bool StartFile(const std::string& path);
  bool Resume(const Unit* head);
  bool ReadLines();
  Result<bool> NextUnit(Unit* unit);
  Result<bool> ReadHead(CsvHead* head);
  bool Flush();
  bool NextPiece();
  Result<CommitReport> Commit(const Batch& batch);
  bool ReceiveOne();
  bool ReceiveAll();
  bool StopAtInvalid(Piece* piece, std::size_t index);
  std::string ReasonInvalid(const Unit& unit);
  bool OpenTable();
  void CountTable();
  bool Fail(const Error& error);
  bool FailInFile(const Error& error);
  bool FailReading(const Error& error);
  bool Interrupted();
  bool FailAt(const Unit& unit, const LineError& error);

  // Makes the batch of a piece of its lines [0, to), or fewer when the batch is full or a line ends
  // the run; Piece::end says where it stopped.
  struct Built {
    std::optional<LineError> bad;  // what is wrong with line `end`
    bool failed = false;           // summary_ says why
  };
  Built Build(Piece* piece, std::size_t to);
  bool AddRecord(const Unit& unit, Batch* batch, std::optional<LineError>* bad);
  void AddTo(const Unit& unit, const Table& table, Batch* batch) const;
  void SetAside(const Unit& unit, const LineError& error, Batch* batch) const;
  bool RewindOnce(const MappedRecord& record);
  std::optional<LineError> Missing() const;

  const IngestOptions& options_;
  IdempotentSink* sink_;
  Progress* progress_;
  IngestSummary summary_;
  DurableTally tally_;

  std::optional<TableOptions> stored_;  // the table's definition as it was found
  std::optional<Table> table_;          // opened with the first record
  PartitionRewinds rewinds_;            // with --from-start

  // The file at hand.
  std::string path_;
  std::unique_ptr<UnitReader> reader_;
  std::unique_ptr<RecordMapper> mapper_;
  std::optional<LinePositions> positions_;  // its fingerprint: of all lines in batches so far
  bool line_left_ = false;                  // its last line is left for the next run
  std::uint64_t raw_bytes_before_ = 0;      // of the files before, for the progress

  MappedRecord record_;
  CommitPipe pipe_;
  Piece* piece_;  // the one being filled
};

}  // namespace idem::cli
