// SPDX-License-Identifier: Apache-2.0

#include <idem/version.h>

#include "storage/rocks/examine.h"
#include "storage/rocks/fast_checksum.h"
#include "storage/rocks/rocks_process.h"

#include <rocksdb/convenience.h>
#include <rocksdb/version.h>

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

constexpr rlim_t kOpenFilesWanted = 1024;  // twice what a store may have open

// A fault of RocksDB that idem works around, and the first version without it.
struct KnownFault {
  std::pair<int, int> fixed_in;
  const char* what;
};
constexpr KnownFault kKnownFaults[] = {
    {{8, 7}, "a scan skips a block that cannot be read; idem's iterators report it"},
    {{7, 10}, "syncing a log beside track_and_verify_wals_in_manifest; idem leaves that off"},
};

void Add(FindingLevel level, std::string what, std::string remedy, Diagnosis* diagnosis) {
  diagnosis->findings.push_back({level, "build", std::move(what), std::move(remedy)});
}

void ExamineChecksums(Diagnosis* diagnosis) {
  Add(FindingLevel::kInfo,
      RocksUsesFastChecksums() ? "checksums are computed by the processor's instruction"
                               : "checksums are computed as this RocksDB was built to",
      "", diagnosis);
}

void ExamineLimits(Diagnosis* diagnosis) {
  rlimit files = {};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const bool few = files.rlim_cur < kOpenFilesWanted;
  diagnosis->findings.push_back(
      {few ? FindingLevel::kWarning : FindingLevel::kInfo, "limits",
       "this process may have " + std::to_string(files.rlim_cur) + " files open",
       few ? "raise it to " + std::to_string(kOpenFilesWanted) + " or more, with ulimit -n" : ""});
}

}  // namespace

void ExamineBuild(Diagnosis* diagnosis) {
  const std::string linked = rocksdb::GetRocksVersionAsString(true);
  Add(FindingLevel::kInfo, std::string("idem ") + LibraryVersion() + " with RocksDB " + linked, "",
      diagnosis);
  if (const Result<void> rocks = CheckRocks(); !rocks) {
    diagnosis->findings.push_back(ProblemOf("build", rocks.error()));
  }
  for (const KnownFault& fault : kKnownFaults) {
    if (std::pair(ROCKSDB_MAJOR, ROCKSDB_MINOR) >= fault.fixed_in) continue;
    Add(FindingLevel::kInfo,
        std::string("known fault of this RocksDB, worked around: ") + fault.what, "", diagnosis);
  }
  const auto codecs = rocksdb::GetSupportedCompressions();
  const auto has = [&codecs](rocksdb::CompressionType codec) {
    return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
  };
  if (!has(rocksdb::kLZ4Compression) && !has(rocksdb::kZSTD)) {
    Add(FindingLevel::kWarning, "this RocksDB has neither LZ4 nor ZSTD: files are not compressed",
        "use a build of RocksDB that has one of them", diagnosis);
  }
  ExamineChecksums(diagnosis);
  ExamineLimits(diagnosis);
}

}  // namespace idem::storage
