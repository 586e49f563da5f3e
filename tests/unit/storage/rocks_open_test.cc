// SPDX-License-Identifier: Apache-2.0
//
// Which directories are opened, made, or left exactly as they are.

#include "codec/store_header.h"
#include "conformance/store_fixture.h"
#include "storage/rocks/directory_lock.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/store_directory.h"
#include "support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rocksdb/db.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;
using ::idem::testing::Entries;
using ::idem::testing::Plan;
using ::idem::testing::ScanAll;
using ::idem::testing::TempDirectory;
using ::testing::HasSubstr;

std::string Contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

// Every file of a directory with its bytes.
Entries Listing(const fs::path& directory) {
  Entries files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    files[entry.path().string()] = entry.is_directory() ? "/" : Contents(entry.path());
  }
  return files;
}

class RocksOpen : public ::testing::Test {
 protected:
  fs::path store_path() const { return directory_.path() / "store"; }

  void MakeStore() {
    const auto store = OpenRocksStore(store_path(), {}).value();
    Plan().Put("a", "1").CommitTo(store.get()).value();
  }

  // Opening fails with `code` in every way, and not a byte of the directory changes.
  void ExpectRefused(ErrorCode code) {
    const Entries before = Listing(directory_.path());
    const auto store = OpenRocksStore(store_path(), {});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), code) << store.error().ToString();
    const auto reader = OpenRocksReader(store_path(), {});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code(), code) << reader.error().ToString();
    EXPECT_EQ(Listing(directory_.path()), before);
  }

  TempDirectory directory_;
};

TEST_F(RocksOpen, MakesTheDirectoryAndThoseAboveItForTheOwnerAlone) {
  const mode_t before = ::umask(0);
  const fs::path path = directory_.path() / "above" / "store" / "";
  EXPECT_TRUE(OpenRocksStore(path, {}));
  ::umask(before);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
}

TEST_F(RocksOpen, WithoutCreateIfMissingNothingIsMade) {
  SinkOptions options;
  options.create_if_missing = false;
  EXPECT_EQ(OpenRocksStore(store_path(), options).error().code(), ErrorCode::kStoreMissing);
  EXPECT_FALSE(fs::exists(store_path()));
  fs::create_directory(store_path());
  EXPECT_EQ(OpenRocksStore(store_path(), options).error().code(), ErrorCode::kStoreMissing);
  EXPECT_TRUE(fs::is_empty(store_path()));
  MakeStore();
  EXPECT_TRUE(OpenRocksStore(store_path(), options));
}

TEST_F(RocksOpen, AReaderMakesNothing) {
  EXPECT_EQ(OpenRocksReader(store_path(), {}).error().code(), ErrorCode::kStoreMissing);
  EXPECT_FALSE(fs::exists(store_path()));
  fs::create_directory(store_path());
  EXPECT_EQ(OpenRocksReader(store_path(), {}).error().code(), ErrorCode::kStoreMissing);
  EXPECT_TRUE(fs::is_empty(store_path()));
}

TEST_F(RocksOpen, AFileIsNoStore) {
  std::ofstream(store_path()) << "text";
  ExpectRefused(ErrorCode::kInvalidArgument);
}

TEST_F(RocksOpen, SomebodyElsesRocksDbIsLeftAlone) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, store_path().string(), &db).ok());
  ASSERT_TRUE(db->Put({}, "theirs", "value").ok());
  delete db;
  ExpectRefused(ErrorCode::kFormatUnsupported);
}

TEST_F(RocksOpen, SomebodyElsesFilesAreLeftAlone) {
  fs::create_directory(store_path());
  std::ofstream(store_path() / "thesis.tex") << "years of work";
  ExpectRefused(ErrorCode::kFormatUnsupported);
}

TEST_F(RocksOpen, AnotherFormatVersionIsRefusedUntouched) {
  MakeStore();
  codec::FormatHeader header;
  header.format_version = codec::kFormatVersion + 1;
  std::string bytes;
  codec::AppendFormatHeader(header, &bytes);
  std::ofstream(store_path() / kFormatFile, std::ios::binary) << bytes;
  ExpectRefused(ErrorCode::kFormatUnsupported);
  EXPECT_THAT(OpenRocksStore(store_path(), {}).error().message(),
              HasSubstr("has format version 2, this library reads 1"));
}

TEST_F(RocksOpen, ADamagedFormatFileIsCorruption) {
  MakeStore();
  const std::string good = Contents(store_path() / kFormatFile);
  for (const std::string& bad :
       {std::string(), good.substr(0, 10), good + "x", "XDEM" + good.substr(4)}) {
    std::ofstream(store_path() / kFormatFile, std::ios::binary) << bad;
    ExpectRefused(ErrorCode::kCorruption);
  }
}

TEST_F(RocksOpen, FilesOfTwoStoresAreNotMixed) {
  MakeStore();
  std::string other = Contents(store_path() / kFormatFile);
  other.back() = static_cast<char>(other.back() ^ 1);
  std::ofstream(store_path() / kFormatFile, std::ios::binary) << other;
  const auto store = OpenRocksStore(store_path(), {});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(store.error().next_step(), NextStep::kInspectStore);
  EXPECT_EQ(OpenRocksReader(store_path(), {}).error().code(), ErrorCode::kCorruption);
}

TEST_F(RocksOpen, AStoreWithoutItsFilesIsDamagedAndNotNew) {
  MakeStore();
  for (const char* name : {"CURRENT", "MANIFEST"}) {
    const TempDirectory copy;
    fs::copy(store_path(), copy.path() / "s", fs::copy_options::recursive);
    for (const auto& entry : fs::directory_iterator(copy.path() / "s")) {
      if (entry.path().filename().string().starts_with(name)) fs::remove(entry.path());
    }
    const auto store = OpenRocksStore(copy.path() / "s", {});
    ASSERT_FALSE(store) << name;
    EXPECT_EQ(store.error().code(), ErrorCode::kCorruption) << store.error().ToString();
    EXPECT_THAT(store.error().message(), HasSubstr("idem recover"));
  }
}

TEST_F(RocksOpen, AnInterruptedCreationBeginsAnew) {
  MakeStore();
  // As after a crash just before the last step; the first commit cannot have happened then.
  fs::rename(store_path() / kFormatFile, store_path() / kCreatingFile);
  EXPECT_EQ(OpenRocksReader(store_path(), {}).error().code(), ErrorCode::kStoreMissing);
  {
    const auto store = OpenRocksStore(store_path(), {}).value();
    EXPECT_TRUE(ScanAll(*store).empty());
    EXPECT_FALSE(fs::exists(store_path() / kCreatingFile));
  }
  // As after a crash at the first step: an empty file and nothing else.
  const fs::path early = directory_.path() / "early";
  fs::create_directory(early);
  std::ofstream(early / kCreatingFile).flush();
  EXPECT_TRUE(OpenRocksStore(early, {}));
}

TEST_F(RocksOpen, ASecondHandleIsRefusedAndTheFirstGoesOn) {
  const auto store = OpenRocksStore(store_path(), {}).value();
  fs::create_directory_symlink(directory_.path(), directory_.path() / "link");
  for (const fs::path& path : {store_path(), directory_.path() / "link" / "store"}) {
    const auto second = OpenRocksStore(path, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kStoreLocked);
    EXPECT_EQ(second.error().next_step(), NextStep::kRetry);
  }
  Plan().Put("a", "1").CommitTo(store.get(), Durability::kSync).value();
}

TEST_F(RocksOpen, AStoreWhoseLockFileWasRemovedIsFenced) {
  const auto store = OpenRocksStore(store_path(), {}).value();
  Plan().Put("a", "1").CommitTo(store.get()).value();
  fs::remove(store_path() / kLockFile);
  EXPECT_EQ(Plan().Put("a", "2").CommitTo(store.get()).error().code(), ErrorCode::kFenced);
  EXPECT_EQ(store->TakeEpoch().error().code(), ErrorCode::kFenced);
  EXPECT_EQ(ScanAll(*store), (Entries{{"a", "1"}}));
}

TEST_F(RocksOpen, AForkedChildCannotCommitAndHarmsNothing) {
  auto store = OpenRocksStore(store_path(), {}).value();
  Plan().Put("a", "1").CommitTo(store.get()).value();
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<void> commit = Plan().Put("a", "2").CommitTo(store.get());
    const int code = commit ? 0 : static_cast<int>(commit.error().code());
    store.reset();
    ::_exit(code);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(ErrorCode::kStoreLocked));
  Plan().Put("b", "3").CommitTo(store.get(), Durability::kSync).value();
  store.reset();
  EXPECT_EQ(ScanAll(*OpenRocksStore(store_path(), {}).value()), (Entries{{"a", "1"}, {"b", "3"}}));
}

// What a killed bulk commit leaves is removed by who may write, and by nobody else.
TEST_F(RocksOpen, FilesThatWereNotTakenOverGoWithTheNextWriter) {
  MakeStore();
  const fs::path left = store_path() / "IDEM_BULK_3";
  std::ofstream(left) << "half a file";
  ASSERT_TRUE(OpenRocksReader(store_path(), {}));
  EXPECT_TRUE(fs::exists(left)) << "a reader changes nothing";
  const Inspection refuse = [](const StoreView*, std::string_view) -> Result<void> {
    return Error(ErrorCode::kStoreBehind, "not this one; take another");
  };
  ASSERT_FALSE(OpenRocksStore(store_path(), {}, refuse));
  EXPECT_TRUE(fs::exists(left)) << "neither does an opening that is refused";
  const auto store = OpenRocksStore(store_path(), {}).value();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(ScanAll(*store), (Entries{{"a", "1"}}));
}

}  // namespace
}  // namespace idem::storage
