// SPDX-License-Identifier: Apache-2.0
//
// The public API in the hands of a host that passes on whatever comes: names, keys, values,
// versions and positions of arbitrary bytes. Nothing it does may be worse than an error, and the
// store is right after every call.

#include "fuzz/input.h"
#include "fuzz/target.h"

#include <idem/idem.h>

#include <string>
#include <vector>

using idem::fuzz::Input;
using idem::fuzz::Require;

namespace {

constexpr int kCallsMax = 12;
constexpr int kRecordsMax = 6;

// Keys of parts, or bytes that may be an encoded key.
class AnyKey {
 public:
  explicit AnyKey(Input* input) {
    if (input->Coin()) {
      encoded_ = idem::Key::FromEncoded(input->Text()).value_or(idem::Key());
      return;
    }
    for (int parts = input->Below(3); parts > 0; --parts) {
      if (input->Coin()) {
        parts_.emplace_back(input->Integer());
      } else {
        parts_.emplace_back(input->Text());
      }
    }
    encoded_ = idem::Key(parts_);
  }
  idem::KeyRef ref() const { return encoded_; }

 private:
  std::vector<idem::KeyPart> parts_;
  idem::Key encoded_;
};

idem::Version AnyVersion(Input* input) {
  switch (input->Below(3)) {
    case 0:
      return {};
    case 1:
      return input->Integer();
    default:
      return input->Text();
  }
}

idem::PartitionRef AnyPartition(Input* input) {
  if (input->Coin()) return input->Below(4);
  return input->Text();
}

class Host {
 public:
  explicit Host(Input* input) : input_(*input) {
    idem::SinkOptions options;
    options.limits.key_bytes = 64;
    options.limits.value_bytes = 64;
    options.limits.batch_records = 8;
    options.limits.tables = 3;
    options.limits.source_partitions = 4;
    options.limits.ranges_per_partition = 3;
    if (input_.Coin()) options.on_invalid = idem::InvalidPolicy::kQuarantine;
    sink_ = idem::IdempotentSink::OpenInMemory(options).value();
    batch_ = idem::Batch(options.limits);
    tables_.push_back(sink_->OpenTable("upsert").value());
    tables_.push_back(sink_->OpenTable("append", {.mode = idem::TableMode::kAppend}).value());
  }

  void Call() {
    switch (input_.Below(10)) {
      case 0:
        return OpenTable();
      case 1:
        return DeclareSource();
      case 2:
        return Rewind();
      case 3:
        return Resolve();
      case 4:
        return static_cast<void>(sink_->ForgetTokens(input_.Text(), input_.Integer()));
      case 5:
        return static_cast<void>(sink_->CollectTombstones(AnyTable()));
      case 6:
        return Resume(input_.Text());
      case 7:
        return LetGo();
      default:
        return Commit();
    }
  }

  void Check() {
    const idem::Snapshot snapshot = sink_->NewSnapshot().value();
    Require(snapshot.Verify().value().ok(), "the store is right");
    for (const idem::Checkpoint& at : snapshot.Checkpoints().value()) {
      Require(at.start >= 0 && at.next >= at.start, "checkpoints are offsets");
    }
  }

 private:
  const idem::Table& AnyTable() {
    return tables_.at(input_.Below(static_cast<unsigned>(tables_.size())));
  }

  void OpenTable() {
    idem::TableOptions options;
    options.mode = static_cast<idem::TableMode>(input_.Below(2));
    options.tie = static_cast<idem::TieRule>(input_.Below(4));
    if (input_.Coin()) options.version = static_cast<idem::VersionKind>(input_.Below(4));
    if (input_.Coin()) options.ignored_members = {std::string(input_.Text())};
    if (input_.Coin()) options.horizon = input_.Integer();
    if (input_.Coin()) options.version_max = input_.Integer();
    const idem::Result<idem::Table> table = sink_->OpenTable(input_.Text(), options);
    if (table) tables_.push_back(*table);
  }

  void DeclareSource() {
    idem::SourceOptions options;
    options.gaps = static_cast<idem::GapPolicy>(input_.Below(3));
    if (input_.Coin()) options.start = input_.Integer();
    options.rank = input_.Byte();
    static_cast<void>(sink_->DeclareSource(input_.Text(), options));
  }

  void Rewind() {
    const std::string_view source = input_.Text();
    const idem::PartitionRef partition = AnyPartition(&input_);
    idem::RewindOptions options{.to = input_.Integer(), .reason = input_.Text()};
    if (input_.Coin()) options.incarnation = input_.Text();
    static_cast<void>(sink_->Rewind(source, partition, options));
  }

  void Resume(std::string_view source) {
    const idem::Snapshot snapshot = sink_->NewSnapshot().value();
    std::size_t partitions = 0;
    for (const idem::Checkpoint& at : snapshot.Checkpoints().value()) {
      partitions += at.source == source ? 1 : 0;
    }
    Require(sink_->ResumeFrom(source).value().size() == partitions, "a source has its partitions");
    Require(source.empty() || snapshot.Checkpoints(source).value().size() == partitions,
            "a source has its partitions");
    for (const idem::RewindEntry& entry : snapshot.Rewinds(source).value()) {
      Require(source.empty() || entry.source == source, "a source has its rewinds");
    }
  }

  void Resolve() {
    const idem::Snapshot snapshot = sink_->NewSnapshot().value();
    const auto entries = snapshot.Quarantine().value();
    if (entries.empty()) return;
    const auto resolution = static_cast<idem::Resolution>(1 + input_.Below(2));
    const auto which =
        input_.Below(static_cast<unsigned>(std::min<std::size_t>(entries.size(), 9)));
    static_cast<void>(sink_->Resolve(entries.at(which).id, resolution));
  }

  void LetGo() {
    static_cast<void>(sink_->ForgetRequests(input_.Byte()));
    static_cast<void>(sink_->PurgeQuarantine(input_.Byte()));
  }

  void Add() {
    const idem::Table& table = AnyTable();
    const AnyKey key(&input_);
    idem::WriteOptions options{.version = AnyVersion(&input_)};
    const AnyKey event_id(&input_);
    if (input_.Coin()) options.event_id = event_id.ref();
    switch (input_.Below(7)) {
      case 0:
        return batch_.Insert(table, key.ref(), input_.Text(), options);
      case 1:
        return batch_.Upsert(table, key.ref(), input_.Text(), options);
      case 2:
        return batch_.Delete(table, key.ref(), options);
      case 3:
        return batch_.Reject(table, input_.Text(), input_.Text());
      case 4:
        return batch_.Advance(input_.Text(), AnyPartition(&input_), input_.Integer(),
                              input_.Text());
      case 5:
        return batch_.DeclareEmpty(input_.Text(), AnyPartition(&input_),
                                   {input_.Integer(), input_.Integer()});
      default:
        return batch_.From({input_.Text(), AnyPartition(&input_), input_.Integer(), input_.Text()});
    }
  }

  void Commit() {
    batch_.Clear();
    for (int records = input_.Below(kRecordsMax); records > 0; --records) Add();
    idem::CommitOptions options;
    if (input_.Coin()) {
      const std::string_view name = input_.Text();
      options.token = input_.Coin() ? idem::BatchToken::Sequence(name, input_.Integer())
                                    : idem::BatchToken::Request(name);
    }
    const auto before = sink_->NewSnapshot().value().commit();
    const auto report = sink_->Commit(batch_, options);
    const auto after = sink_->NewSnapshot().value().commit();
    if (!report) {
      Require(after == before, "a rejected commit has no effect");
      return;
    }
    Require(report->outcomes().size() == batch_.size(), "each record has one verdict");
    if (!options.token) return;
    const auto again = sink_->Commit(batch_, options);
    Require(again && again->repeated() && again->outcomes() == report->outcomes(),
            "a token repeats its report");
  }

  Input& input_;
  std::unique_ptr<idem::IdempotentSink> sink_;
  idem::Batch batch_;
  std::vector<idem::Table> tables_;
};

}  // namespace

IDEM_FUZZ_TARGET("batch") {
  Input choices(input);
  Host host(&choices);
  for (int calls = 0; calls < kCallsMax && !choices.empty(); ++calls) host.Call();
  host.Check();
}
