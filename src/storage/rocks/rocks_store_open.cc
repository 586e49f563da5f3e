// SPDX-License-Identifier: Apache-2.0
//
// From a directory to an open store: looks at what is there before anything is changed.
#include "storage/rocks/rocks_store.h"

#include "base/log.h"
#include "storage/rocks/directory_safety.h"
#include "storage/rocks/entropy.h"
#include "storage/rocks/examination.h"
#include "storage/rocks/fast_checksum.h"
#include "storage/rocks/private_files.h"
#include "storage/rocks/rocks_process.h"
#include "storage/rocks/rocks_store_impl.h"
#include "storage/rocks/rocks_store_internal.h"
#include "storage/rocks/status.h"
#include "storage/rocks/store_directory.h"
#include "storage/rocks/writer_progress.h"

#include <functional>
#include <string>
#include <utility>

namespace idem::storage {
namespace {

namespace fs = std::filesystem;

// Where it is by now, who moved the directory knows.
Error WithRemains(const Error& why, const Error& kept) {
  return Error(why.code(), why.message() + "; what was written of it was not taken away (" +
                               kept.message() + ")");
}

// `fill` may be empty: then what was made stays when it fails, for the next one to begin anew.
Result<std::unique_ptr<Store>> Create(const fs::path& directory,
                                      std::unique_ptr<DirectoryLock> lock,
                                      const SinkOptions& options, const Filling& fill,
                                      rocksdb::Env* env) {
  codec::FormatHeader header;
  if (Result<void> filled = FillRandom(header.store_id.bytes); !filled) return filled.error();
  std::unique_ptr<RocksStore> store;
  const Result<void> created = Guarded([&]() -> Result<void> {
    if (Result<void> begun = BeginCreation(directory, header); !begun) return begun;
    auto watermark = WatermarkFile::CreateUnsynced(directory, header.store_id);
    if (!watermark) return watermark.error();
    store = std::make_unique<RocksStore>(std::move(lock), *std::move(watermark), directory, options,
                                         env);
    return store->Create(directory, header, fill);
  });
  if (created) return std::unique_ptr<Store>(std::move(store));
  const Error why = store != nullptr ? store->WhyNotOpened(created.error()) : created.error();
  if (!fill) return why;
  const Result<void> gone =
      store != nullptr ? store->Discard(directory) : AbandonCreation(directory);
  return gone ? why : WithRemains(why, gone.error());
}

Result<std::unique_ptr<Store>> OpenExamined(Recoverable found, rocksdb::WALRecoveryMode mode,
                                            const SinkOptions& options, rocksdb::Env* env) {
  auto store = std::make_unique<RocksStore>(std::move(found.lock), std::move(found.watermark),
                                            found.directory, options, env);
  if (Result<void> opened = store->OpenFound(found.directory, found.header, mode); !opened) {
    return store->WhyNotOpened(opened.error());
  }
  return std::unique_ptr<Store>(std::move(store));
}

Result<codec::FileMark> LookAt(Recoverable* found, const SinkOptions& options,
                               const Inspection& inspect, rocksdb::Env* env) {
  auto watermark = WatermarkFile::Open(found->directory, found->header.store_id);
  if (!watermark) return watermark.error();
  found->watermark = *std::move(watermark);
  return Examine(found->directory, found->header, found->watermark->image(), inspect, options, env);
}

// This process has changed nothing yet. What looks like damage while the files move is the work of
// a process that has lost the lock and does not know it yet; damage that stays is told the next
// time.
Result<codec::FileMark> LookUndisturbed(Recoverable* found, const SinkOptions& options,
                                        const Inspection& inspect, rocksdb::Env* env) {
  const WriterProgress before = LookAtWriter(found->directory);
  Result<codec::FileMark> manifest = LookAt(found, options, inspect, env);
  if (manifest || manifest.error().next_step() != NextStep::kInspectStore) return manifest;
  if (Result<void> held = found->lock->Check(); !held) return held.error();
  if (LookAtWriter(found->directory).StoodStillSince(before)) return manifest;
  return ChangedByAnother(found->directory.string());
}

Result<std::unique_ptr<Store>> OpenExisting(Recoverable found, const SinkOptions& options,
                                            const Inspection& inspect, rocksdb::Env* env) {
  Result<codec::FileMark> manifest = LookUndisturbed(&found, options, inspect, env);
  if (!manifest) return manifest.error();
  Result<void> settled = SettleManifest(env->GetFileSystem().get(), found.directory.string(),
                                        *std::move(manifest), found.watermark.get());
  if (!settled) return settled.error();
  return OpenExamined(std::move(found), rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords,
                      options, env);
}

// To ask about the checksums is also what has a static library bring them into the program.
void LogOpened(const fs::path& directory, Logger* logger) {
  base::Log(logger, LogLevel::kInfo, "opened the store in {}; checksums by {}", directory.string(),
            RocksUsesFastChecksums() ? "the processor's instruction" : "RocksDB alone");
}

// Whether one may be made, where there is none.
Result<void> CheckMaking(const fs::path& directory, const StoreDirectory& found,
                         const SinkOptions& options, const Inspection& inspect) {
  if (found.kind == DirectoryKind::kStore) return {};
  if (!options.create_if_missing) return StoreMissing(directory);
  return inspect ? inspect(nullptr, {}) : Result<void>();
}

// A directory that nobody else changes any more, where it is, and what is there.
struct Taken {
  fs::path real;
  std::unique_ptr<DirectoryLock> lock;
  StoreDirectory found;
};

// Whether what was found may be gone on with.
using Permission = std::function<Result<void>(const StoreDirectory& found)>;

Error NoName() {
  return Error(ErrorCode::kInvalidArgument, "the path of the store is empty; give a directory");
}

Result<Taken> TakeDirectory(const fs::path& directory, const Permission& may) {
  if (directory.empty()) return NoName();
  if (Result<void> rocks = CheckRocks(); !rocks) return rocks.error();
  if (Result<void> safe = CheckDirectorySafety(directory); !safe) return safe.error();
  Result<StoreDirectory> found = InspectDirectory(directory);
  if (!found) return found.error();
  if (Result<void> allowed = may(*found); !allowed) return allowed.error();
  if (found->kind == DirectoryKind::kMissing) {
    if (Result<void> made = MakeDirectory(directory); !made) return made.error();
  }
  Result<fs::path> real = RealDirectory(directory);
  if (!real) return real.error();
  Result<std::unique_ptr<DirectoryLock>> lock = DirectoryLock::Acquire(*real);
  if (!lock) return lock.error();
  // Only now does nobody else change it; what was seen before may be gone.
  if (Result<void> safe = CheckDirectorySafety(*real); !safe) return safe.error();
  found = InspectDirectory(*real);
  if (!found) return found.error();
  if (Result<void> allowed = may(*found); !allowed) return allowed.error();
  return Taken{*std::move(real), *std::move(lock), *found};
}

Result<std::unique_ptr<Store>> Open(const fs::path& directory, const SinkOptions& options,
                                    const Inspection& inspect, rocksdb::Env* env) {
  Result<Taken> taken = TakeDirectory(directory, [&](const StoreDirectory& found) {
    return CheckMaking(directory, found, options, inspect);
  });
  if (!taken) return taken.error();
  const fs::path& real = taken->real;
  auto store = taken->found.kind == DirectoryKind::kStore
                   ? OpenExisting({real, taken->found.header, std::move(taken->lock), nullptr},
                                  options, inspect, env)
                   : Create(real, std::move(taken->lock), options, {}, env);
  if (store) LogOpened(real, options.logger);
  return store;
}

Error StoreThere(const fs::path& directory) {
  return Error(ErrorCode::kInvalidArgument, "there is a store in " + directory.string() +
                                                " already; give an empty or a new directory");
}

Result<void> Make(const fs::path& directory, const SinkOptions& options, const Filling& fill,
                  rocksdb::Env* env) {
  Result<Taken> taken = TakeDirectory(directory, [&](const StoreDirectory& found) -> Result<void> {
    return found.kind == DirectoryKind::kStore ? StoreThere(directory) : Result<void>();
  });
  const bool damaged = !taken && taken.error().code() == ErrorCode::kCorruption;
  if (!taken) return damaged ? StoreThere(directory) : taken.error();
  auto store = Create(taken->real, std::move(taken->lock), options, fill, env);
  return store ? Result<void>() : store.error();
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksStore(const fs::path& directory, const SinkOptions& options,
                                              const Inspection& inspect, rocksdb::Env* env) {
  return Guarded([&] { return Open(directory, options, inspect, env); });
}

Result<std::unique_ptr<Store>> OpenRocksStore(const fs::path& directory, const SinkOptions& options,
                                              const Inspection& inspect) {
  if (Result<void> may = CheckNotForked(); !may) return may.error();
  return OpenRocksStore(directory, options, inspect, PrivateFilesEnv());
}

Result<void> MakeRocksStore(const fs::path& directory, const SinkOptions& options,
                            const Filling& fill, rocksdb::Env* env) {
  return Guarded([&] { return Make(directory, options, fill, env); });
}

Result<void> MakeRocksStore(const fs::path& directory, const SinkOptions& options,
                            const Filling& fill) {
  if (Result<void> may = CheckNotForked(); !may) return may;
  return MakeRocksStore(directory, options, fill, PrivateFilesEnv());
}

Result<std::unique_ptr<Store>> OpenRecovering(Recoverable found, rocksdb::WALRecoveryMode mode,
                                              const SinkOptions& options, rocksdb::Env* env) {
  return Guarded([&] { return OpenExamined(std::move(found), mode, options, env); });
}

}  // namespace idem::storage
