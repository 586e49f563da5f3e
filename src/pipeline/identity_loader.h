// SPDX-License-Identifier: Apache-2.0
//
// IdentityLoader: brings the rows and event ids of a store into Identities, in steps: reading one
// needs nothing but a view, which is slow and may be done while commits go on; telling it is fast
// and needs what guards the identities.
//
// Thread-safety: external.
#pragma once

#include "base/arena.h"
#include "pipeline/identities.h"
#include "storage/store.h"

#include <idem/logger.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace idem::pipeline {

class IdentityLoader {
 public:
  // `keys` is how many rows and event ids there are, for messages. `view` is from before the first
  // commit that the identities were told of; `logger` may be null and must outlive it otherwise.
  IdentityLoader(std::unique_ptr<storage::StoreView> view, const KeyHash& hash, std::uint64_t keys,
                 Logger* logger);

  // Reads some more entries. Errors: kIoError, kCorruption.
  Result<void> Read();

  // Tells of what was read last, and when that was all of it, of that.
  void Tell(Identities* identities);

  bool done() const noexcept { return done_; }
  std::uint64_t keys() const noexcept { return keys_; }
  std::uint64_t told() const noexcept { return told_; }

 private:
  struct Entry {
    std::string_view key;
    std::uint64_t hash;
    std::string_view head;
  };

  Result<bool> ReadOne();
  void WarnWhenFull(const Identities& identities) const;

  const std::unique_ptr<storage::StoreView> view_;
  const KeyHash hash_;
  const std::uint64_t keys_;
  Logger* const logger_;

  std::size_t space_ = 0;  // which of the spaces with identities; the number of them: none is left
  std::unique_ptr<storage::StoreCursor> cursor_;  // in that space
  std::vector<Entry> read_;
  std::size_t read_bytes_ = 0;
  base::Arena arena_;  // of read_
  std::uint64_t told_ = 0;
  bool done_ = false;
};

}  // namespace idem::pipeline
