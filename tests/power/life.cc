// SPDX-License-Identifier: Apache-2.0
#include "power/life.h"

#include <algorithm>
#include <utility>

namespace idem::power {
namespace {

class Living {
 public:
  Living(const Workload* workload, const Machine& machine, const LifeOptions& options)
      : workload_(workload),
        options_(options),
        durable_(machine.durable),
        disk_(std::make_shared<CrashFileSystem>(options.directory.string(), machine.disk)),
        env_(disk_) {
    RestoreOutside(machine.outside, options.directory);
    if (options.recording == nullptr) return;
    options.recording->start = machine;
    disk_->set_observer([this](std::size_t) { NoteOutside(); });
  }

  LifeEnd Run() {
    LifeEnd end = LiveThrough();
    end.operations = disk_->operation_count();
    if (options_.recording != nullptr) {
      options_.recording->operations = disk_->operations();
      NoteOutside();
    }
    return end;
  }

 private:
  static LifeEnd Wrong(std::string what) { return {std::move(what), std::nullopt, 0}; }
  static LifeEnd Wrong(const std::string& where, const Error& error) {
    return Wrong(where + ": " + error.ToString());
  }

  void NoteOutside() { options_.recording->outside.push_back(ReadOutside(options_.directory)); }

  void Acknowledge(std::uint64_t commit) {
    durable_ = commit;
    if (options_.recording == nullptr) return;
    options_.recording->acknowledged.push_back({disk_->operation_count(), commit});
  }

  LifeEnd LiveThrough() {
    auto opened = Session::Open(workload_, {options_.directory, &env_, options_.wrapper});
    if (!opened) return {{}, opened.error(), 0};
    const std::unique_ptr<Session> session = *std::move(opened);
    if (!session->wrong().empty()) {
      return Wrong("found no state after any commit: commit " + std::to_string(session->found()) +
                   ", but " + session->wrong());
    }
    if (session->found() < durable_) {
      return Wrong("lost acknowledged commits: found " + std::to_string(session->found()) + " of " +
                   std::to_string(durable_));
    }
    Acknowledge(session->found());
    if (const auto defined = session->Define(); !defined) return Wrong("Define", defined.error());
    Acknowledge(session->committed());
    if (std::string bad = options_.thorough ? session->Audit() : ""; !bad.empty()) {
      return Wrong(std::move(bad));
    }
    return GoOn(session.get());
  }

  LifeEnd GoOn(Session* session) {
    while (session->committed() < workload_->commits()) {
      const auto committed = session->CommitNext();
      if (!committed) return Wrong("Commit", committed.error());
      const std::uint64_t commit = session->committed();
      if (workload_->DurabilityOf(commit) == Durability::kSync) Acknowledge(commit);
      if (!workload_->FlushesAfter(commit)) continue;
      if (const auto flushed = session->Flush(); !flushed) return Wrong("Flush", flushed.error());
      Acknowledge(commit);
    }
    return CheckEnd(session);
  }

  LifeEnd CheckEnd(Session* session) {
    const auto content = session->Content();
    if (!content) return Wrong("reading the end", content.error());
    if (const Entries& expected = workload_->ContentAfter(workload_->commits());
        *content != expected) {
      return Wrong("the end is not that of an uninterrupted run: " +
                   Difference(*content, expected));
    }
    if (options_.thorough) {
      if (std::string bad = session->OfferAllAgain(); !bad.empty()) return Wrong(std::move(bad));
    }
    return {};
  }

  const Workload* const workload_;
  const LifeOptions& options_;
  std::uint64_t durable_;
  std::shared_ptr<CrashFileSystem> disk_;
  StillEnv env_;
};

}  // namespace

LifeEnd Live(const Workload& workload, const Machine& machine, const LifeOptions& options) {
  return Living(&workload, machine, options).Run();
}

Machine Recording::AfterPowerLoss(std::size_t point, Loss loss, std::uint64_t seed) const {
  Machine left = start;
  for (std::size_t i = 0; i < point; ++i) left.disk.Apply(operations[i]);
  left.disk = left.disk.AfterPowerLoss(loss, seed);
  // Between two operations of RocksDB the files outside may change: before that or after it.
  const bool before = point > 0 && testing::Mix(seed, 99) % 2 == 0;
  left.outside = outside[before ? point - 1 : point];
  for (const Acknowledged& one : acknowledged) {
    if (one.operations <= point) left.durable = std::max(left.durable, one.commit);
  }
  return left;
}

std::uint64_t Recording::Fingerprint() const {
  std::uint64_t hash = operations.size();
  for (const Operation& operation : operations) {
    hash = testing::Mix(hash, static_cast<std::uint64_t>(operation.kind) + 16 * operation.file);
    hash = testing::Mix(hash, operation.bytes.size());
    for (const char c : operation.name) hash = testing::Mix(hash, static_cast<unsigned char>(c));
  }
  return hash;
}

}  // namespace idem::power
