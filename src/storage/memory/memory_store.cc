// SPDX-License-Identifier: Apache-2.0

#include "storage/memory/memory_store.h"

#include "codec/keyspace.h"
#include "codec/store_header.h"

#include <map>
#include <mutex>
#include <new>
#include <set>
#include <utility>

namespace idem::storage {
namespace {

// Values are shared, so that what a reader was given outlives the commit that replaces it.
using Value = std::shared_ptr<const std::string>;

struct Version {
  std::uint64_t commit;
  Value value;  // null: erased by this commit
};

// The versions of one key, oldest first.
using Versions = std::vector<Version>;

Value VisibleAt(const Versions& versions, std::uint64_t commit) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->commit <= commit) return version->value;
  }
  return nullptr;
}

class MemoryReadResult final : public ReadResult {
 public:
  std::vector<Value> held;
};

// All state behind one mutex. Shared by the store, its views and its cursors.
class Model {
 public:
  Model() {
    std::string header;
    codec::AppendFormatHeader(codec::FormatHeader{}, &header);
    Put(codec::SpaceKey(codec::Space::kFormat),
        std::make_shared<const std::string>(std::move(header)));
    ++commit_;
  }

  void Read(std::span<const std::string_view> keys, MemoryReadResult* result) const {
    const std::lock_guard lock(mutex_);
    result->values.assign(keys.size(), std::nullopt);
    result->held.clear();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Value value = At(keys[i], commit_);
      if (value == nullptr) continue;
      result->values[i] = *value;
      result->held.push_back(value);
    }
  }

  Result<void> Commit(const WritePlan& plan) {
    const std::lock_guard lock(mutex_);
    if (plan.writer_epoch != epoch_) return Fenced();
    try {
      for (const Write& write : plan.writes) {
        Put(write.key,
            write.value ? std::make_shared<const std::string>(write.WholeValue()) : nullptr);
      }
    } catch (const std::bad_alloc&) {
      for (const Write& write : plan.writes) TakeBack(write.key);
      throw;
    }
    ++commit_;
    for (const Write& write : plan.writes) PruneNow(write.key);
    return {};
  }

  Result<void> CheckWriter(std::uint64_t writer_epoch) const {
    const std::lock_guard lock(mutex_);
    return writer_epoch == epoch_ ? Result<void>() : Fenced();
  }

  std::uint64_t TakeEpoch() {
    const std::lock_guard lock(mutex_);
    std::string bytes;
    codec::AppendFixed64(epoch_ + 1, &bytes);
    const std::string key = codec::SpaceKey(codec::Space::kEpoch);
    Put(key, std::make_shared<const std::string>(std::move(bytes)));
    ++commit_;
    PruneNow(key);
    return ++epoch_;
  }

  void set_note(std::string_view note) {
    const std::lock_guard lock(mutex_);
    note_ = note;
  }

  std::string note() const {
    const std::lock_guard lock(mutex_);
    return note_;
  }

  // Keeps what is visible now readable until Unpin with the returned commit number.
  std::uint64_t Pin() {
    const std::lock_guard lock(mutex_);
    pins_.insert(commit_);
    return commit_;
  }

  void Unpin(std::uint64_t commit) {
    const std::lock_guard lock(mutex_);
    pins_.erase(pins_.find(commit));
    for (auto key = prunable_.begin(); key != prunable_.end();) {
      key = Prune(*key) ? prunable_.erase(key) : std::next(key);
    }
  }

  Value Get(std::string_view key, std::uint64_t commit) const {
    const std::lock_guard lock(mutex_);
    return At(key, commit);
  }

  // Moves `*key` to the first entry visible at `commit` that is not below it (with `after`: that is
  // above it) and below `end`, if there is one.
  Value Advance(std::string* key, bool after, std::string_view end, std::uint64_t commit) const {
    const std::lock_guard lock(mutex_);
    auto entry = after ? entries_.upper_bound(*key) : entries_.lower_bound(*key);
    for (; entry != entries_.end() && (end.empty() || entry->first < end); ++entry) {
      if (Value value = VisibleAt(entry->second, commit)) {
        *key = entry->first;
        return value;
      }
    }
    return nullptr;
  }

 private:
  static Error Fenced() {
    return Error(ErrorCode::kFenced,
                 "a newer writer owns the store; this writer must not write any more");
  }

  Value At(std::string_view key, std::uint64_t commit) const {
    const auto entry = entries_.find(key);
    return entry == entries_.end() ? nullptr : VisibleAt(entry->second, commit);
  }

  // A version of the commit that comes next: nobody sees it yet.
  void Put(std::string_view key, Value value) {
    prunable_.emplace(key);
    entries_.try_emplace(std::string(key)).first->second.push_back({commit_ + 1, std::move(value)});
  }

  void TakeBack(std::string_view key) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return;
    Versions& versions = entry->second;
    while (!versions.empty() && versions.back().commit > commit_) versions.pop_back();
    if (versions.empty()) entries_.erase(entry);
  }

  void PruneNow(std::string_view key) {
    const auto prunable = prunable_.find(key);
    if (prunable != prunable_.end() && Prune(*prunable)) prunable_.erase(prunable);
  }

  // Drops the versions that neither the present nor a pinned commit sees. True when nothing is left
  // to drop later. Takes no memory: views end here.
  bool Prune(const std::string& key) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return true;
    Versions& versions = entry->second;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      if (kept == 0 && versions[i].value == nullptr) continue;  // absent is absent
      const bool newest = i + 1 == versions.size();
      if (newest || IsPinned(versions[i].commit, versions[i + 1].commit)) {
        if (kept != i) versions[kept] = std::move(versions[i]);
        ++kept;
      }
    }
    versions.erase(versions.begin() + static_cast<std::ptrdiff_t>(kept), versions.end());
    if (versions.empty()) {
      entries_.erase(entry);
      return true;
    }
    return kept == 1 && versions.front().value != nullptr;
  }

  bool IsPinned(std::uint64_t first, std::uint64_t end) const {
    const auto pin = pins_.lower_bound(first);
    return pin != pins_.end() && *pin < end;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Versions, std::less<>> entries_;
  std::set<std::string, std::less<>> prunable_;  // keys with more than their present version
  std::multiset<std::uint64_t> pins_;            // commits that views and cursors look at
  std::uint64_t commit_ = 0;
  std::uint64_t epoch_ = 0;
  std::string note_;
};

// One moment of the model, kept readable while somebody holds it.
class Moment {
 public:
  explicit Moment(std::shared_ptr<Model> model)
      : model_(std::move(model)), commit_(model_->Pin()) {}
  ~Moment() { model_->Unpin(commit_); }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  Value Get(std::string_view key) const { return model_->Get(key, commit_); }
  Value Advance(std::string* key, bool after, std::string_view end) const {
    return model_->Advance(key, after, end, commit_);
  }

 private:
  std::shared_ptr<Model> model_;
  std::uint64_t commit_;
};

class MemoryCursor final : public StoreCursor {
 public:
  MemoryCursor(std::shared_ptr<const Moment> moment, std::string_view begin, std::string_view end)
      : moment_(std::move(moment)), key_(begin), end_(end) {}

  Result<bool> Next() override {
    if (at_end_) return false;
    value_ = moment_->Advance(&key_, started_, end_);
    started_ = true;
    at_end_ = value_ == nullptr;
    return !at_end_;
  }

  std::string_view key() const override { return key_; }
  std::string_view value() const override { return *value_; }

 private:
  std::shared_ptr<const Moment> moment_;
  std::string key_;
  std::string end_;
  Value value_;
  bool started_ = false;
  bool at_end_ = false;
};

class MemoryView final : public StoreView {
 public:
  explicit MemoryView(std::shared_ptr<const Moment> moment) : moment_(std::move(moment)) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    const Value value = moment_->Get(key);
    if (value == nullptr) return std::optional<std::string>();
    return std::optional<std::string>(*value);
  }

  Result<std::unique_ptr<StoreCursor>> Scan(std::string_view begin,
                                            std::string_view end) const override {
    return std::unique_ptr<StoreCursor>(std::make_unique<MemoryCursor>(moment_, begin, end));
  }

 private:
  std::shared_ptr<const Moment> moment_;
};

class MemoryStore final : public Store {
 public:
  std::unique_ptr<ReadResult> NewReadResult() const override {
    return std::make_unique<MemoryReadResult>();
  }

  Result<void> Read(std::span<const std::string_view> keys, ReadResult* result) const override {
    model_->Read(keys, static_cast<MemoryReadResult*>(result));
    return {};
  }

  Result<void> Commit(const WritePlan& plan, Durability) override { return model_->Commit(plan); }
  Result<void> CheckWriter(std::uint64_t writer_epoch) const override {
    return model_->CheckWriter(writer_epoch);
  }
  Result<std::uint64_t> TakeEpoch() override { return model_->TakeEpoch(); }
  Result<void> Sync() override { return {}; }

  Result<void> KeepWatermark(std::string_view note) override {
    model_->set_note(note);
    return {};
  }
  Result<std::string> ReadWatermark() const override { return model_->note(); }

  Result<std::unique_ptr<StoreView>> NewView() const override {
    return std::unique_ptr<StoreView>(
        std::make_unique<MemoryView>(std::make_shared<const Moment>(model_)));
  }

 private:
  std::shared_ptr<Model> model_ = std::make_shared<Model>();
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace idem::storage
