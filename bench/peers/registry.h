// SPDX-License-Identifier: Apache-2.0
//
// All peers, in the order of the tables.
#pragma once

#include <span>
#include <string>

#include "peers/peer.h"
#include "workload.h"

namespace idem::bench {

std::span<const PeerKind> AllPeers();

// The one that the others are divided by: what the engine does when nothing is decided.
const PeerKind& ReferencePeer();

// Why a peer cannot take part here; empty: it can.
std::string Missing(const PeerKind& peer);

// Whether it can, and decides as the workload needs it.
bool CanTake(const PeerKind& peer, const Workload& workload);

}  // namespace idem::bench
