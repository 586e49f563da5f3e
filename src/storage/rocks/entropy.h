// SPDX-License-Identifier: Apache-2.0
//
// Random bytes of the operating system: a store's identity and the seed of its memtable. Nothing
// that is decided or stored about a record depends on them.
#pragma once

#include <idem/result.h>

#include <cstdint>
#include <span>

namespace idem::storage {

Result<void> FillRandom(std::span<std::uint8_t> bytes);  // Errors: kIoError
Result<std::uint64_t> RandomNumber();                    // Errors: kIoError

}  // namespace idem::storage
