// SPDX-License-Identifier: Apache-2.0
//
// StoreRecovery: a store that may not open, what can be kept of it, and opening it with that.
// Holds the directory's lock, so that nothing changes between looking and deciding.
//
// Thread-safety: external.
#pragma once

#include "storage/store.h"

#include <idem/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem::storage {

class StoreRecovery {
 public:
  virtual ~StoreRecovery() = default;

  // What is damaged, for a person. Empty: nothing was found.
  virtual const std::vector<std::string>& damage() const = 0;

  // The newest state after some prefix of the commits that can be kept; null: there is none.
  virtual const StoreView* kept() const = 0;

  // The note of the watermark; nullopt: the watermark is damaged.
  virtual std::optional<std::string_view> note() const = 0;

  // Opens the store for writing with kept(), which ends with this call; everything after it is
  // gone. A process that dies on the way leaves a store that can be recovered again. The recovery
  // must outlive the store. REQUIRES: kept() is not null, and this is the first call. Errors: those
  // of opening a store.
  virtual Result<std::unique_ptr<Store>> Finish() = 0;
};

}  // namespace idem::storage
