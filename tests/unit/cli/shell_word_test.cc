// SPDX-License-Identifier: Apache-2.0

#include "cli/output/shell_word.h"

#include <gtest/gtest.h>

namespace idem::cli {
namespace {

TEST(ShellWordTest, QuotesWhatAShellWouldReadOtherwise) {
  EXPECT_EQ(ShellWord("/var/lib/etl/orders-1.db"), "/var/lib/etl/orders-1.db");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("my store"), "'my store'");
  EXPECT_EQ(ShellWord("$HOME"), "'$HOME'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord("~"), "'~'");
}

}  // namespace
}  // namespace idem::cli
