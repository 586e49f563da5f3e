// SPDX-License-Identifier: Apache-2.0
//
// FaultyFileSystem: a CrashFileSystem whose n-th operation fails, and so many after it.
//
// Thread-safety: every method may be called from any thread at any time.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "power/crash_file_system.h"

namespace idem::power {

// What goes wrong, and with which operations it can.
enum class Fault : std::uint8_t {
  kError,          // EIO, of any operation
  kNoSpace,        // ENOSPC, of any operation that writes
  kRetryable,      // an error that says that a second try may succeed, of any operation
  kShortWrite,     // half of an append is written, and then EIO
  kDirectorySync,  // EIO, of syncs of the directory
  kLostSync,       // EIO, of syncs of a file; the system takes the bytes for safe from then on
};
inline constexpr std::size_t kFaults = 6;

std::string_view ToString(Fault fault);

inline constexpr std::uint64_t kUntilHealed = UINT64_MAX;

struct FaultPlan {
  Fault fault = Fault::kError;
  std::uint64_t first = UINT64_MAX;  // of the operations that this fault can meet; none by default
  std::uint64_t burst = 0;           // so many of them fail
};

// What an operation does, as far as faults tell them apart.
enum class Effect : std::uint8_t { kReads, kWrites, kAppends, kSyncs, kSyncsDirectory };

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem(const std::shared_ptr<CrashFileSystem>& disk, const FaultPlan& plan)
      : FileSystemWrapper(disk), disk_(disk.get()), plan_(plan) {}

  const char* Name() const override { return "idem.FaultyFileSystem"; }

  // From here on operations fail by this plan, which counts them anew.
  void Plan(const FaultPlan& plan);
  // Nothing fails from here on.
  void Heal();

  // The operations so far that the plan's fault can meet, and those that failed.
  std::uint64_t met() const;
  std::uint64_t failed() const;

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options,
                                std::uint64_t* size, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

  // For the files that it opens: counts one operation, and says how it ends.
  rocksdb::IOStatus Meet(Effect effect);
  Fault fault() const { return plan_.fault; }
  CrashFileSystem* disk() const { return disk_; }

 private:
  CrashFileSystem* const disk_;

  mutable std::mutex mutex_;  // guards the rest
  FaultPlan plan_;
  std::uint64_t met_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace idem::power
