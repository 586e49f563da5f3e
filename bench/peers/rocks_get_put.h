// SPDX-License-Identifier: Apache-2.0
//
// RocksDB with the usual hand-written deduplication: Get each key, compare versions, put what is
// newer; one WriteBatch a batch. Records below the stored offset are passed over.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenRocksGetPut(const PeerOptions& options);

}  // namespace idem::bench
