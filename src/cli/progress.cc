// SPDX-License-Identifier: Apache-2.0

#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "cli/output/standard_streams.h"

namespace idem::cli {

Progress::Progress(std::uint64_t total, const char* unit)
    : terminal_(::isatty(STDERR_FILENO) == 1), total_(total), unit_(unit) {}

void Progress::Update(std::uint64_t done, std::uint64_t count) {
  constexpr std::chrono::milliseconds kInterval(200);
  if (!terminal_) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;

  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string text =
      fmt::format("{} {}, {:.0f}/s", count, unit_, static_cast<double>(count) / seconds);
  if (total_ > 0 && done > 0 && done <= total_) {
    const double share = static_cast<double>(done) / static_cast<double>(total_);
    text += fmt::format(", {:.0f} %, {:.0f} s left", share * 100, seconds / share - seconds);
  }
  WriteToStderr("\r\x1b[K" + text);
  shown_ = true;
}

void Progress::Clear() {
  if (!shown_) return;
  WriteToStderr("\r\x1b[K");
  shown_ = false;
}

}  // namespace idem::cli
