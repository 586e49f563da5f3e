// SPDX-License-Identifier: Apache-2.0
//
// What a wrong command line is told.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/exit_code.h"

namespace idem::cli {

// Tells on stderr what is wrong, the unknown word first, and as an object on stdout where --json is
// among the arguments. What was asked for instead, such as --help, is printed, and all is well.
ExitCode ReportUsage(const CLI::App& app, const CLI::ParseError& error, bool json);

// Whether the arguments ask for JSON; known before they are understood.
bool AsksForJson(int argc, const char* const* argv);

}  // namespace idem::cli
