// SPDX-License-Identifier: Apache-2.0
//
// A backup on a disk that fails and then loses power: it is whole, or there is none, and another
// one can be written there.
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/store_directory.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "power/crash_file_system.h"
#include "power/faulty_file_system.h"
#include "power/outside.h"

namespace idem::power {
namespace {

constexpr int kPlans = 3;
constexpr int kRows = 50;  // in each
constexpr std::uint64_t kPoints = 24;

using Entries = std::map<std::string, std::string>;

class BackupPower : public ::testing::Test {
 protected:
  BackupPower() {
    for (int i = 0; i < kPlans * kRows; ++i) {
      entries_.emplace("\x60" + std::to_string(1000 + i), std::string(200, 'v'));
    }
  }

  // A new machine with an empty disk, or one whose power is back.
  void SwitchOn(Disk disk, const OutsideFiles& outside) {
    RestoreOutside(outside, root_);
    memory_ = std::make_shared<CrashFileSystem>(root_, std::move(disk));
    disk_ = std::make_shared<FaultyFileSystem>(memory_, FaultPlan());
    env_ = rocksdb::NewCompositeEnv(disk_);
  }

  void LosePower(Loss loss) {
    OutsideFiles outside = ReadOutside(root_);
    SwitchOn(memory_->disk().AfterPowerLoss(loss, 0), outside);
  }

  // What Snapshot::WriteBackup does with a store.
  Result<void> Write() {
    return storage::MakeRocksStore(
        root_, SinkOptions(),
        [this](storage::Store* to) -> Result<void> {
          storage::WritePlan plan;
          plan.path = storage::WritePath::kSortedFiles;
          for (const auto& [key, value] : entries_) {
            plan.writes.push_back({key, value});
            if (plan.writes.size() < kRows) continue;
            if (auto ok = to->Commit(plan, Durability::kSync); !ok) return ok;
            plan.writes.clear();
          }
          return to->KeepWatermark("note");
        },
        env_.get());
  }

  bool HasFiles() const {
    std::vector<std::string> names;
    memory_->GetChildren(root_, {}, &names, nullptr).PermitUncheckedError();
    return !names.empty();
  }
  bool IsMarked() const { return ReadOutside(root_).contains(storage::kCreatingFile); }

  Result<std::unique_ptr<storage::Store>> Open() const {
    return storage::OpenRocksStore(root_, {.create_if_missing = false}, {}, env_.get());
  }

  bool IsWhole(const storage::Store& store) const {
    Entries found;
    const auto view = store.NewView().value();
    const auto cursor = view->Scan("\x60", "").value();
    while (cursor->Next().value()) found.emplace(cursor->key(), cursor->value());
    return found == entries_ && store.ReadWatermark().value() == "note";
  }

  const testing::TempDirectory directory_;
  const std::string root_ = (std::filesystem::canonical(directory_.path()) / "backup").string();
  Entries entries_;
  std::shared_ptr<CrashFileSystem> memory_;
  std::shared_ptr<FaultyFileSystem> disk_;
  std::unique_ptr<rocksdb::Env> env_;
};

TEST_F(BackupPower, OneThatWasWrittenIsThereAfterPowerLoss) {
  SwitchOn({}, {});
  ASSERT_TRUE(Write());
  LosePower(Loss::kAllUnsynced);
  const auto store = Open();
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_TRUE(IsWhole(**store));
}

// From the n-th operation on nothing succeeds any more, or the n-th alone fails. Then the power is
// lost.
TEST_F(BackupPower, OneThatFailedIsNoneAndCanBeWrittenAgain) {
  std::uint64_t failed = 0;
  for (const Fault fault : {Fault::kError, Fault::kShortWrite, Fault::kLostSync}) {
    SwitchOn({}, {});
    disk_->Plan({.fault = fault});
    ASSERT_TRUE(Write());
    const std::uint64_t operations = disk_->met();
    for (std::uint64_t point = 0; point < kPoints; ++point) {
      SCOPED_TRACE(std::string(ToString(fault)) + " at " + std::to_string(point));
      const std::uint64_t burst = point % 2 == 0 ? 1 : kUntilHealed;
      SwitchOn({}, {});
      disk_->Plan({.fault = fault, .first = operations * point / kPoints, .burst = burst});
      const Result<void> written = Write();
      failed += written ? 0 : 1;
      EXPECT_TRUE(written || IsMarked() || !HasFiles()) << "files that nobody knows";
      LosePower(point % 3 == 0 ? Loss::kNothing : Loss::kAllUnsynced);
      const auto found = Open();
      if (written) {
        ASSERT_TRUE(found) << found.error().message();
        EXPECT_TRUE(IsWhole(**found));
        continue;
      }
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code(), ErrorCode::kStoreMissing) << found.error().message();
      const Result<void> again = Write();
      ASSERT_TRUE(again) << again.error().message();
      EXPECT_TRUE(IsWhole(**Open()));
    }
  }
  EXPECT_GT(failed, kPoints) << "most faults are met";
}

}  // namespace
}  // namespace idem::power
