// SPDX-License-Identifier: Apache-2.0
//
// Taking keys of the store apart, and the ends of prefixes that scans stop at.

#include "codec/keyspace.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

using idem::codec::PrefixEnd;
using idem::codec::Space;
using idem::fuzz::Require;

namespace {

void CheckSourceKey(Space space, std::string_view key) {
  std::string source;
  idem::Partition partition;
  std::string_view rest = key;
  if (!idem::codec::ReadSourcePartition(space, &rest, &source, &partition)) return;
  const std::string again = space == Space::kCheckpoint
                                ? idem::codec::CheckpointKey(source, partition)
                                : idem::codec::RewindKey(source, partition, 0);
  const std::size_t read = key.size() - rest.size();
  Require(again.substr(0, read) == key.substr(0, read), "a source's key has one form");
}

void CheckPrefix(std::string_view prefix, std::string_view key) {
  const std::string end = PrefixEnd(prefix);
  const bool before_end = end.empty() || key < end;
  Require(key.starts_with(prefix) == (key >= prefix && before_end),
          "the keys of a prefix are those from it to its end");
}

void CheckSequence(std::string_view application, std::int64_t a, std::int64_t b) {
  if (application.find('\0') != std::string_view::npos) return;
  const std::string key = idem::codec::SequenceTokenKey(application, a);
  Require(key.starts_with(idem::codec::SequenceTokenPrefix(application)), "tokens lie together");
  std::int64_t sequence = 0;
  Require(idem::codec::ReadTokenSequence(key, &sequence) && sequence == a, "a sequence reads back");
  Require((key < idem::codec::SequenceTokenKey(application, b)) == (a < b), "sequences sort");
}

}  // namespace

IDEM_FUZZ_TARGET("keyspace") {
  CheckSourceKey(Space::kCheckpoint, input);
  CheckSourceKey(Space::kRewind, input);
  idem::fuzz::Input choices(input);
  std::int64_t sequence = 0;
  static_cast<void>(idem::codec::ReadTokenSequence(input, &sequence));
  const std::string_view prefix = choices.Bytes(choices.Below(8));
  CheckSequence(prefix, choices.Integer(), choices.Integer());
  const std::string_view key = choices.Rest();
  CheckPrefix(prefix, key);
  CheckPrefix(prefix, std::string(prefix) + std::string(key));
}
