// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <fmt/format.h>
#include <iterator>

namespace idem::base {

void LogFormatted(Logger* logger, LogLevel level, fmt::string_view format, fmt::format_args args) {
  fmt::memory_buffer message;
  fmt::vformat_to(std::back_inserter(message), format, args);
  logger->Log(level, {message.data(), message.size()});
}

}  // namespace idem::base
