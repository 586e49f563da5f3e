// SPDX-License-Identifier: Apache-2.0

#include "cli/output/error_json.h"

#include <string_view>

namespace idem::cli {
namespace {

std::string_view WordOf(NextStep step) {
  switch (step) {
    case NextStep::kRetry:
      return "retry";
    case NextStep::kFixInput:
      return "fix_input";
    case NextStep::kReopen:
      return "reopen";
    case NextStep::kStopWriting:
      return "stop_writing";
    case NextStep::kInspectStore:
      return "inspect_store";
  }
  return "";
}

}  // namespace

Json ErrorJson(const Error& error) {
  return {{"code", ToString(error.code())},
          {"message", error.message()},
          {"next_step", WordOf(error.next_step())},
          {"remedy", ToString(error.next_step())}};
}

}  // namespace idem::cli
