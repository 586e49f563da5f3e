// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace idem::base {
namespace {

class RecordingLogger final : public Logger {
 public:
  void Log(LogLevel level, std::string_view message) noexcept override {
    lines.emplace_back(level, message);
  }
  std::vector<std::pair<LogLevel, std::string>> lines;
};

TEST(LogTest, FormatsAndHandsOn) {
  RecordingLogger logger;
  const std::string name = "orders";
  Log(&logger, LogLevel::kWarning, "table {} has {} rows", name, 3);
  Log(&logger, LogLevel::kDebug, "no {{arguments}}");
  ASSERT_EQ(logger.lines.size(), 2u);
  EXPECT_EQ(logger.lines[0],
            std::make_pair(LogLevel::kWarning, std::string("table orders has 3 rows")));
  EXPECT_EQ(logger.lines[1].second, "no {arguments}");
}

TEST(LogTest, LongMessagesStayWhole) {
  RecordingLogger logger;
  const std::string path(10'000, 'p');
  Log(&logger, LogLevel::kInfo, "{}", path);
  EXPECT_EQ(logger.lines.at(0).second, path);
}

TEST(LogTest, WithoutALoggerNothingHappens) {
  Log(nullptr, LogLevel::kError, "nobody reads {}", "this");
}

}  // namespace
}  // namespace idem::base
