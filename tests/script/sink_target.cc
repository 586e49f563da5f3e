// SPDX-License-Identifier: Apache-2.0

#include "script/sink_target.h"

#include "script/text.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace idem::script {
namespace {

template <typename T>
Answer Failed(const Result<T>& result) {
  Answer answer;
  if (!result) {
    answer.errors.push_back(result.error().code());
    answer.message = result.error().ToString();
  }
  return answer;
}

Answer Removed(const Result<std::uint64_t>& removed) {
  Answer answer = Failed(removed);
  if (removed) answer.removed = *removed;
  return answer;
}

KeyPart ToPart(const Part& part) {
  struct Visitor {
    KeyPart operator()(std::monostate) const { return KeyPart(nullptr); }
    KeyPart operator()(bool b) const { return KeyPart(b); }
    KeyPart operator()(std::int64_t i) const { return KeyPart(i); }
    KeyPart operator()(const Number& n) const { return KeyPart(n.value); }
    KeyPart operator()(const std::string& s) const { return KeyPart(s); }
    KeyPart operator()(const Blob& b) const { return KeyPart(Bytes{b.data}); }
    KeyPart operator()(const Uuid& u) const { return KeyPart(u); }
  };
  return std::visit(Visitor{}, part);
}

Part FromPart(const KeyPart& part) {
  switch (part.type()) {
    case KeyType::kNull:
      return std::monostate{};
    case KeyType::kBool:
      return part.boolean();
    case KeyType::kInt64:
      return part.integer();
    case KeyType::kDouble:
      return Number{part.number()};
    case KeyType::kString:
      return std::string(part.text());
    case KeyType::kBytes:
      return Blob{std::string(part.text())};
    case KeyType::kUuid:
      break;
  }
  Uuid uuid;
  std::copy_n(part.text().begin(), uuid.bytes.size(), uuid.bytes.begin());
  return uuid;
}

Version ToVersion(const StoredVersion& version) {
  if (const auto* integer = std::get_if<std::int64_t>(&version)) return Version(*integer);
  if (const auto* text = std::get_if<std::string>(&version)) return Version(*text);
  return {};
}

// As in the API, an empty encoding stands for a key without parts.
Tuple FromEncoded(const std::string& encoded) {
  return encoded.empty() ? Tuple{} : FromKey(Key::FromEncoded(encoded).value());
}

RefusedState FromEntry(const QuarantineEntry& entry) {
  RefusedState out;
  out.record = {.table = entry.table,
                .operation = entry.operation,
                .key = FromEncoded(entry.key),
                .version = entry.version,
                .value = entry.value,
                .why = entry.why};
  if (!entry.event_id.empty()) out.record.event_id = FromEncoded(entry.event_id);
  out.state = entry.state;
  out.verdict = entry.verdict;
  out.reason = entry.reason;
  out.place = {entry.source, entry.partition, entry.offset, ""};
  out.commit = entry.commit;
  out.winning_commit = entry.winning_commit;
  return out;
}

std::vector<QuarantineEntry> AllQuarantined(const Snapshot& snapshot) {
  return snapshot.Quarantine({.include_resolved = true, .limit = SIZE_MAX}).value();
}

TableState FromTable(const Snapshot& snapshot, const TableInfo& info) {
  TableState out{.name = info.name,
                 .rows = info.rows,
                 .tombstones = info.tombstones,
                 .event_ids = info.event_ids,
                 .last_commit = info.last_commit,
                 .digest = info.digest.ToHex(),
                 .live = {}};
  RowCursor cursor = snapshot.Scan(info.name).value();
  while (cursor.Next().value()) {
    const Row& row = cursor.row();
    out.live.push_back({FromKey(row.key), row.version, row.value, row.commit});
  }
  return out;
}

}  // namespace

std::vector<KeyPart> ToParts(const Tuple& tuple) {
  std::vector<KeyPart> parts;
  for (const Part& part : tuple) parts.push_back(ToPart(part));
  return parts;
}

Tuple FromKey(const Key& key) {
  std::string storage;
  Tuple tuple;
  for (const KeyPart& part : key.Parts(&storage)) tuple.push_back(FromPart(part));
  return tuple;
}

SinkTarget::SinkTarget(StoreKind store, const SinkOptions& options, std::filesystem::path directory)
    : store_(store), options_(options), directory_(std::move(directory)), batch_(options.limits) {
  Open();
}

SinkTarget::SinkTarget(std::unique_ptr<IdempotentSink> sink, const SinkOptions& options)
    : store_(StoreKind::kMemory),
      options_(options),
      sink_(std::move(sink)),
      batch_(options.limits) {}

SinkTarget::~SinkTarget() = default;

void SinkTarget::Open() {
  sink_ = (store_ == StoreKind::kMemory ? IdempotentSink::OpenInMemory(options_)
                                        : IdempotentSink::Open(directory_, options_))
              .value();
  verdicts_ = {};
  for (const auto& [name, options] : definitions_) {
    tables_.insert_or_assign(name, sink_->OpenTable(name, options).value());
  }
}

void SinkTarget::Close() {
  tables_.clear();
  sink_.reset();
}

Answer SinkTarget::Do(const Step& step) {
  return std::visit([this](const auto& one) { return Run(one); }, step);
}

Answer SinkTarget::Run(const OpenTable& step) {
  const Result<Table> table = sink_->OpenTable(step.name, step.options);
  if (table) {
    definitions_.emplace(step.name, step.options);
    tables_.insert_or_assign(step.name, *table);
  }
  return Failed(table);
}

Answer SinkTarget::Run(const DeclareSource& step) {
  return Failed(sink_->DeclareSource(step.name, step.options));
}

void SinkTarget::Fill(const std::vector<Action>& actions, Batch* batch) const {
  static const Tuple kNone;
  batch->Clear();
  for (const Action& action : actions) {
    const Place& place = action.place;
    const std::vector<KeyPart> key = ToParts(action.key);
    const std::vector<KeyPart> event = ToParts(action.event_id ? *action.event_id : kNone);
    WriteOptions options{.version = ToVersion(action.version)};
    if (action.event_id) options.event_id = event;
    switch (action.kind) {
      case Action::Kind::kFrom:
        batch->From({place.source, place.partition, place.offset, place.incarnation});
        break;
      case Action::Kind::kNowhere:
        batch->FromNowhere();
        break;
      case Action::Kind::kAdvance:
        batch->Advance(place.source, place.partition, place.offset, action.note);
        break;
      case Action::Kind::kEmpty:
        batch->DeclareEmpty(place.source, place.partition, action.range);
        break;
      case Action::Kind::kInsert:
        batch->Insert(tables_.at(action.table), key, action.value, options);
        break;
      case Action::Kind::kUpsert:
        batch->Upsert(tables_.at(action.table), key, action.value, options);
        break;
      case Action::Kind::kDelete:
        batch->Delete(tables_.at(action.table), key, options);
        break;
      case Action::Kind::kReject:
        batch->Reject(tables_.at(action.table), action.value, action.why);
        break;
    }
  }
}

Answer SinkTarget::Run(const Commit& step) { return CommitWith(step, std::nullopt); }

Answer SinkTarget::CommitWith(const Commit& step, std::optional<Durability> durability) {
  Fill(step.actions, &batch_);
  CommitOptions options{.durability = durability, .bulk = step.bulk};
  if (step.token) {
    options.token = step.token->sequence
                        ? BatchToken::Sequence(step.token->name, *step.token->sequence)
                        : BatchToken::Request(step.token->name);
  }
  const Result<CommitReport> report = sink_->Commit(batch_, options);
  Answer answer = Failed(report);
  if (!report) return answer;
  answer.commit = report->commit();
  answer.repeated = report->repeated();
  answer.outcomes = report->outcomes();
  answer.gaps = report->gaps();
  std::sort(answer.gaps.begin(), answer.gaps.end(), [](const OpenGap& a, const OpenGap& b) {
    return std::tie(a.source, a.partition.name, a.partition.number, a.offsets.begin) <
           std::tie(b.source, b.partition.name, b.partition.number, b.offsets.begin);
  });
  if (!answer.repeated) Count(answer.outcomes);
  return answer;
}

void SinkTarget::Count(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    ++verdicts_.at(static_cast<std::size_t>(outcome.verdict));
  }
}

Answer SinkTarget::Run(const Rewind& step) {
  RewindOptions options{.to = step.place.offset, .reason = step.reason};
  if (step.new_life) options.incarnation = step.place.incarnation;
  return Failed(sink_->Rewind(step.place.source, step.place.partition, options));
}

Answer SinkTarget::Run(const Resolve& step) {
  QuarantineId id;  // of no entry: the sink then says that there is none
  const Snapshot snapshot = sink_->NewSnapshot().value();
  for (const QuarantineEntry& entry : AllQuarantined(snapshot)) {
    if (FromEntry(entry).record == step.record) id = entry.id;
  }
  return Failed(sink_->Resolve(id, step.resolution));
}

Answer SinkTarget::Run(const ForgetTokens& step) {
  return Failed(sink_->ForgetTokens(step.application, step.below));
}

Answer SinkTarget::Run(const ForgetRequests& step) {
  return Removed(sink_->ForgetRequests(step.below_commit));
}

Answer SinkTarget::Run(const PurgeQuarantine& step) {
  return Removed(sink_->PurgeQuarantine(step.below_commit));
}

Answer SinkTarget::Run(const Collect& step) {
  return Removed(sink_->CollectTombstones(tables_.at(step.table)));
}

Answer SinkTarget::Run(const Flush&) { return Failed(sink_->Flush()); }

Answer SinkTarget::Run(const Reopen&) {
  if (store_ == StoreKind::kMemory) return {};
  Close();
  Open();
  return {};
}

std::uint64_t SinkTarget::CommitNumber() const { return sink_->NewSnapshot().value().commit(); }

State SinkTarget::Read() { return ReadState(sink_->NewSnapshot().value()); }

State ReadState(const Snapshot& snapshot) {
  State state;
  state.commit = snapshot.commit();
  for (const TableInfo& info : snapshot.Tables().value()) {
    state.tables.push_back(FromTable(snapshot, info));
  }
  state.checkpoints = snapshot.Checkpoints().value();
  state.rewinds = snapshot.Rewinds().value();
  for (const QuarantineEntry& entry : AllQuarantined(snapshot)) {
    state.quarantine.push_back(FromEntry(entry));
  }
  std::sort(state.quarantine.begin(), state.quarantine.end(),
            [](const RefusedState& a, const RefusedState& b) { return a.record < b.record; });
  std::sort(state.rewinds.begin(), state.rewinds.end(),
            [](const RewindEntry& a, const RewindEntry& b) { return a.commit < b.commit; });
  return state;
}

// Invariant 8: the counters add up to the verdicts that were reported, table by table.
std::string SinkTarget::CheckMetrics() const {
  const Metrics metrics = sink_->ReadMetrics();
  std::array<std::uint64_t, kVerdictCount> counted{};
  std::uint64_t offered = 0;
  std::uint64_t reported = 0;
  for (const TableMetrics& table : metrics.tables) {
    for (std::size_t i = 0; i < kVerdictCount; ++i) counted.at(i) += table.records.at(i);
  }
  std::string problem;
  for (std::size_t i = 0; i < kVerdictCount; ++i) {
    offered += counted.at(i);
    reported += verdicts_.at(i);
    if (counted.at(i) == verdicts_.at(i)) continue;
    problem += std::string(ToString(static_cast<Verdict>(i))) + ": reported " +
               std::to_string(verdicts_.at(i)) + ", counted " + std::to_string(counted.at(i)) +
               "\n";
  }
  if (offered != metrics.records_offered) {
    problem += "offered " + std::to_string(metrics.records_offered) + ", counted " +
               std::to_string(offered) + ", reported " + std::to_string(reported) + "\n";
  }
  return problem;
}

std::string SinkTarget::Check() {
  std::string problems = CheckMetrics();
  const Snapshot snapshot = sink_->NewSnapshot().value();
  const VerifyReport report = snapshot.Verify().value();
  for (const VerifyFinding& finding : report.findings) {
    problems += "verify: " + finding.table + ": " + finding.what + "\n";
  }
  if (!report.ok() && report.findings.empty()) problems += "verify: not ok, without a finding\n";
  return problems;
}

}  // namespace idem::script
