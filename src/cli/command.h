// SPDX-License-Identifier: Apache-2.0
//
// What the commands of `idem` share: how one is declared, how a store is opened for reading, how an
// error is told.
#pragma once

#include <idem/error.h>
#include <idem/idempotent_sink.h>
#include <idem/result.h>
#include <idem/snapshot.h>
#include <idem/store_reader.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace idem::cli {

// The options that every command takes, before or after its name.
struct CommonOptions {
  std::string db;
  bool json = false;
};

// Where commands are declared: each adds itself to `app` and, when it is the one chosen, leaves in
// `run` what is to be done.
struct CommandLine {
  CLI::App* app;
  CommonOptions* common;
  std::function<ExitCode()>* run;
};

void AddIngestCommand(const CommandLine& line);
void AddScanCommand(const CommandLine& line);
void AddGetCommand(const CommandLine& line);
void AddTablesCommand(const CommandLine& line);
void AddCheckpointsCommand(const CommandLine& line);
void AddDigestCommand(const CommandLine& line);
void AddStatsCommand(const CommandLine& line);
void AddVerifyCommand(const CommandLine& line);
void AddBackupCommand(const CommandLine& line);
void AddRecoverCommand(const CommandLine& line);
void AddDoctorCommand(const CommandLine& line);
void AddQuarantineCommand(const CommandLine& line);

// Adds a command below `parent` with the common options.
CLI::App* AddCommand(const CommandLine& line, CLI::App* parent, const std::string& name,
                     const std::string& description);
void AddCommonOptions(CLI::App* app, CommonOptions* common);

// Adds a command's words: any number, each taken as it stands, whatever brackets are in it.
CLI::Option* AddWords(CLI::App* app, const std::string& name, std::vector<std::string>* words,
                      const std::string& description);

// Adds an option that takes a whole number in decimal, 0 or more. CLI11's own conversion takes 010
// for eight, and -1 for the largest number there is.
CLI::Option* AddNumber(CLI::App* app, const std::string& name, std::uint64_t* number,
                       const std::string& description);
CLI::Option* AddNumber(CLI::App* app, const std::string& name, std::int64_t* number,
                       const std::string& description);

// A store opened for looking, beside whoever writes it, and its newest state.
struct OpenStore {
  std::unique_ptr<StoreReader> reader;
  Snapshot snapshot;
};
Result<OpenStore> OpenForReading(const CommonOptions& common);

// A store that is there, opened for writing.
Result<std::unique_ptr<IdempotentSink>> OpenForWriting(const CommonOptions& common);

// Tells the error on stderr, and as an object on stdout where --json asks for one.
ExitCode Report(const Error& said, const CommonOptions& common);

// Prints text that is not data: on stderr, after "idem: ".
void Complain(const std::string& text);

}  // namespace idem::cli
