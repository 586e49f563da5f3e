// SPDX-License-Identifier: Apache-2.0
#include "fencing/referee.h"

#include <sys/mman.h>

#include <map>
#include <set>
#include <span>
#include <string>

namespace idem::fencing {
namespace {

namespace fs = std::filesystem;
using testing::CycleEnd;
using testing::CycleReport;

constexpr char kTable[] = "rows";

Page* NewPage() {
  void* memory =
      ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap");
  return static_cast<Page*>(memory);
}

// The rows of each actor that are in the store.
using Found = std::array<std::set<std::uint32_t>, kActors>;

class Judge {
 public:
  explicit Judge(const Race& race) : race_(race), page_(*race.page()) {}

  // Opens the store, which must work at once.
  void Look();
  std::uint32_t Windows();
  const std::string& first_window() const { return first_window_; }

 private:
  std::span<const Attempt> AttemptsOf(std::uint32_t actor) const {
    return std::span(page_.attempt[actor]).first(page_.tried[actor]);
  }
  bool IsForgiven(std::uint32_t actor, std::uint32_t row) const {
    return actor == 0 && row >= race_.forgiven_from() &&
           page_.attempt[actor][row].opening == page_.attempt[0][0].opening;
  }
  bool BeganTooLate(std::uint32_t actor, const Attempt& attempt) const;
  void CheckBeginnings(std::uint32_t actor) const;

  const Race& race_;
  const Page& page_;
  Found found_;
  std::string first_window_;
};

void Judge::Look() {
  SinkOptions options = RaceOptions();
  options.background_sync = false;
  auto sink = IdempotentSink::Open(race_.store(), options);
  if (!sink) throw Foul("at the end: " + sink.error().ToString());
  const Snapshot snapshot = (*sink)->NewSnapshot().value();
  const VerifyReport report = snapshot.Verify().value();
  if (!report.ok()) throw Foul("at the end Verify finds: " + report.findings.front().what);
  RowCursor cursor = snapshot.Scan(kTable).value();
  std::string storage;
  while (cursor.Next().value()) {
    const std::vector<KeyPart> key = cursor.row().key.Parts(&storage);
    found_.at(static_cast<std::size_t>(key.at(0).integer()))
        .insert(static_cast<std::uint32_t>(key.at(1).integer()));
  }
  for (std::uint32_t actor = 0; actor < kActors; ++actor) CheckBeginnings(actor);
}

void Judge::CheckBeginnings(std::uint32_t actor) const {
  std::map<std::uint32_t, bool> ended;  // by opening: a commit of it is not there
  const auto attempts = AttemptsOf(actor);
  for (std::uint32_t row = 0; row < attempts.size(); ++row) {
    const Attempt& attempt = attempts[row];
    const bool there = found_[actor].contains(row);
    if (attempt.fate == Fate::kRefused) {
      race_.Require(!there, "a refused commit is in the store");
      continue;
    }
    race_.Require(!there || !ended[attempt.opening], "the store has a hole");
    if (!there) ended[attempt.opening] = true;
  }
  race_.Require(found_[actor].empty() || *found_[actor].rbegin() < attempts.size(),
                "a row from nowhere");
}

bool Judge::BeganTooLate(std::uint32_t actor, const Attempt& attempt) const {
  const std::int64_t own = page_.opening[attempt.opening].opened_ns;
  for (std::uint32_t i = 0; i < page_.openings; ++i) {
    const Opening& other = page_.opening[i];
    const std::int64_t opened = other.opened_ns;
    if (other.actor != actor && opened > own && attempt.begun_ns > opened) return true;
  }
  return false;
}

std::uint32_t Judge::Windows() {
  std::uint32_t windows = 0;
  std::map<std::uint64_t, std::uint32_t> given;  // commit number -> opening
  for (std::uint32_t actor = 0; actor < kActors; ++actor) {
    const auto attempts = AttemptsOf(actor);
    for (std::uint32_t row = 0; row < attempts.size(); ++row) {
      const Attempt& attempt = attempts[row];
      if (attempt.fate != Fate::kAcked) continue;
      const bool late = BeganTooLate(actor, attempt);
      const bool forgiven = IsForgiven(actor, row);
      const bool lost = !forgiven && !found_[actor].contains(row);
      const bool twice = !forgiven && !given.emplace(attempt.commit, attempt.opening).second;
      if (!late && !lost && !twice) continue;
      if (windows++ > 0) continue;
      first_window_ = "a two-writer window: commit " + std::to_string(attempt.commit) +
                      " of actor " + std::to_string(actor) + (late ? " began too late" : "") +
                      (lost ? " is lost" : "") + (twice ? " was given twice" : "");
    }
  }
  return windows;
}

void Copy(const Score& score, CycleReport* report) {
  report->counts[kLocked] = score.locked;
  report->counts[kFenced] = score.fenced;
  report->counts[kUnknown] = score.unknown;
}

void JudgeDisk(const Race& race, CycleReport* report) {
  Judge judge(race);
  judge.Look();
  report->counts[kWindows] = judge.Windows();
  if (report->counts[kWindows] > 0) report->Say(CycleEnd::kViolated, judge.first_window());
}

}  // namespace

void MakeModel(const fs::path& directory) {
  // In a process of its own, so that those forked later inherit no threads.
  Page* const page = NewPage();
  Actor maker(0, directory, page);
  const bool made = maker.Do(Open).ok();
  maker.Do(Close);
  ::munmap(page, sizeof(Page));
  if (!made) throw std::runtime_error("cannot make a store in " + directory.string());
}

void Referee(const Cell& cell, std::uint64_t seed, const fs::path& model, const fs::path& place,
             CycleReport* report) {
  Race race(place, model, seed, NewPage());
  report->end = CycleEnd::kHeld;
  // Both parts are of interest: where a rule was broken, the disk shows what came of it.
  std::string foul;
  for (const bool over : {false, true}) {
    try {
      over ? JudgeDisk(race, report) : cell.run(&race);
    } catch (const Skip& skip) {
      report->Say(CycleEnd::kRefused, skip.what());
      report->counts[kSkipped] = 1;
      return;
    } catch (const std::exception& error) {
      foul += error.what() + std::string(". ");
      report->Say(CycleEnd::kViolated, foul);
    }
  }
  Copy(race.score(), report);
}

}  // namespace idem::fencing
