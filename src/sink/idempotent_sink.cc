// SPDX-License-Identifier: Apache-2.0
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "storage/rocks/rocks_store.h"

#include <fmt/format.h>
#include <system_error>
#include <utility>

namespace idem {

Result<std::unique_ptr<IdempotentSink>> IdempotentSink::Open(const std::filesystem::path& directory,
                                                             const SinkOptions& options) {
  std::error_code code;
  const std::filesystem::path absolute = std::filesystem::absolute(directory, code);
  if (code) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' names no directory ({}); give an absolute path",
                             directory.string(), code.message()));
  }
  const auto open_store =
      [absolute](const SinkOptions& given) -> Result<std::shared_ptr<storage::Store>> {
    auto store = storage::OpenRocksStore(absolute, given, SinkImpl::NewInspection(given));
    if (!store) return store.error();
    return std::shared_ptr<storage::Store>(*std::move(store));
  };
  return SinkImpl::Open(open_store, options);
}

Result<std::unique_ptr<IdempotentSink>> IdempotentSink::OpenInMemory(const SinkOptions& options) {
  return SinkImpl::Open(storage::NewMemoryStore(), options);
}

Result<Reopened> IdempotentSink::Reopen(std::unique_ptr<IdempotentSink>&& sink) {
  return SinkImpl::Reopen(std::move(sink));
}

IdempotentSink::IdempotentSink(std::unique_ptr<SinkImpl> impl) : impl_(std::move(impl)) {}
IdempotentSink::~IdempotentSink() = default;

Result<Table> IdempotentSink::OpenTable(std::string_view name, const TableOptions& options) {
  return impl_->OpenTable(name, options);
}

Result<void> IdempotentSink::DeclareSource(std::string_view source, const SourceOptions& options) {
  return impl_->DeclareSource(source, options);
}

Batch IdempotentSink::NewBatch() const { return Batch(impl_->limits()); }

Result<CommitReport> IdempotentSink::Commit(const Batch& batch, const CommitOptions& options) {
  return impl_->Commit(batch, options);
}

Result<void> IdempotentSink::Flush() { return impl_->Flush(); }

Result<void> IdempotentSink::WaitDurable(std::uint64_t commit) {
  return impl_->WaitDurable(commit);
}

Result<std::vector<ResumePoint>> IdempotentSink::ResumeFrom(std::string_view source) const {
  return impl_->ResumeFrom(source, false);
}

Result<std::vector<ResumePoint>> IdempotentSink::DurableCheckpoints(std::string_view source) const {
  return impl_->ResumeFrom(source, true);
}

Result<void> IdempotentSink::Rewind(std::string_view source, PartitionRef partition,
                                    const RewindOptions& options) {
  return impl_->Rewind(source, partition, options);
}

Result<void> IdempotentSink::Resolve(const QuarantineId& id, Resolution resolution) {
  return impl_->Resolve(id, resolution);
}

Result<void> IdempotentSink::ForgetTokens(std::string_view application,
                                          std::int64_t below_sequence) {
  return impl_->ForgetTokens(application, below_sequence);
}

Result<std::uint64_t> IdempotentSink::ForgetRequests(std::uint64_t below_commit) {
  return impl_->ForgetRequests(below_commit);
}

Result<std::uint64_t> IdempotentSink::PurgeQuarantine(std::uint64_t below_commit) {
  return impl_->PurgeQuarantine(below_commit);
}

Result<std::uint64_t> IdempotentSink::CollectTombstones(const Table& table) {
  return impl_->CollectTombstones(table);
}

Result<Snapshot> IdempotentSink::NewSnapshot() const { return impl_->NewSnapshot(); }
Metrics IdempotentSink::ReadMetrics() const { return impl_->ReadMetrics(); }
SinkHealth IdempotentSink::ReadHealth() const { return impl_->ReadHealth(); }

}  // namespace idem
