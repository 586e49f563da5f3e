// SPDX-License-Identifier: Apache-2.0
//
// JSON objects for --json, with members in the order they are written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace idem::cli {

using Json = nlohmann::ordered_json;

// On one line. Bytes that are not UTF-8 are replaced, never thrown at the caller.
inline std::string DumpJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace idem::cli
