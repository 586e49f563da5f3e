// SPDX-License-Identifier: Apache-2.0
//
// The figures alone; goals.h says what each means.

#include "goals.h"

namespace idem::bench {
namespace {

constexpr auto kSync = Durability::kSync;
constexpr std::uint64_t kSynced = 200'000;  // as many as are not synced
constexpr std::uint64_t kSeveralFlushes = 2'000'000;
constexpr std::uint64_t kLarge = 15'000'000;
constexpr std::uint64_t kHuge = 50'000'000;

// clang-format off
constexpr Goal kGoals[] = {
    // Times the rate of a blind put of the same records.
    {.name = "fresh", .must = 3.5, .aim = 6, .expected = 6.5, .workload = "fresh"},
    {.name = "fresh_drained_15m", .must = 2.3, .aim = 3.5, .expected = 2.7,
     .workload = "fresh_drained", .records_min = kLarge},
    {.name = "upsert_newer", .must = 2, .aim = 4, .expected = 6, .workload = "upsert_newer"},
    {.name = "recent_duplicates", .must = 6, .aim = 10, .expected = 9,
     .workload = "recent_duplicates"},
    {.name = "old_duplicates", .must = 5, .aim = 8, .expected = 8, .workload = "old_duplicates"},
    {.name = "old_duplicates_over_budget", .must = 1, .aim = 3, .expected = 1.2,
     .workload = "old_duplicates", .peer = "idem_small_identities"},
    {.name = "old_duplicates_fingerprints", .must = 5, .aim = 8, .expected = 5.5,
     .workload = "old_duplicates", .peer = "idem_fingerprints"},
    {.name = "replay", .must = 50, .aim = 150, .expected = 60, .workload = "replay"},
    {.name = "replay_by_key", .must = 40, .aim = 100, .expected = 38, .workload = "replay_by_key"},
    {.name = "pipelined_sync_100", .must = 8, .aim = 12, .expected = 8, .workload = "fresh",
     .peer = "idem_background", .batch = 100, .durability = kSync, .records_min = kSynced},
    {.name = "pipelined_sync_1000", .must = 4, .aim = 7, .expected = 6, .workload = "fresh",
     .peer = "idem_background", .durability = kSync, .records_min = kSynced},
    {.name = "fresh_drained_50m", .must = 2, .aim = 3.5, .expected = 2.5,
     .workload = "fresh_drained", .records_min = kHuge},

    // Times the rate of another store on new keys: both survive the death of the process, then both
    // survive power loss.
    {.name = "sqlite", .must = 30, .aim = 80, .expected = 32,
     .workload = "fresh", .against = "sqlite_upsert"},
    {.name = "lmdb", .must = 6, .aim = 15, .expected = 7.3, .workload = "fresh",
     .against = "lmdb"},
    {.name = "lmdb_writemap", .must = 6, .aim = 15, .expected = 3.2, .workload = "fresh",
     .against = "lmdb_writemap"},
    {.name = "redis", .must = 4, .aim = 8, .expected = 4.8,
     .workload = "fresh", .against = "redis_set_nx"},
    {.name = "postgres", .must = 12, .aim = 30, .expected = 12,
     .workload = "fresh", .against = "postgres_unnest"},
    {.name = "sqlite_sync", .must = 30, .aim = 80, .expected = 25,
     .workload = "fresh", .peer = "idem_background",
     .against = "sqlite_upsert", .durability = kSync, .records_min = kSynced},
    {.name = "lmdb_sync", .must = 6, .aim = 15, .expected = 17,
     .workload = "fresh", .peer = "idem_background", .against = "lmdb", .durability = kSync,
     .records_min = kSynced},
    {.name = "redis_sync", .must = 4, .aim = 8, .expected = 5.5,
     .workload = "fresh", .peer = "idem_background", .against = "redis_set_nx", .durability = kSync,
     .records_min = kSynced},
    {.name = "postgres_sync", .must = 12, .aim = 30, .expected = 12,
     .workload = "fresh", .peer = "idem_background",
     .against = "postgres_unnest", .durability = kSync, .records_min = kSynced},

    // Like for like: each commit returns once it survives power loss, as those of the others do.
    {.name = "sync_100", .workload = "fresh", .batch = 100, .durability = kSync,
     .records_min = kSynced},
    {.name = "sync_1000", .workload = "fresh", .durability = kSync, .records_min = kSynced},
    {.name = "sqlite_sync_each", .workload = "fresh", .against = "sqlite_upsert",
     .durability = kSync, .records_min = kSynced},
    {.name = "lmdb_sync_each", .workload = "fresh", .against = "lmdb", .durability = kSync,
     .records_min = kSynced},
    {.name = "redis_sync_each", .workload = "fresh", .against = "redis_set_nx",
     .durability = kSync, .records_min = kSynced},
    {.name = "postgres_sync_each", .workload = "fresh", .against = "postgres_unnest",
     .durability = kSync, .records_min = kSynced},

    // Bytes written, of those of a blind put. Of two million records they are the log and a flush
    // of both; what merges write shows in a large store.
    {.name = "written_bytes", .must = 0.6, .aim = 0.4, .expected = 0.8,
     .workload = "fresh_drained",
     .measure = Measure::kWrittenBytes, .records_min = kSeveralFlushes, .less_is_better = true},
    {.name = "written_bytes_15m", .must = 0.6, .aim = 0.4, .expected = 0.6,
     .workload = "fresh_drained",
     .measure = Measure::kWrittenBytes, .records_min = kLarge, .less_is_better = true},

    {.name = "identity_bytes", .must = 14, .aim = 10, .expected = 75, .probe = "identity_bytes",
     .less_is_better = true},
    {.name = "fingerprint_bytes", .must = 14, .aim = 10, .expected = 13.8,
     .probe = "fingerprint_bytes", .less_is_better = true},
    {.name = "reopen_50m", .must = 3, .aim = 1, .expected = 1.4, .probe = "reopen",
     .records_min = kHuge, .less_is_better = true},
    {.name = "two_threads", .must = 1.3, .aim = 1.8, .expected = 1.35, .probe = "two_threads"},
    {.name = "allocations", .must = 0, .aim = 0, .expected = 0.05,
     .probe = "allocations", .less_is_better = true},
    {.name = "ingest", .must = 0.4, .aim = 0.8, .expected = 0.16, .probe = "ingest"},
};
// clang-format on

}  // namespace

std::span<const Goal> AllGoals() { return kGoals; }

}  // namespace idem::bench
