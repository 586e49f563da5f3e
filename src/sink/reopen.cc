// SPDX-License-Identifier: Apache-2.0
//
// IdempotentSink::Reopen: the way out after a commit whose outcome is unknown.
#include "codec/keyspace.h"
#include "sink/sink_impl.h"

#include <string>
#include <utility>

namespace idem {

std::vector<SourceResume> SinkImpl::ResumeAll() const {
  std::vector<SourceResume> sources;
  const std::lock_guard lock(ledger_.mutex);
  for (const auto& [key, entry] : ledger_.checkpoints) {
    const Checkpoint& checkpoint = entry.checkpoint;
    if (sources.empty() || sources.back().source != checkpoint.source) {
      sources.push_back({checkpoint.source, {}});
    }
    sources.back().points.push_back({checkpoint.partition, checkpoint.next});
  }
  return sources;
}

Result<Reopened> SinkImpl::Reopen(std::unique_ptr<IdempotentSink>&& sink) {
  if (sink == nullptr) {
    return Error(ErrorCode::kInvalidArgument, "there is no sink to reopen; open one with Open");
  }
  const StoreOpener open_store = sink->impl_->open_store_;
  if (!open_store) {
    return Error(ErrorCode::kUnsupported,
                 "a store in memory dies with its sink and cannot be opened again; begin a new one "
                 "with OpenInMemory");
  }
  // What is open goes on being open: a child has nothing of it to close.
  if (auto ok = sink->impl_->CheckProcess(); !ok) return ok.error();
  SinkOptions options = sink->impl_->options_;
  // The opening of this sink found it, rewinds since may have taken it back, and what was
  // acknowledged by this sink the watermark knows.
  options.acknowledged.clear();
  sink.reset();  // gives the directory back, which nobody can open twice
  auto opened = Open(open_store, options);
  if (!opened) return opened.error();
  std::vector<SourceResume> sources = (*opened)->impl_->ResumeAll();
  return Reopened{*std::move(opened), std::move(sources)};
}

}  // namespace idem
