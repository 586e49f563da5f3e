// SPDX-License-Identifier: Apache-2.0
#include "decay/specimen.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/metadata.h>
#include <rocksdb/table.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "decay/host.h"
#include "power/crash_file_system.h"
#include "power/outside.h"
#include "power/still_env.h"
#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store_internal.h"
#include "support/renew_watermark.h"
#include "support/scratch.h"

namespace idem::decay {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSortedFileBytes = 600;
constexpr std::uint64_t kBlockBytes = 256;

void Check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// A machine on which a store is made, with RocksDB's files in memory.
class Maker {
 public:
  explicit Maker(const fs::path& directory)
      : directory_(directory),
        disk_(std::make_shared<power::CrashFileSystem>(directory.string(), power::Disk())),
        env_(disk_) {}

  // A host makes these commits. The files are those of the moment before it would close the store.
  Files Ingest(std::uint64_t begin, std::uint64_t end) {
    std::shared_ptr<storage::Store> store =
        storage::OpenRocksStore(directory_, HostOptions(), {}, &env_).value();
    auto sink = SinkImpl::Open(store, HostOptions()).value();
    if (begin == 0) Define(sink.get()).value();
    for (std::uint64_t number = begin; number < end; ++number) {
      CommitNumber(number, sink.get()).value();
    }
    Files files = power::ReadOutside(directory_);
    const power::Disk disk = disk_->disk();
    for (const std::string& name : disk.Names()) files[name] = disk.Bytes(disk.Find(name).value());
    env_.RunJobs();
    return files;
  }

  // Moves what is in the log and on level 0 to `level`, into files of very few entries: what
  // compaction does by itself with very many.
  void MoveTo(int level) {
    rocksdb::BlockBasedTableOptions table;
    table.block_size = kBlockBytes;
    table.checksum = rocksdb::kXXH3;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.env = &env_;
    options.info_log = std::make_shared<SilentLog>();
    options.disable_auto_compactions = true;
    options.compression = rocksdb::kNoCompression;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* opened = nullptr;
    Check(rocksdb::DB::Open(options, directory_.string(), &opened));
    std::unique_ptr<rocksdb::DB> db(opened);
    std::vector<rocksdb::LiveFileMetaData> live;
    db->GetLiveFilesMetaData(&live);
    std::vector<std::string> names;
    for (const auto& file : live) {
      if (file.level == 0) names.push_back(file.name);
    }
    rocksdb::CompactionOptions compaction;
    compaction.compression = rocksdb::kNoCompression;
    compaction.output_file_size_limit = kSortedFileBytes;
    Check(db->CompactFiles(compaction, names, level));
    env_.RunJobs();
    db.reset();
    testing::RenewWatermark(directory_, disk_);
  }

 private:
  fs::path directory_;
  std::shared_ptr<power::CrashFileSystem> disk_;
  power::StillEnv env_;
};

}  // namespace

Specimen MakeSpecimen() {
  const testing::Scratch scratch("idem-decay-specimen");
  Maker maker(scratch.path() / "store");
  Specimen specimen;
  maker.Ingest(0, 6);
  maker.MoveTo(2);
  maker.Ingest(6, 10);
  maker.MoveTo(1);
  maker.Ingest(10, 13);
  specimen.older = maker.Ingest(13, 16);
  specimen.now = maker.Ingest(16, kCommits);

  const auto sink = IdempotentSink::OpenInMemory(HostOptions()).value();
  Define(sink.get()).value();
  for (std::uint64_t number = 0; number < kCommits; ++number) {
    CommitNumber(number, sink.get()).value();
  }
  specimen.commit = sink->ReadMetrics().commit;
  specimen.answers = Ask(*sink).value();
  specimen.offered_again = OfferAgain(sink.get()).value();
  return specimen;
}

}  // namespace idem::decay
