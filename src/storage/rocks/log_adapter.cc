// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/log_adapter.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace idem::storage {
namespace {

// Longer lines are cut. RocksDB's dump of one option fits.
constexpr std::size_t kLineBytesMax = 1024;

// What RocksDB calls INFO is a page per compaction: of use to somebody who looks for a fault in it.
LogLevel ToLogLevel(rocksdb::InfoLogLevel level) {
  switch (level) {
    case rocksdb::InfoLogLevel::WARN_LEVEL:
      return LogLevel::kWarning;
    case rocksdb::InfoLogLevel::ERROR_LEVEL:
    case rocksdb::InfoLogLevel::FATAL_LEVEL:
      return LogLevel::kError;
    default:
      return LogLevel::kDebug;
  }
}

class LogAdapter final : public rocksdb::Logger {
 public:
  explicit LogAdapter(idem::Logger* logger)
      : rocksdb::Logger(logger == nullptr ? rocksdb::InfoLogLevel::FATAL_LEVEL
                                          : rocksdb::InfoLogLevel::INFO_LEVEL),
        logger_(logger) {}

  using rocksdb::Logger::Logv;

  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }

  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (logger_ == nullptr || level < GetInfoLogLevel()) return;
    std::array<char, kLineBytesMax> line;
    const int wanted = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (wanted < 0) return;
    std::string_view text(line.data(), std::min(static_cast<std::size_t>(wanted), line.size() - 1));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    logger_->Log(ToLogLevel(level), text);
  }

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }

 private:
  idem::Logger* logger_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> NewLogAdapter(Logger* logger) {
  return std::make_shared<LogAdapter>(logger);
}

}  // namespace idem::storage
