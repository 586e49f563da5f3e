// SPDX-License-Identifier: Apache-2.0
//
// Redis with its usual deduplication: SET NX for each record, pipelined, with the offset in one
// MULTI .. EXEC a batch, through a socket of the file system. The server is a process of the
// benchmark's own, with its files in the run's directory.
//
// Settings: an append-only file and no snapshots; appendfsync always for kSync. kAsync is everysec:
// it survives the death of the host, and the server's own but for what it puts off, for up to two
// seconds, while a sync is under way. The file is not rewritten: where nothing is overwritten,
// nothing is gained.
//
// Leaves out: versions. The first record of a key wins, so workloads with newer versions are not
// for it. Verdicts, digest, checkpoints of more than one offset. All rows must fit into memory.
#pragma once

#include <string>

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenRedisSetNx(const PeerOptions& options);
std::string RedisMissing();

}  // namespace idem::bench
