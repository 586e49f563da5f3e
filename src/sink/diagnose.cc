// SPDX-License-Identifier: Apache-2.0
#include <idem/diagnosis.h>

#include "storage/rocks/examine.h"

#include <array>

namespace idem {

std::string_view ToString(FindingLevel level) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"info", "warning", "problem"};
  const auto index = static_cast<std::size_t>(level);
  return index < kNames.size() ? kNames[index] : "unknown";
}

Diagnosis Diagnose(const std::filesystem::path& directory) {
  Diagnosis diagnosis;
  storage::ExamineBuild(&diagnosis);
  storage::ExaminePlace(directory, &diagnosis);
  storage::ExamineStore(directory, &diagnosis);
  return diagnosis;
}

}  // namespace idem
