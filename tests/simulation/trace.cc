// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace.h"

#include <xxhash.h>

#include <set>
#include <utility>

#include "support/random.h"

namespace idem::simulation {

void Trace::Fold(std::uint64_t value) { fingerprint_ = testing::Mix(fingerprint_, value); }

void Trace::Add(std::string_view text) { Fold(XXH3_64bits(text.data(), text.size())); }

void Trace::Add(const std::vector<power::Operation>& operations) {
  std::set<power::FileNumber> logs;
  std::uint64_t deleted = 0;  // the names, in whatever order
  for (const power::Operation& operation : operations) {
    if (operation.kind == power::Operation::Kind::kDelete) {
      deleted += XXH3_64bits(operation.name.data(), operation.name.size());
      continue;
    }
    Fold(std::exchange(deleted, 0));
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
  Fold(deleted);
}

}  // namespace idem::simulation
