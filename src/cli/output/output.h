// SPDX-License-Identifier: Apache-2.0
//
// Output: data on stdout through a large buffer. A failed write is remembered; `Finish` tells.
#pragma once

#include <string>
#include <string_view>

#include "cli/exit_code.h"

namespace idem::cli {

class Output final {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // What is appended here is written sooner or later.
  std::string* buffer() noexcept { return &buffer_; }

  // Call after each row: writes the buffer when it is large. False once a write has failed.
  bool Continue();

  // Writes what is left. kOk when everything arrived. A reader that went away (EPIPE) is a failure
  // without a word: it knows.
  ExitCode Finish();

 private:
  bool Flush();

  std::string buffer_;
  bool failed_ = false;
};

// One line of output, and the exit code of having written it.
ExitCode PrintLine(std::string_view line);

}  // namespace idem::cli
