// SPDX-License-Identifier: Apache-2.0
//
// MemoryStore: the plain model of a Store, an ordered map behind a mutex. Every other store is
// compared with it. Views copy nothing: each value keeps the number of the commit that wrote it.
#pragma once

#include "storage/store.h"

#include <memory>

namespace idem::storage {

// Nothing it holds survives the process; Durability is accepted and means nothing.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace idem::storage
