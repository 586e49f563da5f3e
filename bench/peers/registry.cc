// SPDX-License-Identifier: Apache-2.0

#include "peers/registry.h"

#include "peers/idem.h"
#include "peers/lmdb.h"
#include "peers/rocks_blind_put.h"
#include "peers/rocks_get_put.h"
#include "peers/rocks_multiget_put.h"
#include "peers/sqlite_upsert.h"

namespace idem::bench {
namespace {

constexpr PeerKind kPeers[] = {
    {"rocks_blind_put", OpenRocksBlindPut, Wins::kLast},
    {"idem", OpenIdem},
    {"idem_background", OpenIdemBackground},
    {"idem_small_identities", OpenIdemSmallIdentities},
    {"idem_no_identities", OpenIdemNoIdentities},
    {"rocks_get_put", OpenRocksGetPut},
    {"rocks_multiget_put", OpenRocksMultiGetPut},
    {"sqlite_upsert", OpenSqliteUpsert},
    {"lmdb", OpenLmdb},
};

}  // namespace

std::span<const PeerKind> AllPeers() { return kPeers; }

const PeerKind& ReferencePeer() { return kPeers[0]; }

}  // namespace idem::bench
