// SPDX-License-Identifier: Apache-2.0
//
// SQLite with one prepared upsert that keeps the newer version, one transaction a batch, and the
// offset in the same transaction. Records below the stored offset are passed over.
//
// Settings: WAL; a table WITHOUT ROWID (one B-tree, keyed by the key); 64 MB of page cache and a
// checkpoint every 64 MB of log, as the others have write buffers. kSync is synchronous=FULL.
// kAsync is synchronous=NORMAL rather than OFF: it syncs at checkpoints only, so power loss takes
// the newest transactions and leaves a sound database, which is what RocksDB and idem promise too.
//
// Leaves out: verdicts (the statement says only whether it changed a row), row count, digest;
// checkpoints of more than one offset.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenSqliteUpsert(const PeerOptions& options);

}  // namespace idem::bench
