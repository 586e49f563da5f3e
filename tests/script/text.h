// SPDX-License-Identifier: Apache-2.0
//
// Operations and states as text, in the language of the scenario files (scenario/README.md).
#pragma once

#include "script/operation.h"
#include "script/target.h"

#include <idem/options.h>

#include <string>
#include <string_view>
#include <vector>

namespace idem::script {

std::string Quote(std::string_view bytes);                 // "a\n\x00"
std::string ToText(const Tuple& key);                      // ("a", 1, null)
std::string ToText(const StoredVersion& version);          // v5, v"FFF/B", empty for none
std::string ToText(const Partition& partition);            // 0, "part-7"
std::string ToText(const Place& place, bool with_offset);  // orders/0@17
std::string ToText(const Outcome& outcome);                // STALE older_version by=3
std::string ToText(const RefusedRecord& record);           // upsert orders ("a") v5 "x"
std::string ToText(const Action& action);
std::string ToText(const Step& step);  // one or more lines, each ended
std::string ToText(const Answer& answer);
std::string ToText(const State& state, bool with_digests);

std::string ToText(const std::vector<Step>& steps);
std::string ToText(const SinkOptions& options);  // the line that such a sink is opened with

}  // namespace idem::script
