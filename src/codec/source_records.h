// SPDX-License-Identifier: Apache-2.0
//
// What is stored about sources. Values begin with one byte, the record's version (1). Source and
// partition stand in the key and are not repeated in the value.
#pragma once

#include <idem/checkpoint.h>

#include <string>
#include <string_view>

namespace idem::codec {

void AppendSourceOptions(const SourceOptions& options, std::string* out);
bool DecodeSourceOptions(std::string_view bytes, SourceOptions* options);

void AppendCheckpoint(const Checkpoint& checkpoint, std::string* out);
// Fills everything from key and value. False also when next, start and ranges contradict each other
// (next < start, ranges not ascending and apart). Total.
bool DecodeCheckpoint(std::string_view key, std::string_view value, Checkpoint* checkpoint);

void AppendRewind(const RewindEntry& entry, std::string* out);
bool DecodeRewind(std::string_view key, std::string_view value, RewindEntry* entry);

}  // namespace idem::codec
