// SPDX-License-Identifier: Apache-2.0
//
// EventRecord: what is remembered of an applied event id: 1 byte version (1), varint64 commit,
// 16 bytes event fingerprint.
#pragma once

#include "codec/fingerprint.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace idem::codec {

struct EventRecord {
  std::uint64_t commit = 0;
  Fingerprint event;
};

void AppendEvent(const EventRecord& event, std::string* out);
bool DecodeEvent(std::string_view bytes, EventRecord* event);

}  // namespace idem::codec
