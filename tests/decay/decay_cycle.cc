// SPDX-License-Identifier: Apache-2.0
#include "decay/decay_cycle.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "decay/host.h"
#include "power/outside.h"

namespace idem::decay {
namespace {

using Lines = std::vector<std::string>;

class Examination {
 public:
  Examination(const Specimen* specimen, CycleReport* report)
      : specimen_(specimen), report_(report) {}

  void Of(const Opener& opener, const std::filesystem::path& directory) {
    auto opened = opener(directory);
    if (!opened) return Say(Told::kByOpen, opened.error());
    const std::unique_ptr<IdempotentSink> sink = *std::move(opened);
    const auto answers = Ask(*sink);
    if (!answers) return Say(Told::kByRead, answers.error());
    const auto snapshot = sink->NewSnapshot();
    if (!snapshot) return Say(Told::kByRead, snapshot.error());
    const auto verified = snapshot->Verify();
    if (!verified) return Say(Told::kByRead, verified.error());
    if (!verified->ok()) return Say(Told::kByVerify, verified->findings.front().what);
    const bool older = snapshot->commit() < specimen_->commit;
    if (!Holds(older ? "older" : "wrong", *answers, specimen_->answers)) return;
    const auto again = OfferAgain(sink.get());
    if (!again) return Say(Told::kByRead, again.error());
    if (Holds("wrong when offered again", *again, specimen_->offered_again)) Say(Told::kRight, "");
  }

 private:
  void Say(Told told, std::string_view what) {
    report_->counts[kHow] = static_cast<std::uint32_t>(told);
    report_->Say(CycleEnd::kHeld, what);
  }
  void Say(Told told, const Error& error) { Say(told, error.ToString()); }

  // Reports the first line that differs, as silent.
  bool Holds(const std::string& silence, const Lines& answers, const Lines& expected) {
    if (answers == expected) return true;
    const auto [found, wanted] =
        std::mismatch(answers.begin(), answers.end(), expected.begin(), expected.end());
    const std::string said = found == answers.end() ? "nothing more" : *found;
    const std::string right = wanted == expected.end() ? "nothing more" : *wanted;
    report_->Say(CycleEnd::kViolated, silence + ": '" + said + "' instead of '" + right + "'");
    return false;
  }

  const Specimen* const specimen_;
  CycleReport* const report_;
};

// Lengths are decoded from damaged bytes. An allocation of such a length must not be made.
void CheckMemory(CycleReport* report) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const std::uint64_t bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (bytes <= kResidentBytesMax || report->end != CycleEnd::kHeld) return;
  report->Say(CycleEnd::kViolated, "memory: " + std::to_string(bytes >> 20) + " MiB");
}

}  // namespace

void Examine(const Opener& opener, const Specimen& specimen, const Files& files,
             const std::filesystem::path& directory, CycleReport* report) {
  power::RestoreOutside(files, directory);
  Examination(&specimen, report).Of(opener, directory);
  CheckMemory(report);
}

std::string SilenceOf(const CycleReport& report) {
  if (report.end == CycleEnd::kAborted) return "aborted";
  if (report.end == CycleEnd::kHung) return "hung";
  const std::string_view text = report.text.data();
  return std::string(text.substr(0, text.find(':')));
}

void DecayTally::Add(const Damage& damage, const CycleReport& report) {
  Row& row = rows_[damage.Class()];
  if (report.end == CycleEnd::kHeld) {
    ++row.told[report.counts[kHow]];
  } else {
    ++row.silent[SilenceOf(report)];
  }
}

std::uint64_t DecayTally::Of(Told told) const {
  std::uint64_t sum = 0;
  for (const auto& [name, row] : rows_) sum += row.told[static_cast<std::size_t>(told)];
  return sum;
}

void DecayTally::Print() const {
  std::cout << "    open    read  verify   right  what was damaged, and how\n";
  for (const auto& [name, row] : rows_) {
    for (const Told told : {Told::kByOpen, Told::kByRead, Told::kByVerify, Told::kRight}) {
      std::cout << std::setw(8) << row.told[static_cast<std::size_t>(told)];
    }
    std::cout << "  " << name;
    for (const auto& [silence, count] : row.silent) std::cout << ", " << silence << " " << count;
    std::cout << "\n";
  }
}

}  // namespace idem::decay
