// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace.h"

#include <xxhash.h>

#include <set>

#include "support/random.h"

namespace idem::simulation {

void Trace::Fold(std::uint64_t value) { fingerprint_ = testing::Mix(fingerprint_, value); }

void Trace::Add(std::string_view text) { Fold(XXH3_64bits(text.data(), text.size())); }

void Trace::Add(const std::vector<power::Operation>& operations) {
  std::set<power::FileNumber> logs;
  for (const power::Operation& operation : operations) {
    Fold(static_cast<std::uint64_t>(operation.kind));
    Fold(operation.file);
    Fold(operation.bytes.size() + operation.size);
    Add(operation.name);
    Add(operation.target);
    if (operation.kind == power::Operation::Kind::kCreate && operation.name.ends_with(".log")) {
      logs.insert(operation.file);
    }
    if (logs.contains(operation.file)) Add(operation.bytes);
  }
}

}  // namespace idem::simulation
