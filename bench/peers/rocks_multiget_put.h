// SPDX-License-Identifier: Apache-2.0
//
// As rocks_get_put, with one MultiGet for all keys of a batch.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenRocksMultiGetPut(const PeerOptions& options);

}  // namespace idem::bench
