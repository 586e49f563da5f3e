// SPDX-License-Identifier: Apache-2.0

#include <idem/testing/faulty_store.h>

#include "codec/keyspace.h"
#include "sink/sink_impl.h"
#include "storage/memory/memory_store.h"
#include "storage/store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace idem::testing {
namespace {

Error Failure(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCommitUnknown:
      return Error(code,
                   "planned: the write may or may not be there; reopen the store and resume "
                   "from its checkpoints");
    case ErrorCode::kPoisoned:
      return Error(code,
                   "an earlier planned failure ended this handle; reopen the store and resume "
                   "from its checkpoints");
    case ErrorCode::kNoSpace:
      return Error(code, "planned: no space is left; make room and try again");
    case ErrorCode::kStalled:
      return Error(code, "planned: the store has to catch up; try again later");
    default:
      return Error(ErrorCode::kIoError, "planned: the disk failed; try again");
  }
}

}  // namespace

// The store that all sinks share, and what is planned for it.
class FaultyStoreImpl {
 public:
  storage::Store& store() { return *store_; }

  void FailWrite(std::uint64_t nth, WriteFault fault) {
    const std::lock_guard lock(mutex_);
    write_faults_[writes_ + nth] = fault;
  }
  void FailRead(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    read_faults_.insert(reads_ + nth);
  }
  std::uint64_t writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
  }

  std::optional<WriteFault> NextWrite() {
    const std::lock_guard lock(mutex_);
    const auto planned = write_faults_.extract(++writes_);
    if (planned.empty()) return std::nullopt;
    return planned.mapped();
  }
  Result<void> NextRead() {
    const std::lock_guard lock(mutex_);
    if (read_faults_.erase(++reads_) == 0) return {};
    return Failure(ErrorCode::kIoError);
  }

 private:
  const std::unique_ptr<storage::Store> store_ = storage::NewMemoryStore();
  mutable std::mutex mutex_;  // guards the rest
  std::uint64_t writes_ = 0;
  std::uint64_t reads_ = 0;
  std::map<std::uint64_t, WriteFault> write_faults_;
  std::set<std::uint64_t> read_faults_;
};

namespace {

using Shared = std::shared_ptr<FaultyStoreImpl>;

class FaultyView final : public storage::StoreView {
 public:
  FaultyView(Shared shared, std::unique_ptr<storage::StoreView> view)
      : shared_(std::move(shared)), view_(std::move(view)) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    if (Result<void> read = shared_->NextRead(); !read) return read.error();
    return view_->Get(key);
  }
  Result<std::unique_ptr<storage::StoreCursor>> Scan(std::string_view begin,
                                                     std::string_view end) const override {
    if (Result<void> read = shared_->NextRead(); !read) return read.error();
    return view_->Scan(begin, end);
  }

 private:
  const Shared shared_;
  const std::unique_ptr<storage::StoreView> view_;
};

bool PutsARow(const storage::WritePlan& plan) {
  return std::any_of(plan.writes.begin(), plan.writes.end(), [](const storage::Write& write) {
    return write.value && codec::IsRowKey(write.key);
  });
}

// The store as one sink has it open. A failure of unknown outcome ends it, not the store.
class Handle final : public storage::Store {
 public:
  explicit Handle(Shared shared) : shared_(std::move(shared)) {}

  std::unique_ptr<storage::ReadResult> NewReadResult() const override {
    return store().NewReadResult();
  }
  Result<void> Read(std::span<const std::string_view> keys,
                    storage::ReadResult* result) const override {
    looks_up_ = true;
    if (Result<void> read = shared_->NextRead(); !read) return read;
    return store().Read(keys, result);
  }
  Result<void> Commit(const storage::WritePlan& plan, Durability durability) override {
    if (poisoned_) return Failure(ErrorCode::kPoisoned);
    if (Result<void> read = ReadUnasked(plan); !read) return read;
    const std::optional<WriteFault> fault = shared_->NextWrite();
    if (!fault) return CommitNow(plan, durability);
    switch (*fault) {
      case WriteFault::kUnknownApplied:
        if (Result<void> applied = CommitNow(plan, durability); !applied) return applied;
        [[fallthrough]];
      case WriteFault::kUnknownLost:
        poisoned_ = true;
        return Failure(ErrorCode::kCommitUnknown);
      case WriteFault::kNoSpace:
        return Failure(ErrorCode::kNoSpace);
      case WriteFault::kStalled:
        return Failure(ErrorCode::kStalled);
      case WriteFault::kFenced:
        if (const auto epoch = store().TakeEpoch(); !epoch) return epoch.error();
        return store().Commit(plan, durability);
      case WriteFault::kIoError:
        break;
    }
    return Failure(ErrorCode::kIoError);
  }
  Result<void> CheckWriter(std::uint64_t writer_epoch) const override {
    if (poisoned_) return Failure(ErrorCode::kPoisoned);
    return store().CheckWriter(writer_epoch);
  }
  Result<std::uint64_t> TakeEpoch() override { return store().TakeEpoch(); }
  Result<void> Sync() override {
    if (poisoned_) return Failure(ErrorCode::kPoisoned);
    return store().Sync();
  }
  Result<void> KeepWatermark(std::string_view note) override {
    if (poisoned_) return Failure(ErrorCode::kPoisoned);
    return store().KeepWatermark(note);
  }
  Result<std::string> ReadWatermark() const override { return store().ReadWatermark(); }
  Result<std::unique_ptr<storage::StoreView>> NewView() const override {
    auto view = store().NewView();
    if (!view) return view.error();
    return std::unique_ptr<storage::StoreView>(
        std::make_unique<FaultyView>(shared_, *std::move(view)));
  }

 private:
  storage::Store& store() const { return shared_->store(); }

  // A sink that was opened on an empty store knows that nothing is there, and looks nothing up
  // until it has put a row. A host does not know that: its commit is to meet the planned fault of a
  // read as it would anywhere else, and the outcome is the same.
  Result<void> ReadUnasked(const storage::WritePlan& plan) const {
    if (looks_up_ || !PutsARow(plan)) return {};
    return shared_->NextRead();
  }
  Result<void> CommitNow(const storage::WritePlan& plan, Durability durability) {
    looks_up_ = looks_up_ || PutsARow(plan);
    return store().Commit(plan, durability);
  }

  const Shared shared_;
  std::atomic<bool> poisoned_ = false;
  mutable std::atomic<bool> looks_up_ = false;
};

}  // namespace

FaultyStore::FaultyStore() : impl_(std::make_shared<FaultyStoreImpl>()) {}
FaultyStore::~FaultyStore() = default;

Result<std::unique_ptr<IdempotentSink>> FaultyStore::Open(const SinkOptions& options) {
  const auto open_store =
      [shared = impl_](const SinkOptions&) -> Result<std::shared_ptr<storage::Store>> {
    return std::shared_ptr<storage::Store>(std::make_shared<Handle>(shared));
  };
  // What a sink knows by heart it does not read, and no planned failure would meet it.
  SinkOptions forgetful = options;
  forgetful.identity_bytes = 0;
  forgetful.filter_bytes = 0;
  forgetful.fingerprint_bytes = 0;
  return SinkImpl::Open(open_store, forgetful);
}

void FaultyStore::FailWrite(std::uint64_t nth, WriteFault fault) { impl_->FailWrite(nth, fault); }
void FaultyStore::FailRead(std::uint64_t nth) { impl_->FailRead(nth); }
std::uint64_t FaultyStore::writes() const { return impl_->writes(); }

}  // namespace idem::testing
