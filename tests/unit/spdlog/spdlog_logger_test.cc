// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <idem/spdlog_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>

namespace idem {
namespace {

std::shared_ptr<spdlog::logger> WritingTo(std::ostringstream& out) {
  auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  logger->set_pattern("%l:%v");
  logger->set_level(spdlog::level::trace);
  return logger;
}

TEST(SpdlogLogger, MapsEachLevel) {
  std::ostringstream out;
  SpdlogLogger logger(WritingTo(out));
  logger.Log(LogLevel::kDebug, "a");
  logger.Log(LogLevel::kInfo, "b");
  logger.Log(LogLevel::kWarning, "c");
  logger.Log(LogLevel::kError, "d");
  EXPECT_EQ(out.str(), "debug:a\ninfo:b\nwarning:c\nerror:d\n");
}

TEST(SpdlogLogger, TakesAMessageAsTextNotAsAFormat) {
  std::ostringstream out;
  SpdlogLogger logger(WritingTo(out));
  logger.Log(LogLevel::kInfo, "table {} {0} %s");
  EXPECT_EQ(out.str(), "info:table {} {0} %s\n");
}

TEST(SpdlogLogger, LeavesTheLevelToTheHost) {
  std::ostringstream out;
  auto spdlog_logger = WritingTo(out);
  spdlog_logger->set_level(spdlog::level::warn);
  SpdlogLogger logger(spdlog_logger);
  logger.Log(LogLevel::kInfo, "quiet");
  EXPECT_EQ(out.str(), "");
}

TEST(SpdlogLogger, WithoutALoggerDropsMessages) {
  SpdlogLogger logger(nullptr);
  logger.Log(LogLevel::kError, "nobody listens");
}

class ThrowingSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg&) override { throw std::runtime_error("disk full"); }
  void flush_() override {}
};

TEST(SpdlogLogger, KeepsWhatSpdlogThrows) {
  auto spdlog_logger = std::make_shared<spdlog::logger>("test", std::make_shared<ThrowingSink>());
  spdlog_logger->set_error_handler([](const std::string& text) { throw std::runtime_error(text); });
  SpdlogLogger logger(spdlog_logger);
  logger.Log(LogLevel::kError, "lost");
}

}  // namespace
}  // namespace idem
