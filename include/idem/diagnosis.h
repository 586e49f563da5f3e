// SPDX-License-Identifier: Apache-2.0
//
// Diagnose: whether a directory, its disk and this build are fit for a store, as far as can be told
// without opening it. What `idem doctor` prints. Whether the rows are sound is Snapshot::Verify's
// business.
//
// It takes no lock, writes nothing and disturbs no writer. The directory need not exist: then it is
// about the place where a store would be made.
//
// Thread-safety: multiple threads may call it at any time.
#pragma once

#include <idem/export.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace idem {

// The numbers are stable.
enum class FindingLevel : std::uint8_t {
  kInfo = 0,     // as it is
  kWarning = 1,  // works, but promises less or may end badly
  kProblem = 2,  // a store here does not work, or is not safe
};

// "info", "warning", "problem".
IDEM_EXPORT std::string_view ToString(FindingLevel level) noexcept;

struct DiagnosisFinding {
  FindingLevel level = FindingLevel::kInfo;
  std::string topic;   // one word for programs: build, file_system, space, limits, access, store
  std::string what;    // for a person
  std::string remedy;  // what to do; empty for kInfo
};

struct Diagnosis {
  std::vector<DiagnosisFinding> findings;

  bool ok() const {
    for (const DiagnosisFinding& finding : findings) {
      if (finding.level == FindingLevel::kProblem) return false;
    }
    return true;
  }
};

IDEM_EXPORT Diagnosis Diagnose(const std::filesystem::path& directory);

}  // namespace idem
