// SPDX-License-Identifier: Apache-2.0
//
// Making the directory of a store. Takes the place of fsync to see which directories are synced.
#include "storage/rocks/store_directory.h"

#include "storage/rocks/rocks_store.h"
#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

thread_local std::set<std::string>* synced = nullptr;  // paths, while a test wants to know

}  // namespace

extern "C" int fsync(int fd) {
  if (synced != nullptr) {
    synced->insert(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)));
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::TempDirectory;

mode_t ModeOf(const fs::path& path) {
  struct stat status = {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & mode_t{0777};
}

// What is synced in a directory that is not there after a loss of power is lost with it.
TEST(MakeDirectory, SyncsTheNameOfEachThatItMakes) {
  const TempDirectory directory;
  const fs::path top = fs::canonical(directory.path());
  std::set<std::string> paths;
  synced = &paths;
  const Result<void> made = MakeDirectory(top / "a" / "b" / "c");
  synced = nullptr;
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(paths, (std::set<std::string>{top, top / "a", top / "a" / "b"}));
  EXPECT_EQ(ModeOf(top / "a" / "b" / "c"), mode_t{0700});
  EXPECT_TRUE(MakeDirectory(top / "a" / "b" / "c" / "")) << "it is there";
}

TEST(MakeDirectory, SaysWhatIsInTheWay) {
  const TempDirectory directory;
  ASSERT_TRUE(MakeDirectory(directory.path() / "a"));
  ASSERT_TRUE(BeginCreation(directory.path() / "a", {}));
  const Result<void> made = MakeDirectory(directory.path() / "a" / kCreatingFile / "b" / "c");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kIoError);
  EXPECT_NE(made.error().message().find(kCreatingFile), std::string::npos)
      << made.error().message();
}

TEST(MakeDirectory, KnowsThatALinkLeadsElsewhere) {
  const TempDirectory directory;
  const fs::path top = directory.path();
  fs::create_directories(top / "real" / "below");
  fs::create_directory_symlink(top / "real" / "below", top / "link");
  ASSERT_TRUE(MakeDirectory(top / "link" / ".." / "store" / "."));
  EXPECT_EQ(ModeOf(top / "real" / "store"), mode_t{0700});
  EXPECT_FALSE(fs::exists(top / "store"));
}

TEST(MakeDirectory, FollowsALinkFurtherUp) {
  const TempDirectory directory;
  fs::create_directory(directory.path() / "real");
  fs::create_directory_symlink("real", directory.path() / "link");
  const auto store = OpenRocksStore(directory.path() / "link" / "store", {});
  EXPECT_TRUE(store) << store.error().message();
  EXPECT_TRUE(fs::exists(directory.path() / "real" / "store" / kFormatFile));
}

TEST(AbandonCreation, GoesBackFromAStoreToNothing) {
  const TempDirectory directory;
  ASSERT_TRUE(BeginCreation(directory.path(), {}));
  ASSERT_TRUE(FinishCreation(directory.path()));
  EXPECT_EQ(InspectDirectory(directory.path())->kind, DirectoryKind::kStore);
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(UnfinishCreation(directory.path()));
    EXPECT_EQ(InspectDirectory(directory.path())->kind, DirectoryKind::kCreating);
  }
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(AbandonCreation(directory.path()));
    EXPECT_EQ(InspectDirectory(directory.path())->kind, DirectoryKind::kEmpty);
  }
  EXPECT_TRUE(UnfinishCreation(directory.path()));
}

// Without the mark they would be somebody else's, and no store could be made there any more.
TEST(AbandonCreation, LeavesTheMarkWhileThereAreFiles) {
  const TempDirectory directory;
  ASSERT_TRUE(BeginCreation(directory.path(), {}));
  std::ofstream(directory.path() / "000007.sst") << "rows";
  const Result<void> abandoned = AbandonCreation(directory.path());
  ASSERT_FALSE(abandoned);
  EXPECT_NE(abandoned.error().message().find("000007.sst"), std::string::npos);
  EXPECT_EQ(InspectDirectory(directory.path())->kind, DirectoryKind::kCreating);
}

}  // namespace
}  // namespace idem::storage
