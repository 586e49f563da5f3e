// SPDX-License-Identifier: Apache-2.0
//
// One cycle of the decay test: files on a disk, a host that opens them as its store and asks
// everything, and the judgement of what it is told.
#pragma once

#include <idem/idempotent_sink.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "decay/damage.h"
#include "decay/specimen.h"
#include "support/isolation.h"

namespace idem::decay {

using testing::CycleEnd;
using testing::CycleReport;
using testing::Isolation;

// How a host opens a directory as its store.
using Opener = std::function<Result<std::unique_ptr<IdempotentSink>>(const std::filesystem::path&)>;

// How a cycle can end well.
enum class Told : std::uint8_t {
  kRight,    // every answer is that of the undamaged store
  kByOpen,   // the opening was refused
  kByRead,   // a question was answered with an error
  kByVerify  // Verify had a finding
};
inline constexpr std::size_t kTolds = 4;

// Memory that no host would bear; more is a violation.
inline constexpr std::uint64_t kResidentBytesMax = 512ULL << 20;

// Reports kHeld with how in `counts`, or kViolated with a text that begins with what was silent:
// "older", when the store is at an earlier commit, "wrong" for anything else.
enum Count : std::uint8_t { kHow };
void Examine(const Opener& opener, const Specimen& specimen, const Files& files,
             const std::filesystem::path& directory, CycleReport* report);

// What became of all cycles, as a table by class of damage.
class DecayTally {
 public:
  void Add(const Damage& damage, const CycleReport& report);
  void Print() const;

  std::uint64_t Of(Told told) const;

 private:
  struct Row {
    std::uint64_t told[kTolds] = {};
    std::map<std::string, std::uint64_t> silent;  // by its first word
  };
  std::map<std::string, Row> rows_;
};

// "older", "wrong", "aborted", "hung", ...: the first word for an end that is not kHeld.
std::string SilenceOf(const CycleReport& report);

}  // namespace idem::decay
