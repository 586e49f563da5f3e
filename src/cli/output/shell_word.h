// SPDX-License-Identifier: Apache-2.0
//
// Commands that a person may copy from a message into a shell.
#pragma once

#include <string>
#include <string_view>

namespace idem::cli {

// `text` as one word of a POSIX shell: in single quotes where it needs them.
std::string ShellWord(std::string_view text);

}  // namespace idem::cli
