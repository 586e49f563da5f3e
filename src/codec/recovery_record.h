// SPDX-License-Identifier: Apache-2.0
//
// What is stored about recoveries. The writer epoch stands in the key.
//
//   recovery := 01, varint64 commit, 00 or (01, varint64 durable commit), ordered int64 wall micros
#pragma once

#include <idem/recovery.h>

#include <string>
#include <string_view>

namespace idem::codec {

void AppendRecovery(const RecoveryEntry& entry, std::string* out);
// Total.
bool DecodeRecovery(std::string_view key, std::string_view value, RecoveryEntry* entry);

}  // namespace idem::codec
