// SPDX-License-Identifier: Apache-2.0
//
// LMDB: mdb_get, compare versions, mdb_put what is newer; one write transaction a batch, with the
// offset in the same one. Records below the stored offset are passed over.
//
// Settings: kSync is LMDB's default, a sync for each commit. kAsync is MDB_NOSYNC: commits survive
// the death of the process; power loss may damage the file, which is less than the others promise
// (MDB_NOMETASYNC, which would not, still syncs the data of each commit).
//
// With MDB_WRITEMAP a commit writes into the mapped file and hands nothing to the system, which
// LMDB's documentation has for stores that fit into memory, as these do, and which is the faster
// one; kAsync is then MDB_MAPASYNC, which it prefers to MDB_NOSYNC there. What it costs is
// protection: a stray write of the host's damages the file. Both survive what kAsync asks.
//
// Leaves out: verdicts, digest; checkpoints of more than one offset. (A row count is there: LMDB
// keeps one.)
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenLmdb(const PeerOptions& options);
std::unique_ptr<Peer> OpenLmdbWriteMap(const PeerOptions& options);

}  // namespace idem::bench
