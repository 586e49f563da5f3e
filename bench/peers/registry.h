// SPDX-License-Identifier: Apache-2.0
//
// All peers, in the order of the tables.
#pragma once

#include <span>

#include "peers/peer.h"

namespace idem::bench {

std::span<const PeerKind> AllPeers();

// The one that the others are divided by: what the engine does when nothing is decided.
const PeerKind& ReferencePeer();

}  // namespace idem::bench
