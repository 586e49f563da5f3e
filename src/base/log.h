// SPDX-License-Identifier: Apache-2.0
//
// Log(logger, LogLevel::kInfo, "opened table {}", name): formats and hands on, unless there is no
// logger. What a message may hold: see <idem/logger.h>.
#pragma once

#include <idem/logger.h>

#include <fmt/core.h>

namespace idem::base {

void LogFormatted(Logger* logger, LogLevel level, fmt::string_view format, fmt::format_args args);

// The format is checked when it is compiled. `logger` may be null; nothing is formatted then.
template <typename... Args>
void Log(Logger* logger, LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (logger == nullptr) return;
  LogFormatted(logger, level, format, fmt::make_format_args(args...));
}

}  // namespace idem::base
