// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/directory_lock.h"
#include "storage/rocks/examine.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/watermark_file.h"

#include <string>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

std::string StateOf(const StoreDirectory& found) {
  switch (found.kind) {
    case DirectoryKind::kMissing:
      return "there is none: a writer would make the directory";
    case DirectoryKind::kEmpty:
      return "there is none: a writer would make one here";
    case DirectoryKind::kCreating:
      return "its making was interrupted before anything was committed; it would begin anew";
    case DirectoryKind::kStore:
      return "format version " + std::to_string(found.header.format_version);
  }
  return {};
}

void Add(FindingLevel level, std::string what, std::string remedy, Diagnosis* diagnosis) {
  diagnosis->findings.push_back({level, "store", std::move(what), std::move(remedy)});
}

}  // namespace

DiagnosisFinding ProblemOf(const char* topic, const Error& error) {
  const std::string& text = error.message();
  const std::size_t end = text.find("; ");
  if (end == std::string::npos) {
    return {FindingLevel::kProblem, topic, text, std::string(ToString(error.next_step()))};
  }
  return {FindingLevel::kProblem, topic, text.substr(0, end), text.substr(end + 2)};
}

void ExamineStore(const fs::path& directory, Diagnosis* diagnosis) {
  const Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) {
    diagnosis->findings.push_back(ProblemOf("store", found.error()));
    return;
  }
  Add(FindingLevel::kInfo, StateOf(*found), "", diagnosis);
  if (found->kind != DirectoryKind::kStore) return;
  std::error_code code;
  if (!fs::exists(directory / "CURRENT", code)) {
    Add(FindingLevel::kProblem, "RocksDB's files are gone",
        "restore the directory from a backup, or ingest into a new one", diagnosis);
  }
  if (const auto image = WatermarkFile::Read(directory, found->header.store_id); !image) {
    diagnosis->findings.push_back(ProblemOf("store", image.error()));
  } else {
    Add(FindingLevel::kInfo, "it has a durable watermark", "", diagnosis);
  }
  const std::string holder = LockHolder(directory);
  Add(FindingLevel::kInfo, holder.empty() ? "nobody has it open" : "open in " + holder, "",
      diagnosis);
}

}  // namespace idem::storage
