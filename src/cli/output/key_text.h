// SPDX-License-Identifier: Apache-2.0
//
// Keys and values as text.
//
// As JSON every part keeps its type: null, booleans, integers, strings; a double always has a
// fraction or an exponent; bytes are {"bytes":"<hex>"}, a uuid is {"uuid":"<text>"}, a double that
// is no JSON number is {"double":"NaN"}, and a string that is not UTF-8 is {"string":"<hex>"}. What
// is printed that way is read back the same by ParseJsonKey.
#pragma once

#include <idem/key.h>
#include <idem/result.h>
#include <idem/row.h>

#include <string>
#include <string_view>

namespace idem::cli {

// A key of one part as that part, of several as an array.
void AppendKeyJson(const Key& key, std::string* out);

// For TSV and CSV: a single string, integer or uuid as plain text, all else as a JSON array. A
// string with a tab or line break in it, or that looks like an array, is an array of one.
void AppendKeyText(const Key& key, std::string* out);

// Reads what AppendKeyJson writes, and also an array of one part.
Result<Key> ParseJsonKey(std::string_view text);

void AppendVersionText(const StoredVersion& version, std::string* out);
void AppendVersionJson(const StoredVersion& version, std::string* out);

// Valid JSON as it stands (on one line), other text as a string, other bytes as {"bytes":"<hex>"}.
void AppendValueJson(std::string_view value, std::string* out);

}  // namespace idem::cli
