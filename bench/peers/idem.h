// SPDX-License-Identifier: Apache-2.0
//
// idem as a host uses it, with every option at its default: one upsert table, one source, a
// position for each record, one Batch kept for all commits.
//
// Leaves out: nothing. Each record gets a verdict; rows, digest, row count and checkpoint are in
// one commit.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenIdem(const PeerOptions& options);

// Commits return once they survive the death of the process, and a thread of the sink syncs them
// meanwhile: a host would acknowledge upstream what DurableCheckpoints says. Whatever durability is
// asked for, Finish waits for power loss to be survived.
std::unique_ptr<Peer> OpenIdemBackground(const PeerOptions& options);

// With less memory for identities than most of the measured rows need, with fingerprints of the
// others besides, and with none.
std::unique_ptr<Peer> OpenIdemSmallIdentities(const PeerOptions& options);
std::unique_ptr<Peer> OpenIdemFingerprints(const PeerOptions& options);
std::unique_ptr<Peer> OpenIdemNoIdentities(const PeerOptions& options);

}  // namespace idem::bench
