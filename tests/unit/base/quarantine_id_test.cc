// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>
#include <idem/quarantine.h>

namespace idem {
namespace {

TEST(QuarantineIdTest, TextReadsBack) {
  const QuarantineId id{0x0123456789abcdef, 0xfedcba9876543210};
  EXPECT_EQ(id.ToString(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(QuarantineId::Parse(id.ToString()).value(), id);
  EXPECT_EQ(QuarantineId::Parse("0123456789ABCDEFFEDCBA9876543210").value(), id);
}

TEST(QuarantineIdTest, OtherTextIsRefused) {
  for (const char* text :
       {"", "0", "0123456789abcdeffedcba987654321", "g123456789abcdeffedcba9876543210",
        "0123456789abcdeffedcba98765432100", "0123456789abcdef-edcba9876543210"}) {
    const auto id = QuarantineId::Parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code(), ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace idem
