// SPDX-License-Identifier: Apache-2.0

#include "cli/output/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "cli/output/standard_streams.h"

namespace idem::cli {

namespace {
constexpr std::size_t kBufferBytes = 256 * 1024;
}

bool Output::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failed_ = true;
      if (errno != EPIPE) {
        WriteToStderr(fmt::format("idem: standard output: {}\n", std::strerror(errno)));
      }
    }
  }
  buffer_.clear();
  return !failed_;
}

bool Output::Continue() { return buffer_.size() < kBufferBytes ? !failed_ : Flush(); }

ExitCode Output::Finish() { return Flush() ? ExitCode::kOk : ExitCode::kFailure; }

ExitCode PrintLine(std::string_view line) {
  Output output;
  output.buffer()->append(line).push_back('\n');
  return output.Finish();
}

}  // namespace idem::cli
