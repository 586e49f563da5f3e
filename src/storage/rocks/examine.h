// SPDX-License-Identifier: Apache-2.0
//
// What can be told of a build, a place and a store without opening anything for writing.
#pragma once

#include <idem/diagnosis.h>
#include <idem/error.h>

#include <filesystem>

namespace idem::storage {

// Versions of idem and RocksDB, known faults of that RocksDB, compression, limits of the process.
void ExamineBuild(Diagnosis* diagnosis);

// File system, mount options, free space, access: of `directory`, or of the nearest one above it.
void ExaminePlace(const std::filesystem::path& directory, Diagnosis* diagnosis);

// What stands in the directory, and who has it open.
void ExamineStore(const std::filesystem::path& directory, Diagnosis* diagnosis);

// A problem out of an error, whose text ends with the remedy.
DiagnosisFinding ProblemOf(const char* topic, const Error& error);

}  // namespace idem::storage
