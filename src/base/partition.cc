// SPDX-License-Identifier: Apache-2.0
#include <idem/record.h>

#include <algorithm>

namespace idem {
namespace {

bool ReadsAsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string Partition::ToString() const {
  if (!name) return std::to_string(number);
  return ReadsAsNumber(*name) ? '"' + *name + '"' : *name;
}

}  // namespace idem
