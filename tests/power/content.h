// SPDX-License-Identifier: Apache-2.0
//
// What a store holds of the host's: entry by entry, or as a mark that is cheap to take and to
// compare. Left out is what differs between stores and openings: the header with the store's name,
// the writer epoch, and the recoveries.
#pragma once

#include <idem/digest.h>
#include <idem/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "conformance/store_fixture.h"
#include "storage/store.h"

namespace idem::power {

using testing::Entries;

Result<Entries> ContentOf(const storage::Store& store);

// The number of the last commit that the content holds.
std::uint64_t CommitOf(const Entries& content);

// Shows where two contents differ.
std::string Difference(const Entries& found, const Entries& expected);

// Two contents are the same, byte for byte, when their marks are: a sum of 128-bit fingerprints.
struct ContentMark {
  Digest sum;
  std::uint64_t entries = 0;
  std::uint64_t commit = 0;  // as CommitOf

  friend bool operator==(const ContentMark&, const ContentMark&) = default;
};

Result<ContentMark> MarkOf(const storage::Store& store);

// The mark of a content that changes plan by plan.
class RunningMark {
 public:
  void Apply(const storage::WritePlan& plan);
  const ContentMark& mark() const { return mark_; }

 private:
  std::map<std::string, Digest, std::less<>> entries_;
  ContentMark mark_;
};

}  // namespace idem::power
