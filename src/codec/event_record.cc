// SPDX-License-Identifier: Apache-2.0

#include "codec/event_record.h"

#include "base/coding.h"

namespace idem::codec {
namespace {

constexpr std::uint8_t kRecordVersion = 1;

}  // namespace

void AppendEvent(const EventRecord& event, std::string* out) {
  base::AppendByte(kRecordVersion, out);
  base::AppendVarint64(event.commit, out);
  AppendFingerprint(event.event, out);
}

bool DecodeEvent(std::string_view bytes, EventRecord* event) {
  base::Reader reader(bytes);
  return reader.Expect(kRecordVersion) && reader.ReadVarint64(&event->commit) &&
         ReadFingerprint(&reader, &event->event) && reader.AtEnd();
}

}  // namespace idem::codec
