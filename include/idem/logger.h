// SPDX-License-Identifier: Apache-2.0
//
// Logger: where idem, and RocksDB below it, write what an operator may want to read. idem is silent
// unless a host gives it a logger. <idem/spdlog_logger.h> wraps an spdlog logger.
//
// Messages hold names of tables and sources, counts and paths; never keys, values, versions or
// tokens.
#pragma once

#include <idem/export.h>

#include <cstdint>
#include <string_view>

namespace idem {

enum class LogLevel : std::uint8_t { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

// Implementations must be safe to call from several threads at once, must not throw, and must not
// call back into idem. The message is valid during the call only.
class IDEM_EXPORT Logger {
 public:
  virtual ~Logger();
  virtual void Log(LogLevel level, std::string_view message) noexcept = 0;
};

}  // namespace idem
