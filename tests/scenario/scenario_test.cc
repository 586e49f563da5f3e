// SPDX-License-Identifier: Apache-2.0
//
// Every *.scenario file beside this one is a test of its own on both stores and on the oracle, so
// that the oracle of the model test is held to the same word. A file may name fewer of them
// ("# stores: rocks") where a behaviour needs a disk.

#include "scenario/runner.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <string>

#include "support/directory_bytes.h"

namespace idem::scenario {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::FileBytes;

struct Target {
  const char* name;
  TargetKind kind;
};
constexpr Target kTargets[] = {{"oracle", TargetKind::kOracle},
                               {"memory", TargetKind::kMemory},
                               {"rocks", TargetKind::kRocks}};

// The value of a "# field: value" line at the top of a file.
std::string Header(const std::string& text, const std::string& field) {
  const std::string mark = "# " + field + ": ";
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + mark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

class ScenarioTest : public ::testing::Test {
 public:
  ScenarioTest(fs::path file, Target target) : file_(std::move(file)), target_(target) {}

  void TestBody() override {
    const std::string text = FileBytes(file_);
    for (const char* field : {"name", "shows", "case"}) {
      EXPECT_NE(Header(text, field), "") << file_ << " has no '# " << field << ":' line";
    }
    const fs::path scratch = fs::temp_directory_path() /
                             ("idem-scenario-" + std::to_string(getpid()) + "-" + target_.name);
    fs::remove_all(scratch);
    fs::create_directories(scratch);
    try {
      Runner(target_.kind, file_.string(), scratch).Run(text);
    } catch (const std::exception& error) {
      ADD_FAILURE() << file_ << ": " << error.what();
    }
    fs::remove_all(scratch);
  }

 private:
  fs::path file_;
  Target target_;
};

int RegisterAll() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(IDEM_SCENARIO_DIR)) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int count = 0;
  for (const fs::path& file : files) {
    const std::string stores = Header(FileBytes(file), "stores");
    for (const Target& target : kTargets) {
      if (!stores.empty() && stores.find(target.name) == std::string::npos) continue;
      ::testing::RegisterTest(
          file.stem().string().c_str(), target.name, nullptr, nullptr, __FILE__, __LINE__,
          [file, target]() -> ScenarioTest* { return new ScenarioTest(file, target); });
      ++count;
    }
  }
  return count;
}

const int kRegistered = RegisterAll();

TEST(ScenarioFiles, AreFound) { EXPECT_GT(kRegistered, 0); }

}  // namespace
}  // namespace idem::scenario
