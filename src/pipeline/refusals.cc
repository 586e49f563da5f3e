// SPDX-License-Identifier: Apache-2.0
#include "pipeline/refusals.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace idem::pipeline {
namespace {

// A batch may have been made with smaller limits than those of its sink.
std::string SizeText(std::string_view what, std::size_t size, std::string_view limit,
                     std::size_t limit_of_sink) {
  if (size > limit_of_sink) {
    return fmt::format(": {} takes {} bytes, and {} is {}", what, size, limit, limit_of_sink);
  }
  return fmt::format(
      ": {} takes {} bytes, more than {} of the batch; make the Batch with the "
      "limits of the sink, where it is {}",
      what, size, limit, limit_of_sink);
}

std::string_view CallsOf(TableMode mode) {
  return mode == TableMode::kAppend ? ": an append table takes Batch::Insert"
                                    : ": an upsert table takes Batch::Upsert and Batch::Delete";
}

std::string DetailOf(const BatchRecord& record, Reason reason, const Limits& limits) {
  switch (reason) {
    case Reason::kKeyTooLarge:  // of a key beyond kQuarantineValueBytes only so much is left
      return SizeText("the key", record.key_bytes(), "Limits::key_bytes", limits.key_bytes);
    case Reason::kValueTooLarge:
      return SizeText("the value", record.value_bytes, "Limits::value_bytes", limits.value_bytes);
    case Reason::kOperationNotAllowed:
      return std::string(CallsOf(record.table->definition.options.mode));
    default:
      return "";
  }
}

}  // namespace

Error BatchTooLarge(const RecordBuffer& batch, const Limits& limits) {
  if (batch.overflowed()) {
    return Error(
        ErrorCode::kLimitExceeded,
        "the batch is over Limits::batch_records or batch_bytes and some of its records "
        "were not taken; nothing was applied: offer them again in smaller batches (look at "
        "Batch::full), or raise the limits of batch and sink");
  }
  return Error(
      ErrorCode::kLimitExceeded,
      fmt::format("the batch has {} records and {} bytes, but the sink takes {} "
                  "(Limits::batch_records) and {} (Limits::batch_bytes); nothing was applied: "
                  "make the Batch with the limits of the sink and look at Batch::full, or raise "
                  "those of the sink",
                  batch.records().size(), batch.bytes(), limits.batch_records, limits.batch_bytes));
}

Error RecordInvalid(const RecordBuffer& batch, std::size_t index, Reason reason,
                    const Limits& limits) {
  const BatchRecord& record = batch.records()[index];
  return Error(
      ErrorCode::kInvalidRecord,
      fmt::format("record {} (table '{}') is invalid: {}{}; nothing was applied: correct or leave "
                  "out the record, or open the sink with InvalidPolicy::kQuarantine",
                  index, record.table->definition.name, ToString(reason),
                  DetailOf(record, reason, limits)),
      index);
}

}  // namespace idem::pipeline
