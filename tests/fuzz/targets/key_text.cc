// SPDX-License-Identifier: Apache-2.0
//
// Keys as the command prints and reads them. The input is taken as an encoded key, and as text.

#include "cli/output/key_text.h"
#include "cli/input/json_text.h"
#include "fuzz/target.h"

#include <string>

using idem::fuzz::Require;

namespace {

void CheckPrinted(const idem::Key& key) {
  std::string json;
  idem::cli::AppendKeyJson(key, &json);
  Require(idem::cli::IsJson(json), "a key is printed as JSON");
  Require(json.find('\n') == std::string::npos, "a key is one line");
  const idem::Result<idem::Key> again = idem::cli::ParseJsonKey(json);
  Require(again && *again == key, "what is printed is read back the same");
  std::string text;
  idem::cli::AppendKeyText(key, &text);
  Require(text.find_first_of("\t\n") == std::string::npos, "a key is one field of a table");
}

}  // namespace

IDEM_FUZZ_TARGET("key_text") {
  if (const auto key = idem::Key::FromEncoded(input); key && !key->empty()) CheckPrinted(*key);
  if (const auto key = idem::cli::ParseJsonKey(input); key && !key->empty()) CheckPrinted(*key);
  std::string value;
  idem::cli::AppendValueJson(input, &value);
  Require(idem::cli::IsJson(value), "any value is printed as JSON");
  Require(value.find('\n') == std::string::npos, "a value is one line");
}
