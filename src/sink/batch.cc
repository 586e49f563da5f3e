// SPDX-License-Identifier: Apache-2.0
#include "sink/batch_impl.h"

namespace idem {

Batch::Batch() : Batch(Limits{}) {}
Batch::Batch(const Limits& limits) : impl_(std::make_unique<BatchImpl>(limits)), limits_(limits) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

BatchImpl& Batch::Impl() {
  if (impl_ == nullptr) impl_ = std::make_unique<BatchImpl>(limits_);
  return *impl_;
}

const pipeline::RecordBuffer& BatchImpl::Of(const Batch& batch) {
  static const pipeline::RecordBuffer kEmpty{Limits()};
  return batch.impl_ == nullptr ? kEmpty : batch.impl_->buffer;
}

void Batch::From(const Position& position) { Impl().buffer.From(position); }

void Batch::FromNowhere() { Impl().buffer.FromNowhere(); }

void Batch::Advance(std::string_view source, PartitionRef partition, std::int64_t next,
                    std::string_view note) {
  Impl().buffer.Advance(source, partition, next, note);
}

void Batch::DeclareEmpty(std::string_view source, PartitionRef partition, OffsetRange range) {
  Impl().buffer.DeclareEmpty(source, partition, range);
}

void Batch::Insert(const Table& table, KeyRef key, std::string_view value,
                   const WriteOptions& options) {
  BatchImpl::Add<Operation::kInsert>(this, table, key, value, options);
}

void Batch::Upsert(const Table& table, KeyRef key, std::string_view value,
                   const WriteOptions& options) {
  BatchImpl::Add<Operation::kUpsert>(this, table, key, value, options);
}

void Batch::Delete(const Table& table, KeyRef key, const WriteOptions& options) {
  BatchImpl::Add<Operation::kDelete>(this, table, key, {}, options);
}

void Batch::Reject(const Table& table, std::string_view raw, std::string_view why) {
  Impl().buffer.Reject(TableAccess::Entry(table), raw, why);
}

void Batch::Clear() noexcept {
  if (impl_ != nullptr) impl_->buffer.Clear();
}
std::size_t Batch::size() const noexcept {
  return impl_ == nullptr ? 0 : impl_->buffer.records().size();
}
std::size_t Batch::bytes() const noexcept { return impl_ == nullptr ? 0 : impl_->buffer.bytes(); }
bool Batch::empty() const noexcept {
  return impl_ == nullptr || (impl_->buffer.records().empty() && impl_->buffer.steps().empty());
}
bool Batch::full() const noexcept { return impl_ != nullptr && impl_->buffer.full(); }

}  // namespace idem
