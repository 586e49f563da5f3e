// SPDX-License-Identifier: Apache-2.0
//
// Every target with the inputs that the fuzzer has kept (corpus/TARGET.txt: one a line, in
// hexadecimal), and with a few random changes of each, in builds that have no fuzzer.
//
// IDEM_FUZZ_CHANGES: how many changes of each input. IDEM_FUZZ_SEED: which. IDEM_FUZZ_INPUT: a
// file, as the fuzzer leaves it for a finding; the chosen target runs on it alone:
//   IDEM_FUZZ_INPUT=build/fuzz/findings/row-... build/dev/tests/fuzz/fuzz --gtest_filter=*/row

#include "base/hex.h"
#include "fuzz/target.h"
#include "support/random.h"
#include "support/settings.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace idem::fuzz {
namespace {

using testing::Mix;
using testing::Random;
using testing::Setting;

constexpr std::uint64_t kChanges = 3;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int byte = base::HexDigit(hex[i]) * 16 + base::HexDigit(hex[i + 1]);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::vector<std::string> Corpus(std::string_view target) {
  std::ifstream file(std::string(IDEM_FUZZ_CORPUS) + "/" + std::string(target) + ".txt");
  std::vector<std::string> inputs;
  for (std::string line; std::getline(file, line);) inputs.push_back(FromHex(line));
  return inputs;
}

// In a block of exactly its size, so that a sanitizer sees the first byte read beyond it.
void RunExactly(const Target& target, const std::string& input) {
  const std::unique_ptr<char[]> block(new char[input.size()]);
  std::copy(input.begin(), input.end(), block.get());
  target.run({block.get(), input.size()});
}

std::string Changed(std::string input, Random* random) {
  const std::uint64_t edits = 1 + random->Below(3);
  for (std::uint64_t i = 0; i < edits; ++i) {
    const std::size_t at = random->Below(input.size() + 1);
    const char byte = static_cast<char>(random->Below(256));
    switch (random->Below(4)) {
      case 0:
        input.insert(at, 1, byte);
        break;
      case 1:
        input.resize(at);
        break;
      case 2:
        input.erase(at, 1 + random->Below(4));
        break;
      default:
        if (at < input.size()) input[at] = byte;
        break;
    }
  }
  return input;
}

// Says how to repeat what went wrong; false then.
bool Holds(const Target& target, const std::string& input) {
  try {
    RunExactly(target, input);
    return true;
  } catch (const BrokenPromise& broken) {
    ADD_FAILURE() << "broken promise: " << broken.what() << "\nas a line of corpus/" << target.name
                  << ".txt:\n"
                  << base::ToHex(input);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "it threw: " << error.what() << "\nas a line of corpus/" << target.name
                  << ".txt:\n"
                  << base::ToHex(input);
  }
  return false;
}

class Fuzz : public ::testing::TestWithParam<Target> {};

TEST_P(Fuzz, HoldsForTheKeptInputs) {
  const Target& target = GetParam();
  if (const char* path = std::getenv("IDEM_FUZZ_INPUT")) {
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path;
    Holds(target, {std::istreambuf_iterator<char>(file), {}});
    return;
  }
  const std::vector<std::string> inputs = Corpus(target.name);
  ASSERT_FALSE(inputs.empty()) << "no kept inputs: tests/fuzz/run.py --keep " << target.name;
  const std::uint64_t changes = Setting("IDEM_FUZZ_CHANGES").value_or(kChanges);
  const std::uint64_t seed = Setting("IDEM_FUZZ_SEED").value_or(1);
  ASSERT_TRUE(Holds(target, ""));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_TRUE(Holds(target, inputs[i]));
    Random random(Mix(seed, i));
    for (std::uint64_t n = 0; n < changes; ++n) {
      ASSERT_TRUE(Holds(target, Changed(inputs[i], &random)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, ::testing::ValuesIn(Targets()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace idem::fuzz
