// SPDX-License-Identifier: Apache-2.0

#include "values.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "process.h"
#include "scratch.h"

namespace idem::bench {
namespace {

std::vector<std::string> LinesOf(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::size_t Values::bytes_max() const {
  if (!lines) return bytes;
  return std::max_element(lines->begin(), lines->end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); })
      ->size();
}

std::string ToString(const Values& values) {
  return values.lines ? values.name : std::to_string(values.bytes) + " B";
}

Values ReadValues(const std::string& file) {
  const std::filesystem::path path = file;
  std::vector<std::string> lines;
  if (path.extension() == ".gz" || path.extension() == ".zst") {
    const ScratchDirectory scratch(std::filesystem::temp_directory_path());
    const std::filesystem::path plain = scratch.path() / "lines";
    if (RunProcess({"zstd", "-d", "-q", file, "-o", plain}, scratch.path() / "log") == 0) {
      lines = LinesOf(plain);
    }
  } else {
    lines = LinesOf(path);
  }
  if (lines.empty()) throw std::runtime_error("no lines can be read of " + file);
  return {.lines = std::make_shared<const std::vector<std::string>>(std::move(lines)),
          .name = path.filename()};
}

}  // namespace idem::bench
