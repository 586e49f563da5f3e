// SPDX-License-Identifier: Apache-2.0

#include "peers/registry.h"

#include "peers/idem.h"
#include "peers/lmdb.h"
#include "peers/postgres_unnest.h"
#include "peers/redis_set_nx.h"
#include "peers/rocks_blind_put.h"
#include "peers/rocks_get_put.h"
#include "peers/rocks_multiget_put.h"
#include "peers/rocks_transaction.h"
#include "peers/sqlite_upsert.h"

namespace idem::bench {
namespace {

constexpr PeerKind kPeers[] = {
    {"rocks_blind_put", OpenRocksBlindPut, Wins::kLast},
    {"rocks_blind_put_best", OpenRocksBlindPutBest, Wins::kLast},
    {"idem", OpenIdem},
    {"idem_background", OpenIdemBackground},
    {"idem_small_identities", OpenIdemSmallIdentities},
    {"idem_fingerprints", OpenIdemFingerprints},
    {"idem_no_identities", OpenIdemNoIdentities},
    {"rocks_get_put", OpenRocksGetPut},
    {"rocks_multiget_put", OpenRocksMultiGetPut},
    {"rocks_transaction", OpenRocksTransaction},
    {"sqlite_upsert", OpenSqliteUpsert},
    {"lmdb", OpenLmdb},
    {"lmdb_writemap", OpenLmdbWriteMap},
    {"redis_set_nx", OpenRedisSetNx, Wins::kFirst, RedisMissing},
    {"postgres_unnest", OpenPostgresUnnest, Wins::kVersion, PostgresMissing},
};

}  // namespace

std::span<const PeerKind> AllPeers() { return kPeers; }

const PeerKind& ReferencePeer() { return kPeers[0]; }

std::string Missing(const PeerKind& peer) { return peer.missing == nullptr ? "" : peer.missing(); }

bool CanTake(const PeerKind& peer, const Workload& workload) {
  return Missing(peer).empty() && !(workload.replaces && peer.wins == Wins::kFirst);
}

}  // namespace idem::bench
