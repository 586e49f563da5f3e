// SPDX-License-Identifier: Apache-2.0
//
// The three streams that a process is born with, when they are not what they should be: closed, a
// full device, a reader that went away.
#pragma once

#include <string_view>

namespace idem::cli {

// Gives descriptors 0, 1 and 2 something to stand for where the caller closed them. A file opened
// later would take such a number, and what is meant for stdout or stderr would be written into it,
// be it one of the store's. What takes the place reads and writes nothing, with an error, as a
// closed descriptor does. False where even that cannot be had: then nothing must be opened.
bool HoldStandardStreams() noexcept;

// A write to a pipe whose reader went away is then an error and not the end of the process.
void IgnoreBrokenPipes() noexcept;

// Writes to stderr whatever of it can be written. What cannot is lost: there is no place left to
// say so, and a command that has done its work has done it all the same.
void WriteToStderr(std::string_view text) noexcept;

}  // namespace idem::cli
