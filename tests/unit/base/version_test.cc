// SPDX-License-Identifier: Apache-2.0
// Copyright the idem authors.

#include <gmock/gmock.h>
#include <idem/version.h>

#include <string>

namespace idem {
namespace {

TEST(Version, HeaderAndLibraryAgree) { EXPECT_STREQ(LibraryVersion(), IDEM_VERSION_STRING); }

TEST(Version, NumberAndTextAgree) {
  const std::string text = std::to_string(IDEM_VERSION_NUMBER / 10000) + "." +
                           std::to_string(IDEM_VERSION_NUMBER / 100 % 100) + "." +
                           std::to_string(IDEM_VERSION_NUMBER % 100);
  EXPECT_EQ(text, IDEM_VERSION_STRING);
}

}  // namespace
}  // namespace idem
