// SPDX-License-Identifier: Apache-2.0

#include <idem/options.h>

#include "storage/rocks/directory_safety.h"
#include "storage/rocks/examine.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kNetwork[] = "locks and syncs may not do what they say";
constexpr char kMemory[] = "nothing survives a restart of the machine";
constexpr char kUseLocal[] = "use a local disk";

// The kinds that promise less, by the number that statfs has for them. Others are taken for local.
struct FileSystemKind {
  std::uint32_t magic;
  const char* name;
  const char* weakness;
};
constexpr FileSystemKind kWeakKinds[] = {
    {0x6969, "NFS", kNetwork},
    {0xff534d42, "CIFS", kNetwork},
    {0xfe534d42, "SMB", kNetwork},
    {0x00c36400, "Ceph", kNetwork},
    {0x01021997, "9P", kNetwork},
    {0x0bd00bd0, "Lustre", kNetwork},
    {0x65735546, "FUSE", "its locks and syncs are those of whoever implements it"},
    {0x01021994, "tmpfs", kMemory},
    {0x858458f6, "ramfs", kMemory},
    {0x794c7630, "overlayfs", "a container's layer is gone with the container"},
};

class Findings {
 public:
  explicit Findings(Diagnosis* diagnosis) : diagnosis_(diagnosis) {}
  void Info(const char* topic, std::string what) {
    Add(FindingLevel::kInfo, topic, std::move(what), "");
  }
  void Add(DiagnosisFinding finding) { diagnosis_->findings.push_back(std::move(finding)); }
  void Add(FindingLevel level, const char* topic, std::string what, std::string remedy) {
    diagnosis_->findings.push_back({level, topic, std::move(what), std::move(remedy)});
  }

 private:
  Diagnosis* diagnosis_;
};

// The directory, or the nearest one above it that exists.
fs::path NearestExisting(const fs::path& directory) {
  std::error_code code;
  fs::path at = fs::absolute(directory, code).lexically_normal();
  while (!fs::exists(at, code) && at.has_relative_path()) at = at.parent_path();
  return at;
}

// The options of the mount that holds `device`, as the kernel lists them; empty: unknown.
std::string MountOptions(dev_t device) {
  const std::string wanted = std::to_string(major(device)) + ":" + std::to_string(minor(device));
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 3; ++i) words >> word;
    if (word != wanted) continue;
    std::string options;
    while (words >> word) options = word;  // the last one: the file system's own
    return options;
  }
  return {};
}

void ExamineFileSystem(const fs::path& place, Findings* findings) {
  struct statfs status = {};
  if (::statfs(place.c_str(), &status) != 0) return;
  const auto magic = static_cast<std::uint32_t>(status.f_type);
  std::ostringstream number;
  number << "0x" << std::hex << magic;
  const FileSystemKind* weak = nullptr;
  for (const FileSystemKind& kind : kWeakKinds) {
    if (kind.magic == magic) weak = &kind;
  }
  if (weak == nullptr) {
    findings->Info("file_system", "local, type " + number.str());
  } else {
    findings->Add(FindingLevel::kWarning, "file_system",
                  std::string(weak->name) + ": " + weak->weakness, kUseLocal);
  }
  struct stat entry = {};
  if (::stat(place.c_str(), &entry) != 0) return;
  std::string options(1, ',');  // not "," + a string, of which GCC 12 gives a false warning
  options.append(MountOptions(entry.st_dev)).push_back(',');
  for (const std::string_view option : {",nobarrier,", ",barrier=0,"}) {
    if (options.find(option) == std::string::npos) continue;
    findings->Add(FindingLevel::kProblem, "file_system",
                  "mounted with " + std::string(option.substr(1, option.size() - 2)) +
                      ": a sync does not reach the disk",
                  "mount it without that option");
  }
}

void ExamineSpace(const fs::path& place, Findings* findings) {
  struct statvfs status = {};
  if (::statvfs(place.c_str(), &status) != 0) return;
  if ((status.f_flag & ST_RDONLY) != 0) {
    findings->Add(FindingLevel::kProblem, "file_system", "mounted for reading alone",
                  "mount it for writing");
  }
  const std::uint64_t blocks = ::geteuid() == 0 ? status.f_bfree : status.f_bavail;
  const std::uint64_t free = blocks * status.f_frsize;
  const std::string what = std::to_string(free) + " bytes free";
  const std::uint64_t floor = SinkOptions().keep_free_bytes;
  if (free < floor) {
    findings->Add(FindingLevel::kProblem, "space",
                  what + ", less than SinkOptions::keep_free_bytes: commits are refused",
                  "make room");
  } else if (free < 4 * floor) {
    findings->Add(FindingLevel::kWarning, "space", what + ", little more than is to be kept free",
                  "make room");
  } else {
    findings->Info("space", what);
  }
  if (status.f_files > 0 && status.f_ffree == 0) {
    findings->Add(FindingLevel::kProblem, "space", "no inode is free", "remove some files");
  }
}

void ExamineAccess(const fs::path& directory, const fs::path& place, Findings* findings) {
  if (const Result<void> safe = CheckDirectorySafety(directory); !safe) {
    findings->Add(ProblemOf("access", safe.error()));
  }
  if (::access(place.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings->Add(FindingLevel::kProblem, "access",
                  place.string() + ": " + std::system_category().message(errno),
                  "give this user the right to read and write it");
  } else {
    findings->Info("access", "this user may read and write " + place.string());
  }
}

}  // namespace

void ExaminePlace(const fs::path& directory, Diagnosis* diagnosis) {
  Findings findings(diagnosis);
  const fs::path place = NearestExisting(directory);
  ExamineFileSystem(place, &findings);
  ExamineSpace(place, &findings);
  ExamineAccess(directory, place, &findings);
}

}  // namespace idem::storage
