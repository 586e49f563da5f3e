// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL with one statement a batch, INSERT .. SELECT .. FROM unnest(..) ON CONFLICT DO UPDATE
// .. WHERE newer, from arrays in binary, and the offset in the same transaction; both go out in one
// pipeline, so that a batch costs one round trip. The server is a process of the benchmark's own,
// with its files in the run's directory, reached through a socket of the file system. Records below
// the stored offset are passed over; of a key that is there twice only the newer is sent, as one
// statement may change a row once.
//
// Settings: 128 MB of shared buffers, which is the write buffer and cache of the others; a log of
// up to 1 GB between checkpoints; no autovacuum while it is measured. kSync is
// synchronous_commit = on. kAsync is off: it survives the death of the host, and the server's own
// but for the last fraction of a second.
//
// A server refuses to run as root; then it runs as the user `postgres`, as its packages do.
//
// Leaves out: verdicts (the statement says only how many rows it changed), digest, checkpoints of
// more than one offset.
#pragma once

#include <string>

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenPostgresUnnest(const PeerOptions& options);
std::string PostgresMissing();

}  // namespace idem::bench
