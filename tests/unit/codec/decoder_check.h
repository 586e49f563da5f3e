// SPDX-License-Identifier: Apache-2.0
//
// What every decoder promises: it is total, and it accepts nothing but what its encoder writes.
#pragma once

#include "base/hex.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace idem::codec {

// Decodes bytes and encodes the result again; nullopt when they are refused.
using Recode = std::function<std::optional<std::string>(std::string_view)>;

// Each call hands the decoder a heap block of exactly the bytes' size, so that a sanitizer sees the
// first byte read beyond them.
inline std::optional<std::string> RecodeExact(const Recode& recode, std::string_view bytes) {
  const std::unique_ptr<char[]> block(new char[bytes.size()]);
  bytes.copy(block.get(), bytes.size());
  return recode({block.get(), bytes.size()});
}

// `valid` reads back as itself; every truncation, every change of one byte and every byte more is
// refused or is the encoding of what was read.
inline void CheckDecoder(const std::string& valid, const Recode& recode) {
  EXPECT_EQ(RecodeExact(recode, valid), valid) << base::ToHex(valid);
  const auto check = [&recode](const std::string& bytes) {
    const std::optional<std::string> again = RecodeExact(recode, bytes);
    if (again) {
      ASSERT_EQ(base::ToHex(*again), base::ToHex(bytes));
    }
  };
  for (std::size_t size = 0; size < valid.size(); ++size) check(valid.substr(0, size));
  for (std::size_t at = 0; at < valid.size(); ++at) {
    std::string changed = valid;
    for (int step = 1; step < 256; ++step) {
      changed[at] = static_cast<char>(changed[at] + 1);
      check(changed);
    }
  }
  for (int byte = 0; byte < 256; ++byte) check(valid + static_cast<char>(byte));
}

}  // namespace idem::codec
