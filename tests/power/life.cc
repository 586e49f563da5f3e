// SPDX-License-Identifier: Apache-2.0
#include "power/life.h"

#include <algorithm>
#include <utility>

#include "power/counted_sync.h"
#include "sink/recovery_impl.h"
#include "storage/rocks/rocks_store_internal.h"

namespace idem::power {
namespace {

// Of the one life that others are made from.
constexpr std::chrono::milliseconds kPatienceOnce{50};

// Long enough for a write beside it.
constexpr std::chrono::microseconds kSyncPause{100};

class Living {
 public:
  Living(const Workload* workload, const Machine& machine, const LifeOptions& options)
      : workload_(workload),
        options_(options),
        durable_(machine.durable),
        disk_(std::make_shared<CrashFileSystem>(options.directory.string(), machine.disk)),
        env_(disk_) {
    RestoreOutside(machine.outside, options.directory);
    if (options.as_it_comes) disk_->set_sync_pause(kSyncPause);
    if (options.recording != nullptr) options.recording->start = machine;
    if (options.recording == nullptr && !options.cut_before) return;
    disk_->set_observer([this](std::size_t number, const Disk& disk) { See(number, disk); });
  }

  LifeEnd Run() {
    LifeEnd end = LiveThrough();
    end.operations = disk_->operation_count();
    if (options_.recording != nullptr) {
      options_.recording->operations = disk_->operations();
      NoteOutside();
    }
    if (options_.cut_before && !cut_) Cut(disk_->disk());
    end.cut = std::move(cut_);
    return end;
  }

 private:
  static LifeEnd Wrong(std::string what) {
    LifeEnd end;
    end.wrong = std::move(what);
    return end;
  }
  static LifeEnd Wrong(const std::string& where, const Error& error) {
    return Wrong(where + ": " + error.ToString());
  }

  static LifeEnd Refused(const Error& error) {
    LifeEnd end;
    end.refused = error;
    return end;
  }

  // The machine before an operation.
  void See(std::size_t number, const Disk& disk) {
    if (options_.recording != nullptr) {
      NoteOutside();
    }
    if (number == options_.cut_before) Cut(disk);
  }

  void Cut(const Disk& disk) { cut_ = Machine{disk, ReadOutside(options_.directory), durable_}; }

  void NoteOutside() {
    options_.recording->outside.push_back({ReadOutside(options_.directory), CountedSyncs()});
  }

  void Acknowledge(std::uint64_t commit) {
    durable_ = std::max(durable_, commit);
    if (options_.recording == nullptr) return;
    options_.recording->acknowledged.push_back({disk_->operation_count(), commit});
  }

  // What a person does whose store was refused. Nothing that was acknowledged may be lost by it.
  LifeEnd RecoverStore() {
    const SinkOptions options = Workload::Options();
    auto recovery = storage::BeginRocksRecovery(options_.directory, options, &env_);
    if (!recovery) return Wrong("looking at what can be kept", recovery.error());
    const auto plan = PlanOf(**recovery, options);
    if (!plan) return Wrong("planning a recovery", plan.error());
    if (!plan->needed || plan->lost() > 0) {
      return Wrong("a plan that loses " + std::to_string(plan->lost()) + " commits");
    }
    const auto recovered = Accept(plan->commit, options, recovery->get());
    return recovered ? LifeEnd() : Wrong("recovering", recovered.error());
  }

  LifeEnd LiveThrough() {
    if (options_.recovers) {
      if (LifeEnd end = RecoverStore(); !end.wrong.empty()) return end;
    }
    Place place{options_.directory, &env_, options_.wrapper};
    if (options_.recording != nullptr) place.patience = kPatienceOnce;
    place.as_it_comes = options_.as_it_comes;
    auto opened = Session::Open(workload_, place);
    if (!opened) return Refused(opened.error());
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
    if (cut_) return {};
    if (const auto defined = session->Define(); !defined) return Wrong("Define", defined.error());
    Acknowledge(session->committed());
    if (std::string bad = options_.thorough ? session->Audit() : ""; !bad.empty()) {
      return Wrong(std::move(bad));
    }
    return GoOn(session.get());
  }

  LifeEnd GoOn(Session* session) {
    while (session->committed() < workload_->commits()) {
      if (cut_) return {};
      const auto committed = session->CommitNext([this](std::uint64_t commit) {
        if (workload_->DurabilityOf(commit) == Durability::kSync) Acknowledge(commit);
      });
      if (!committed) return Wrong("Commit", committed.error());
      const std::uint64_t commit = session->committed();
      if (!workload_->FlushesAfter(commit)) continue;
      if (const auto flushed = session->Flush(); !flushed) return Wrong("Flush", flushed.error());
      Acknowledge(commit);
    }
    return CheckEnd(session);
  }

  LifeEnd CheckEnd(Session* session) {
    if (options_.recording != nullptr) {
      options_.recording->decided_beside = session->decided_beside();
      options_.recording->written_beside_a_sync = session->written_beside_a_sync();
    }
    const auto content = session->Content();
    if (!content) return Wrong("reading the end", content.error());
    if (*content != workload_->MarkAfter(workload_->commits())) {
      return Wrong("the end is not that of an uninterrupted run: " +
                   session->DifferenceFrom(workload_->commits()));
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
  std::optional<Machine> cut_;
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
  const std::size_t moment = before ? point - 1 : point;
  left.outside = outside[moment].files;
  const auto synced = std::find_if(outside.begin(), outside.end(), [&](const Outside& one) {
    return one.syncs == outside[moment].syncs;
  });
  const auto first = static_cast<std::size_t>(synced - outside.begin());
  const std::size_t found = first + testing::Mix(seed, 98) % (moment - first + 1);
  LoseWatermark(synced->files, outside[found].files,
                LeavesDamage(loss) && testing::Mix(seed, 97) % 2 == 0, &left.outside);
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
