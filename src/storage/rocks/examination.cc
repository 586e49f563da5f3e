// SPDX-License-Identifier: Apache-2.0

#include "storage/rocks/examination.h"

#include "storage/rocks/file_guard.h"
#include "storage/rocks/open_db.h"
#include "storage/rocks/rocks_options.h"
#include "storage/rocks/rocks_view.h"
#include "storage/rocks/status.h"

namespace idem::storage {

rocksdb::Status OpenAsFound(const std::filesystem::path& directory, const SinkOptions& options,
                            rocksdb::WALRecoveryMode mode, rocksdb::Env* env,
                            std::unique_ptr<rocksdb::DB>* db) {
  rocksdb::Options rocks = ExaminerOptions(options, env);
  rocks.wal_recovery_mode = mode;
  return OpenReadOnly(rocks, directory.string(), db);
}

Result<codec::FileMark> Examine(const std::filesystem::path& directory,
                                const codec::FormatHeader& header,
                                const codec::WatermarkImage& watermark, const Inspection& inspect,
                                const SinkOptions& options, rocksdb::Env* env) {
  Result<codec::FileMark> manifest =
      CheckFiles(env->GetFileSystem().get(), directory.string(), watermark);
  if (!manifest) return manifest;
  std::unique_ptr<rocksdb::DB> db;
  const rocksdb::Status status = OpenAsFound(
      directory, options, rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords, env, &db);
  if (!status.ok()) return OpenError(status, directory.string());
  if (Result<void> same = CheckHeader(db.get(), header, directory.string()); !same) {
    return same.error();
  }
  if (!inspect) return manifest;
  const auto view = NewRocksView(std::make_shared<const Pin>(db.get(), Pin::Token{}));
  if (Result<void> passed = inspect(view.get(), watermark.note); !passed) return passed.error();
  return manifest;
}

}  // namespace idem::storage
