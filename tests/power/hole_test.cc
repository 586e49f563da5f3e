// SPDX-License-Identifier: Apache-2.0
//
// Makes holes by hand: takes away what was synced of a manifest or of a complete log. RocksDB opens
// many of these with success, rows missing in the middle and the newest commits there; a store must
// refuse every one. And what a recovery keeps is the state after some prefix of the commits.
//
//   IDEM_HOLE_STEP   every so many operations of the recorded run (1)
//   IDEM_HOLE_CASE   that case alone

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <string>

#include "power/life.h"
#include "power/power_cycle.h"
#include "sink/recovery_impl.h"
#include "storage/rocks/file_guard.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/store_directory.h"
#include "support/settings.h"

namespace idem::power {
namespace {

namespace fs = std::filesystem;
using testing::Setting;

enum class Harm : std::uint8_t { kMissing, kCut, kFlipped };
constexpr std::size_t kHarms = 3;
constexpr std::size_t kMarksMax = 3;  // a manifest and two logs

// What CycleReport::counts hold.
enum HoleCount : std::uint8_t { kRefusals, kRecovered, kManifestHoles, kLogHoles };

struct Case {
  std::size_t point;
  std::size_t mark;  // 0: the manifest
  Harm harm;
};

void Damage(const codec::FileMark& mark, Harm harm, Disk* disk) {
  using Kind = Operation::Kind;
  if (harm == Harm::kMissing) return disk->Apply({.kind = Kind::kDelete, .name = mark.name});
  const FileNumber file = disk->Find(mark.name).value();
  const std::size_t middle = mark.bytes / 2;
  std::string rest = disk->Bytes(file).substr(middle);
  rest[0] = static_cast<char>(rest[0] ^ 1);
  disk->Apply({.kind = Kind::kTruncate, .file = file, .size = middle});
  if (harm == Harm::kFlipped) disk->Apply({.kind = Kind::kAppend, .file = file, .bytes = rest});
}

class HoleCycle {
 public:
  HoleCycle(const Workload* workload, Machine machine, fs::path directory, CycleReport* report)
      : workload_(workload),
        machine_(std::move(machine)),
        directory_(std::move(directory)),
        report_(report) {}

  void Run(const Case& tried) {
    RestoreOutside(machine_.outside, directory_);
    const auto found = storage::InspectDirectory(directory_).value();
    report_->Say(CycleEnd::kHeld, "");
    if (found.kind != storage::DirectoryKind::kStore) return;
    store_id_ = found.header.store_id;
    const auto watermark = storage::WatermarkFile::Read(directory_, store_id_).value();
    storage::Marks marks = {watermark.manifests.back()};
    marks.insert(marks.end(), watermark.logs.begin(), watermark.logs.end());
    if (tried.mark >= marks.size() || !machine_.disk.Find(marks[tried.mark].name)) return;
    Damage(marks[tried.mark], tried.harm, &machine_.disk);
    ExpectRefused();
    ExpectAPrefixIsKept();
    CountHole(tried.mark == 0 ? kManifestHoles : kLogHoles);
  }

 private:
  struct Power {
    Power(const std::string& root, const Disk& disk)
        : files(std::make_shared<CrashFileSystem>(root, disk)), env(files) {}
    std::shared_ptr<CrashFileSystem> files;
    StillEnv env;
  };

  void Violated(const std::string& what) { report_->Say(CycleEnd::kViolated, what); }

  void ExpectRefused() {
    Power power(directory_.string(), machine_.disk);
    const auto opened = Session::Open(workload_, {directory_, &power.env});
    if (opened) return Violated("opened, at commit " + std::to_string((*opened)->found()));
    if (opened.error().code() != ErrorCode::kCorruption) return Violated(opened.error().ToString());
    if (power.files->operation_count() != 0) return Violated("refused, and changed");
    ++report_->counts[kRefusals];
  }

  void ExpectAPrefixIsKept() {
    Power power(directory_.string(), machine_.disk);
    const SinkOptions options = Workload::Options();
    auto recovery = storage::BeginRocksRecovery(directory_, options, &power.env);
    if (!recovery) return Violated("looking: " + recovery.error().ToString());
    const auto plan = PlanOf(**recovery, options);
    if (!plan) return Violated("planning: " + plan.error().ToString());
    if (!plan->needed) return Violated("no recovery is needed");
    if (!plan->possible) return;
    if (const auto done = Accept(plan->commit, options, recovery->get()); !done) {
      return Violated("recovering: " + done.error().ToString());
    }
    recovery->reset();
    const auto opened = Session::Open(workload_, {directory_, &power.env});
    if (!opened) return Violated("opening what was recovered: " + opened.error().ToString());
    if (!(*opened)->wrong().empty()) return Violated("recovered: " + (*opened)->wrong());
    if ((*opened)->found() != plan->commit) return Violated("another commit than the plan's");
    ++report_->counts[kRecovered];
  }

  // The same store, whose watermark says that it is well.
  void CountHole(HoleCount count) {
    Power power(directory_.string(), machine_.disk);
    const auto manifest = storage::MarkManifest(power.files.get(), directory_.string());
    if (!manifest) return;
    storage::WatermarkFile::Create(directory_, store_id_, {*manifest}).value();
    const auto opened = Session::Open(workload_, {directory_, &power.env});
    if (opened && !(*opened)->wrong().empty()) ++report_->counts[count];
  }

  const Workload* workload_;
  Machine machine_;
  const fs::path directory_;
  CycleReport* report_;
  Uuid store_id_;
};

TEST(Hole, IsNeverOpened) {
  const Workload workload(3, 80);
  const testing::Scratch scratch("idem-power-hole");
  const Recording recording = Record(workload, scratch.path() / "store");
  const std::size_t step = Setting("IDEM_HOLE_STEP").value_or(1);
  const auto only = Setting("IDEM_HOLE_CASE");
  std::vector<Case> cases;
  for (std::size_t point = 0; point <= recording.operations.size(); point += step) {
    for (std::size_t i = 0; i < kMarksMax * kHarms; ++i) {
      cases.push_back({point, i / kHarms, static_cast<Harm>(i % kHarms)});
    }
  }
  if (only) cases = {cases.at(*only)};
  std::array<std::uint64_t, 8> counts{};
  Isolation isolation({});
  isolation.Run(
      cases.size(),
      [&](std::size_t i, const fs::path& directory, CycleReport* report) {
        const Machine machine = recording.AfterPowerLoss(cases[i].point, Loss::kNothing, 1);
        HoleCycle(&workload, machine, directory, report).Run(cases[i]);
      },
      [&](std::size_t i, const CycleReport& report) {
        for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += report.counts[k];
        EXPECT_EQ(report.end, CycleEnd::kHeld)
            << report.text.data() << "\nagain: IDEM_HOLE_STEP=" << step
            << " IDEM_HOLE_CASE=" << only.value_or(i) << " power --gtest_filter='Hole.*'";
      });
  std::cout << "holes made: refused " << counts[kRefusals] << ", recovered at a commit before "
            << counts[kRecovered] << "; without a watermark RocksDB opens as a hole: manifests "
            << counts[kManifestHoles] << ", logs " << counts[kLogHoles] << "\n";
  if (only) return;
  EXPECT_GT(counts[kRecovered], 0U);
  EXPECT_GT(counts[kManifestHoles], 0U);
  EXPECT_GT(counts[kLogHoles], 0U);
}

}  // namespace
}  // namespace idem::power
