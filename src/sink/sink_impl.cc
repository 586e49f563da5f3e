// SPDX-License-Identifier: Apache-2.0
#include "sink/sink_impl.h"

#include "base/log.h"
#include "base/names.h"
#include "codec/catalog.h"
#include "codec/keyspace.h"
#include "codec/source_records.h"
#include "pipeline/durable_note.h"
#include "pipeline/report_builder.h"
#include "rules/validate.h"
#include "sink/batch_impl.h"
#include "sink/check_options.h"
#include "sink/latency.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <system_error>

namespace idem {
namespace {

using pipeline::WritePlanBuilder;

TableOptions Normalised(TableOptions options) {
  options.version = options.version_kind();
  auto& ignored = options.ignored_members;
  std::sort(ignored.begin(), ignored.end());
  ignored.erase(std::unique(ignored.begin(), ignored.end()), ignored.end());
  if (!ignored.empty()) options.canonical_json = true;
  return options;
}

std::uint64_t NextNumber() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

SinkImpl::SinkImpl(std::shared_ptr<storage::Store> store, const SinkOptions& options)
    : number_(NextNumber()),
      process_(::getpid()),
      options_(options),
      clock_(options.clock != nullptr ? options.clock : Clock::System()),
      store_(std::move(store)),
      committer_(store_.get(), &ledger_, &options_, clock_),
      syncs_(store_.get(), &ledger_) {}

SinkImpl::~SinkImpl() {
  for (const auto& [name, entry] : ledger_.tables) entry->open = false;
  loading_.reset();
  background_.reset();
  if (!loaded_ || ledger_.poisoned) return;
  try {
    if (auto synced = syncs_.WaitFor(ledger_.last_commit); !synced) {
      base::Log(options_.logger, LogLevel::kError, "closing without a sync: {}",
                synced.error().message());
    }
  } catch (const std::bad_alloc&) {  // as any other reason: Flush would have told
  }
}

Result<std::unique_ptr<IdempotentSink>> SinkImpl::Open(std::shared_ptr<storage::Store> store,
                                                       const SinkOptions& options) {
  if (auto ok = CheckSinkOptions(options); !ok) return ok.error();
  std::unique_ptr<SinkImpl> impl(new SinkImpl(std::move(store), options));
  try {
    if (auto ok = impl->Load(); !ok) return ok.error();
  } catch (const std::system_error& error) {
    return Error(ErrorCode::kIoError, std::string("the system gave no thread (") + error.what() +
                                          "); raise its limit of threads and open again");
  }
  return std::unique_ptr<IdempotentSink>(new IdempotentSink(std::move(impl)));
}

Result<std::unique_ptr<IdempotentSink>> SinkImpl::Open(const StoreOpener& open_store,
                                                       const SinkOptions& options) {
  if (auto ok = CheckSinkOptions(options); !ok) return ok.error();
  auto store = open_store(options);
  if (!store) return store.error();
  auto sink = Open(*std::move(store), options);
  if (sink) (*sink)->impl_->open_store_ = open_store;
  return sink;
}

storage::Inspection SinkImpl::NewInspection(const SinkOptions& options) {
  return [&options](const storage::StoreView* found, std::string_view note) {
    return pipeline::CheckNotBehind(found, note, options.acknowledged);
  };
}

// In a forked child nobody gives back the mutex that a thread held which the child does not have.
// So this is asked before any mutex is taken.
Result<void> SinkImpl::CheckProcess() const {
  if (::getpid() == process_) return {};
  return Error(ErrorCode::kStoreLocked,
               "the sink is that of the process which this one was forked from; use it there "
               "alone, and end this one with _exit or exec, because exit hangs or crashes in the "
               "destructors of RocksDB");
}

Result<pipeline::Committer::Alone> SinkImpl::LockToWrite() {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  return committer_.BeAlone();
}

// Nothing is written to a store that lacks something.
Result<void> SinkImpl::CheckFound() const {
  auto note = store_->ReadWatermark();
  if (!note) return note.error();
  auto view = store_->NewView();
  if (!view) return view.error();
  return pipeline::CheckNotBehind(view->get(), *note, options_.acknowledged);
}

Result<void> SinkImpl::Load() {
  if (auto ok = CheckFound(); !ok) return ok;
  auto epoch = store_->TakeEpoch();
  if (!epoch) return epoch.error();
  ledger_.epoch = *epoch;
  auto view = store_->NewView();
  if (!view) return view.error();
  if (auto ok = ledger_.Load(number_, **view); !ok) return ok;
  if (auto ok = LoadIdentities(*std::move(view)); !ok) return ok;
  // TakeEpoch was a durable commit after all of it.
  if (auto ok = syncs_.AcceptLoaded(); !ok) return ok;
  if (options_.background_sync) background_ = std::make_unique<BackgroundSync>(&syncs_);
  base::Log(options_.logger, LogLevel::kInfo, "opened at commit {} with writer epoch {}",
            ledger_.last_commit, ledger_.epoch);
  loaded_ = true;
  return {};
}

// No commit comes before it returns, so the view is older than all of them.
Result<void> SinkImpl::LoadIdentities(std::unique_ptr<storage::StoreView> view) {
  pipeline::Identities* identities = committer_.identities();
  const std::uint64_t keys = committer_.KeyCount();
  if (!identities->WorthLoading(keys)) {
    base::Log(options_.logger, LogLevel::kWarning,
              "{} keys do not fit SinkOptions::identity_bytes and filter_bytes; every new key will "
              "be looked up",
              keys);
    return {};
  }
  auto loader = std::make_unique<pipeline::IdentityLoader>(std::move(view), identities->hash(),
                                                           keys, options_.logger);
  if (keys > options_.load_at_open_rows) {
    loading_ = std::make_unique<BackgroundLoad>(std::move(loader), committer_.identities_mutex(),
                                                identities, options_.logger);
    return {};
  }
  while (!loader->done()) {
    if (auto read = loader->Read(); !read) return read;
    loader->Tell(identities);
  }
  return {};
}

Result<Table> SinkImpl::OpenTable(std::string_view name, TableOptions options) {
  if (auto ok = base::CheckTableName(name); !ok) return ok.error();
  if (auto ok = rules::CheckTableOptions(options); !ok) return ok.error();
  options = Normalised(std::move(options));
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const auto found = ledger_.tables.find(name);
  if (found == ledger_.tables.end()) return CreateTable(name, std::move(options));
  const std::string difference =
      codec::DescribeDifference(found->second->definition.options, options);
  if (difference.empty()) return TableAccess::Make(this, found->second);
  return Error(ErrorCode::kDefinitionChanged,
               "table '" + std::string(name) + "' was created with another definition (" +
                   difference + "); open it as it is stored, or use another table name");
}

Result<Table> SinkImpl::CreateTable(std::string_view name, TableOptions options) {
  if (ledger_.tables.size() >= options_.limits.tables) {
    return Error(ErrorCode::kLimitExceeded,
                 "the store has Limits::tables tables already; raise the limit, or put the rows of "
                 "several tables into one with a longer key");
  }
  codec::TableDefinition table{ledger_.next_table_id, std::string(name), std::move(options)};
  std::string bytes;
  codec::AppendTableDefinition(table, &bytes);
  WritePlanBuilder plan;
  plan.Put(codec::TableKey(name), bytes);
  const auto entry = std::make_shared<TableEntry>(number_, std::move(table));
  const auto publish = [&] {
    ++ledger_.next_table_id;
    ledger_.tables.emplace(std::string(name), entry);
  };
  if (auto ok = CommitDurably(&plan, publish); !ok) return ok.error();
  return TableAccess::Make(this, entry);
}

Result<void> SinkImpl::DeclareSource(std::string_view source, const SourceOptions& options) {
  if (auto ok = base::CheckSourceName(source); !ok) return ok;
  if (options.start && (*options.start < 0 || *options.start > kOffsetMax)) {
    return Error(ErrorCode::kInvalidArgument,
                 "SourceOptions::start is an offset, 0 .. 2^63 - 2; leave it unset when unknown");
  }
  if (options.gaps > GapPolicy::kLegal) {
    return Error(ErrorCode::kInvalidArgument,
                 "SourceOptions::gaps is none of its enumerators; see <idem/checkpoint.h>");
  }
  const auto lock = LockToWrite();
  if (!lock) return lock.error();
  const auto declared = ledger_.sources.find(source);
  const SourceOptions stored = ledger_.OptionsOf(source);
  const bool known = declared != ledger_.sources.end() || !ResumeFrom(source, false)->empty();
  if (known && stored.rank != options.rank) {
    return Error(ErrorCode::kDefinitionChanged,
                 "source '" + std::string(source) + "' has rank " + std::to_string(stored.rank) +
                     " and ties were decided by it; declare it with that rank, or use another "
                     "source name");
  }
  if (declared != ledger_.sources.end() && stored == options) return ConfirmDurable();
  std::string bytes;
  codec::AppendSourceOptions(options, &bytes);
  WritePlanBuilder plan;
  plan.Put(codec::SourceKey(source), bytes);
  return CommitDurably(&plan, [&] { ledger_.sources[std::string(source)] = options; });
}

Result<void> SinkImpl::CheckTables(const pipeline::RecordBuffer& batch) const {
  for (const pipeline::TableRun& run : batch.tables()) {
    if (run.table->owner == number_) continue;
    return Error(ErrorCode::kInvalidArgument,
                 "the batch holds records for a table of another sink; open the table on this sink "
                 "and add the records with that handle");
  }
  return {};
}

Result<CommitReport> SinkImpl::Commit(const Batch& batch, const CommitOptions& options) {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  const std::int64_t begin = clock_->SteadyNanos();
  auto report = CommitWritten(BatchImpl::Of(batch), options);
  const Durability durability = options.durability.value_or(options_.durability);
  if (report && (options.bulk || durability == Durability::kSync)) {
    if (auto ok = MakeDurable(report->commit()); !ok) report = ok.error();
  } else if (report && background_) {
    background_->Want(report->commit());
  }
  const std::lock_guard lock(ledger_.mutex);
  if (report) ReportBuilder::SetDurable(report->commit() <= ledger_.durable_commit, &*report);
  if (!report) ++counters_.commits_failed;
  Observe(clock_->SteadyNanos() - begin, &counters_.commit_latency);
  return report;
}

Result<CommitReport> SinkImpl::CommitWritten(const pipeline::RecordBuffer& batch,
                                             const CommitOptions& options) {
  const auto path = options.bulk ? storage::WritePath::kSortedFiles : storage::WritePath::kLog;
  const Result<void> tables = CheckTables(batch);
  auto committed = tables ? committer_.Commit(batch, options.token, path)
                          : Result<pipeline::Committer::Committed>(tables.error());
  Count(batch, committed);
  if (!committed) return committed.error();
  return std::move(committed->report);
}

// The commit was written: whatever goes wrong from here on, it may be there.
Result<void> SinkImpl::MakeDurable(std::uint64_t commit) {
  const pipeline::UnfinishedWrite unfinished(&ledger_);
  auto synced = syncs_.WaitFor(commit);
  if (synced || synced.error().code() == ErrorCode::kCommitUnknown) return synced;
  return Error(ErrorCode::kCommitUnknown, "the commit was written but could not be made durable (" +
                                              synced.error().message() + ")");
}

Result<void> SinkImpl::CommitDurably(WritePlanBuilder* plan, const std::function<void()>& publish) {
  if (auto ok = committer_.CommitPlan(plan, publish); !ok) return ok;
  return MakeDurable(ledger_.last_commit);
}

// What was asked for is so already, perhaps by a commit whose sync failed, or is still to come.
Result<void> SinkImpl::ConfirmDurable() {
  if (ledger_.poisoned) return pipeline::Poisoned();
  if (auto ok = store_->CheckWriter(ledger_.epoch); !ok) return ok;
  return MakeDurable(LastCommit());
}

std::uint64_t SinkImpl::LastCommit() const {
  const std::lock_guard lock(ledger_.mutex);
  return ledger_.last_commit;
}

void SinkImpl::Count(const pipeline::RecordBuffer& batch,
                     const Result<pipeline::Committer::Committed>& committed) {
  const std::lock_guard lock(ledger_.mutex);
  const bool fenced = !committed && committed.error().code() == ErrorCode::kFenced;
  const CommitReport* report = committed ? &committed->report : nullptr;
  if (report && report->repeated()) ++counters_.commits_repeated;
  if (committed && committed->has_effect) ++counters_.commits;
  if ((!report && !fenced) || (report && report->repeated())) return;
  counters_.records_offered += batch.records().size();
  counters_.bytes_offered += batch.bytes();
  std::size_t record = 0;
  for (const pipeline::TableRun& run : batch.tables()) {
    auto& verdicts = ledger_.tables.find(run.table->definition.name)->second->verdicts;
    const bool is_all = run.records == batch.records().size();
    if (fenced) {
      verdicts[static_cast<std::size_t>(Verdict::kFenced)] += run.records;
    } else if (is_all) {
      for (std::size_t v = 0; v < kVerdictCount; ++v) verdicts[v] += report->count(Verdict(v));
    } else {
      for (const std::size_t end = record + run.records; record < end; ++record) {
        ++verdicts[static_cast<std::size_t>(report->outcomes()[record].verdict)];
      }
    }
  }
}

Result<void> SinkImpl::Flush() {
  if (auto ok = CheckProcess(); !ok) return ok;
  const std::int64_t begin = clock_->SteadyNanos();
  auto synced = ledger_.poisoned ? pipeline::Poisoned() : syncs_.WaitFor(LastCommit());
  const std::lock_guard lock(ledger_.mutex);
  Observe(clock_->SteadyNanos() - begin, &counters_.flush_latency);
  return synced;
}

Result<void> SinkImpl::WaitDurable(std::uint64_t commit) {
  if (auto ok = CheckProcess(); !ok) return ok;
  if (commit > LastCommit()) {
    return Error(ErrorCode::kInvalidArgument,
                 "there is no commit of this number yet; give the one of a CommitReport");
  }
  return syncs_.WaitFor(commit);
}

Result<std::vector<ResumePoint>> SinkImpl::ResumeFrom(std::string_view source, bool durable) const {
  if (auto ok = CheckProcess(); !ok) return ok.error();
  std::vector<ResumePoint> points;
  if (!base::CheckSourceName(source)) return points;  // no source can have this name
  const std::string prefix = codec::CheckpointPrefix(source);
  const std::lock_guard lock(ledger_.mutex);
  for (auto it = ledger_.checkpoints.lower_bound(prefix);
       it != ledger_.checkpoints.end() && it->first.starts_with(prefix); ++it) {
    const pipeline::CheckpointEntry& entry = it->second;
    if (durable && !entry.durable) continue;
    points.push_back(
        {entry.checkpoint.partition, durable ? entry.durable_next : entry.checkpoint.next});
  }
  return points;
}

TableInfo SinkImpl::InfoOf(const TableEntry& entry) const {
  const std::lock_guard lock(ledger_.mutex);
  return MakeInfo(entry.definition, entry.state);
}

Metrics SinkImpl::ReadMetrics() const {
  const std::lock_guard lock(ledger_.mutex);
  Metrics metrics = counters_;
  metrics.stalled_micros = store_->StalledMicros();
  metrics.commit = ledger_.last_commit;
  metrics.durable_commit = ledger_.durable_commit;
  for (const auto& [name, entry] : ledger_.tables) {
    metrics.tables.push_back({name, entry->verdicts, entry->state.rows, entry->state.tombstones,
                              entry->state.event_ids});
  }
  for (const auto& [key, entry] : ledger_.checkpoints) {
    std::uint64_t open = 0;
    for (const OffsetRange& hole : entry.checkpoint.Holes()) {
      open += static_cast<std::uint64_t>(hole.end - hole.begin);
    }
    metrics.sources.push_back({entry.checkpoint.source, entry.checkpoint.partition,
                               entry.checkpoint.next, entry.durable_next, open});
  }
  return metrics;
}

}  // namespace idem
