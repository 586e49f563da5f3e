// SPDX-License-Identifier: Apache-2.0

#include "model/compare.h"

#include "script/text.h"

#include <algorithm>

namespace idem::model {

using script::Answer;

std::string FirstDifference(const std::string& wanted, const std::string& got) {
  std::size_t at = 0;
  while (at < wanted.size() && at < got.size() && wanted[at] == got[at]) ++at;
  const auto line = [](const std::string& text, std::size_t where) {
    const std::size_t before = where == 0 ? std::string::npos : text.rfind('\n', where - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  return "  the oracle: " + line(wanted, at) + "\n  the store:  " + line(got, at) + "\n";
}

std::string CompareAnswers(const Answer& wanted, const Answer& got) {
  if (wanted.ok() != got.ok() || (!got.ok() && std::find(wanted.errors.begin(), wanted.errors.end(),
                                                         got.errors[0]) == wanted.errors.end())) {
    return "  the oracle: " + script::ToText(wanted) + "  the store:  " + script::ToText(got) +
           got.message + "\n";
  }
  if (!got.ok()) return "";
  Answer expected = wanted;
  // Only a Commit tells its number.
  if (got.commit == 0 && got.outcomes.empty()) expected.commit = 0;
  const std::string left = script::ToText(expected);
  const std::string right = script::ToText(got);
  return left == right ? "" : FirstDifference(left, right);
}

std::string CompareStates(const script::State& wanted, const script::State& got) {
  const std::string left = script::ToText(wanted, false);
  const std::string right = script::ToText(got, false);
  return left == right ? "" : FirstDifference(left, right);
}

}  // namespace idem::model
