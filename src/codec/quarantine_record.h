// SPDX-License-Identifier: Apache-2.0
//
// How a QuarantineEntry is stored. The id stands in the key. Begins with one byte, version (1).
#pragma once

#include <idem/quarantine.h>

#include <string>
#include <string_view>

namespace idem::codec {

void AppendQuarantineEntry(const QuarantineEntry& entry, std::string* out);
bool DecodeQuarantineEntry(std::string_view key, std::string_view value, QuarantineEntry* entry);

}  // namespace idem::codec
