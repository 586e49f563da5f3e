// SPDX-License-Identifier: Apache-2.0
//
// RocksDB written blindly: every record is put, nothing is asked. The speed of the engine, and the
// reference of all ratios.
//
// Leaves out what idempotent ingestion is about: a late older version replaces a newer one, a
// repeated record is written again, a replay too. Where the stream happens to end each key with its
// newest version, as all workloads here do, the rows come out right.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenRocksBlindPut(const PeerOptions& options);

// The same in what suits blind writes best, and nothing else: a memtable that only appends, and is
// sorted when it is flushed; twice as much of it; universal compaction, begun late. It could not be
// read from: a Get sorts the memtable each time.
std::unique_ptr<Peer> OpenRocksBlindPutBest(const PeerOptions& options);

}  // namespace idem::bench
