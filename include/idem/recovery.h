// SPDX-License-Identifier: Apache-2.0
//
// Recovery: going on with a store that does not open because something of it was lost.
//
// IdempotentSink::Open never does this by itself: a store that is damaged, or that has less than it
// had acknowledged, is refused and left as it is. Here a person, or a host that can offer the lost
// records again, sees what can be kept, and accepts exactly that.
//
//   RecoveryPlan plan = PlanRecovery("/var/lib/etl/orders").value();
//   if (plan.needed && plan.possible) {
//     for (const RecoverySource& s : plan.sources) Show(s.source, s.kept, s.acknowledged);
//     Recover("/var/lib/etl/orders", plan.commit).value();
//   }
//
// What is kept is the state after some prefix of the commits, rows and checkpoints together. So a
// source that can be read again makes it whole: ResumeFrom says from where.
//
// Both calls take the store's lock, so no sink has the store open meanwhile.
// Thread-safety: any thread may call them.
#pragma once

#include <idem/export.h>
#include <idem/options.h>
#include <idem/record.h>
#include <idem/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace idem {

// One partition: the offset to read next, before and after.
struct RecoverySource {
  std::string source;
  Partition partition;
  std::optional<std::int64_t> kept = {};  // in what can be kept; unset: no checkpoint is left
  std::optional<std::int64_t> acknowledged = {};  // known to have been durable, or of
                                                  // SinkOptions::acknowledged; unset: not known
};

struct RecoveryPlan {
  bool needed = false;              // otherwise the store opens as it is
  bool possible = false;            // something can be kept
  std::vector<std::string> damage;  // what was found, for a person; holds no key and no value
  std::uint64_t commit = 0;         // the newest that can be kept
  // The newest that is known to have been acknowledged as durable; unset: nobody knows any more.
  std::optional<std::uint64_t> durable_commit = {};
  std::vector<RecoverySource> sources;  // by source and partition

  // How many commits are known to be lost.
  std::uint64_t lost() const noexcept {
    return durable_commit && *durable_commit > commit ? *durable_commit - commit : 0;
  }
};

// One recovery that was done, kept in the store for ever. See Snapshot::Recoveries.
struct RecoveryEntry {
  std::uint64_t writer_epoch = 0;                    // that it took; later ones are higher
  std::uint64_t commit = 0;                          // the last that was kept
  std::optional<std::uint64_t> durable_commit = {};  // as in the plan
  std::int64_t wall_micros = 0;                      // of the clock of the options
};

struct RecoveryReport {
  RecoveryPlan plan;  // what was done
  RecoveryEntry entry;
};

// Looks at the store in `directory`, reads all of it, and changes nothing. A plan that is needed
// and not possible says what is damaged: restore a backup, or read with `idem scan` what can be
// read and ingest it into a new store.
// Of the options, `acknowledged` is compared with what can be kept; nothing else changes the plan.
// Errors: kStoreLocked, kStoreMissing, kInvalidArgument (a path that is no directory),
// kUnsafeDirectory, kFormatUnsupported, kIoError, kUnsupported (as for IdempotentSink::Open), and
// kCorruption when the file that makes the directory a store is damaged itself.
IDEM_EXPORT Result<RecoveryPlan> PlanRecovery(const std::filesystem::path& directory,
                                              const SinkOptions& options = {});

// Makes the store what the plan says, for ever, when `accept_commit` is the commit of the plan, and
// writes that into it. The numbers of the commits that are lost will be given again. When it
// returns ok the store opens; after an error, or a crash, it can be planned and recovered again.
// Errors: kInvalidArgument (no recovery is needed, or the plan has another commit), kCorruption (it
// is not possible), and those of PlanRecovery and IdempotentSink::Open.
IDEM_EXPORT Result<RecoveryReport> Recover(const std::filesystem::path& directory,
                                           std::uint64_t accept_commit,
                                           const SinkOptions& options = {});

}  // namespace idem
