// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's pessimistic transactions (TransactionDB): GetForUpdate for each key, which locks it,
// compare versions, Put what is newer; one transaction a batch. What a host does whose writers do
// not know of each other. Records below the stored offset are passed over.
//
// Settings: as the others on RocksDB; locks are never waited for, as there is one writer; no
// two-phase commit.
#pragma once

#include "peers/peer.h"

namespace idem::bench {

std::unique_ptr<Peer> OpenRocksTransaction(const PeerOptions& options);

}  // namespace idem::bench
