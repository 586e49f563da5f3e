// SPDX-License-Identifier: Apache-2.0
#include "sink/batch_impl.h"

namespace idem {

Batch::Batch() : Batch(Limits{}) {}
Batch::Batch(const Limits& limits) : impl_(std::make_unique<BatchImpl>(limits)) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

void Batch::From(const Position& position) { impl_->buffer.From(position); }

void Batch::FromNowhere() { impl_->buffer.FromNowhere(); }

void Batch::Advance(std::string_view source, PartitionRef partition, std::int64_t next,
                    std::string_view note) {
  impl_->buffer.Advance(source, partition, next, note);
}

void Batch::DeclareEmpty(std::string_view source, PartitionRef partition, OffsetRange range) {
  impl_->buffer.DeclareEmpty(source, partition, range);
}

void Batch::Insert(const Table& table, KeyRef key, std::string_view value,
                   const WriteOptions& options) {
  impl_->buffer.Add(TableAccess::Entry(table), Operation::kInsert, key, value, options);
}

void Batch::Upsert(const Table& table, KeyRef key, std::string_view value,
                   const WriteOptions& options) {
  impl_->buffer.Add(TableAccess::Entry(table), Operation::kUpsert, key, value, options);
}

void Batch::Delete(const Table& table, KeyRef key, const WriteOptions& options) {
  impl_->buffer.Add(TableAccess::Entry(table), Operation::kDelete, key, {}, options);
}

void Batch::Reject(const Table& table, std::string_view raw, std::string_view why) {
  impl_->buffer.Reject(TableAccess::Entry(table), raw, why);
}

void Batch::Clear() noexcept { impl_->buffer.Clear(); }
std::size_t Batch::size() const noexcept { return impl_->buffer.records().size(); }
std::size_t Batch::bytes() const noexcept { return impl_->buffer.bytes(); }
bool Batch::empty() const noexcept {
  return impl_->buffer.records().empty() && impl_->buffer.steps().empty();
}
bool Batch::full() const noexcept { return impl_->buffer.full(); }

}  // namespace idem
