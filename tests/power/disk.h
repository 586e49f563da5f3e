// SPDX-License-Identifier: Apache-2.0
//
// Disk: what a disk with one directory on it holds, and what a loss of power leaves of that.
//
// Bytes of a file are safe once the file was synced; names are safe once the directory was synced,
// as POSIX has it and no more: syncing a file says nothing about its name. Changes of names reach
// the disk in the order in which they were made, as in a journaling file system. Bytes that were
// synced stay intact when later ones are torn.
//
// A Disk is a value. The same operations on a copy give the same disk, so one recorded run holds
// the disk of every moment of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idem::power {

// What becomes of the bytes and names that were not synced. A system writes files back in any
// order, so one may be whole where another one lost its end.
enum class Loss : std::uint8_t {
  kAllUnsynced,  // all are gone
  kNothing,      // all are there
  kPrefix,       // of each file a beginning of any length; of the changes of names a beginning
  kTornGarbage,  // as kPrefix, and each file's last block is garbage
  kTornZeros,    // as kPrefix, and the rest of each file reads as zeros
  kHole,         // all are there but one block of each file, which reads as zeros
  kLostNames,    // all bytes are there, no change of a name is
  kLatestFile,   // of the file that was written to last all is there, of the others nothing
  kMix,          // for each file another one of these
};
inline constexpr std::size_t kLosses = 9;

std::string_view ToString(Loss loss);

// Whether what is left can look as if somebody had changed bytes. The others only lack some.
constexpr bool LeavesDamage(Loss loss) {
  return loss == Loss::kTornGarbage || loss == Loss::kTornZeros || loss == Loss::kHole ||
         loss == Loss::kMix;
}

using FileNumber = std::size_t;

// One change of a disk, with everything that it takes to make it again.
struct Operation {
  enum class Kind : std::uint8_t {
    kCreate,    // name -> a new, empty file
    kAppend,    // bytes to file
    kTruncate,  // file to size
    kSync,      // file
    kLoseSync,  // of file: the system forgot that the unsynced bytes are not on the disk
    kRename,    // name to target
    kDelete,    // name
    kSyncDirectory,
  };
  Kind kind = Kind::kSyncDirectory;
  FileNumber file = 0;
  std::string name = {};
  std::string target = {};
  std::string bytes = {};
  std::size_t size = 0;
};

class Disk {
 public:
  // REQUIRES: the names and files that it needs exist.
  void Apply(const Operation& operation);

  // As a running process sees it.
  std::optional<FileNumber> Find(const std::string& name) const;
  std::vector<std::string> Names() const;
  const std::string& Bytes(FileNumber file) const { return files_[file].cached; }
  FileNumber next_file() const { return files_.size(); }

  // The disk that is found when power is back. The seed decides what chance would.
  Disk AfterPowerLoss(Loss loss, std::uint64_t seed) const;

 private:
  struct File {
    std::string cached;  // what a process reads
    std::string safe;    // what is on the disk; as long as the part of `cached` that is not dirty
  };
  using NameMap = std::map<std::string, FileNumber>;

  static void ApplyToNames(const Operation& operation, NameMap* names);
  std::string Surviving(FileNumber number, Loss loss, std::uint64_t seed) const;

  std::vector<File> files_;
  FileNumber latest_ = 0;  // the file that was written to last
  NameMap names_;
  NameMap safe_names_;
  std::vector<Operation> unsafe_changes_;  // of names, since the directory was synced
};

}  // namespace idem::power
