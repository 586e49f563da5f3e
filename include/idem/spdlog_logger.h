// SPDX-License-Identifier: Apache-2.0
//
// SpdlogLogger: hands what idem logs to an spdlog logger of the host.
//
//   idem::SpdlogLogger logger(spdlog::default_logger());
//   auto sink = idem::IdempotentSink::Open(directory, {.logger = &logger});
//
// This header is the only one that includes spdlog, and <idem/idem.h> does not include it: a host
// that wants it links the CMake target idem::spdlog beside idem::idem (package component `spdlog`).
// Header-only: it uses the host's spdlog, whatever its version and its fmt are, and the library
// knows neither.
//
// Levels: kDebug, kInfo, kWarning and kError become debug, info, warn and err. Which of them are
// written is the spdlog logger's decision; one below its level costs a comparison.
//
// Thread-safety: multiple threads may call Log without synchronization when the spdlog logger has
// thread-safe sinks (names ending in `_mt`). One with `_st` sinks must not be given to idem.
// Lifetime: must outlive the sink it is given to, which logs until its destructor returns. Shares
// ownership of the spdlog logger.
// Errors: none is reported. What spdlog throws ends here; a message that cannot be written is lost,
// and ingestion goes on.
#pragma once

#include <idem/logger.h>
#include <spdlog/logger.h>

#include <memory>
#include <string_view>
#include <utility>

namespace idem {

class SpdlogLogger final : public Logger {
 public:
  // Without a logger (nullptr) every message is dropped.
  explicit SpdlogLogger(std::shared_ptr<spdlog::logger> logger) noexcept
      : logger_(std::move(logger)) {}

  void Log(LogLevel level, std::string_view message) noexcept override {
    if (logger_ == nullptr) return;
    try {
      // As text, not as a format string: a table may be named "{}".
      logger_->log(ToSpdlog(level), spdlog::string_view_t(message.data(), message.size()));
    } catch (...) {
    }
  }

 private:
  static spdlog::level::level_enum ToSpdlog(LogLevel level) noexcept {
    switch (level) {
      case LogLevel::kDebug:
        return spdlog::level::debug;
      case LogLevel::kInfo:
        return spdlog::level::info;
      case LogLevel::kWarning:
        return spdlog::level::warn;
      case LogLevel::kError:
        return spdlog::level::err;
    }
    return spdlog::level::err;
  }

  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace idem
