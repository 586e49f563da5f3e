// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/bulk_files.h"

#include "codec/keyspace.h"
#include "storage/rocks/rocks_view.h"

#include <rocksdb/file_system.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace idem::storage {
namespace {

constexpr std::string_view kBulkPrefix = "IDEM_BULK_";
constexpr std::size_t kLargePlanBytes = std::size_t{1} << 20;

// One entry of a plan, with what its key begins with: that decides most comparisons, and without a
// cache miss.
struct Headed {
  std::array<std::uint64_t, 2> head;
  const Write* write;
};

// What the files of a large plan are kept apart by, in the order of the keys: rows lie apart from
// one load to the next and can stay where they are put, while the entries about the store are
// written by every commit. A small plan is one file.
int GroupOf(std::string_view key) {
  const auto space = static_cast<unsigned char>(key.empty() ? '\0' : key.front());
  if (space < static_cast<unsigned char>(codec::Space::kEvent)) return 0;
  return space < static_cast<unsigned char>(codec::Space::kRow) ? 1 : 2;
}

// Eight bytes from `begin` on as a number, missing ones as zeros: where two numbers differ, they
// are ordered as the keys are.
std::uint64_t NumberAt(std::string_view key, std::size_t begin) {
  std::uint64_t number = 0;
  for (std::size_t i = begin; i < begin + sizeof number; ++i) {
    number = (number << 8) | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return number;
}

bool Before(const Headed& a, const Headed& b) {
  return a.head != b.head ? a.head < b.head : a.write->key < b.write->key;
}

std::vector<Headed> InOrder(std::span<const Write> writes) {
  std::vector<Headed> order;
  order.reserve(writes.size());
  for (const Write& write : writes) {
    const std::uint64_t begin = NumberAt(write.key, 0);
    order.push_back({{begin, NumberAt(write.key, sizeof begin)}, &write});
  }
  if (!std::is_sorted(order.begin(), order.end(), Before)) {
    std::sort(order.begin(), order.end(), Before);
  }
  return order;
}

std::size_t BytesOf(const Write& write) { return write.key.size() + write.value_bytes(); }

Error WriteError(const rocksdb::Status& status) {
  const std::string text = "writing the files of a bulk commit failed (" + status.ToString() + ")";
  if (status.IsNoSpace()) {
    return Error(ErrorCode::kNoSpace, text + "; nothing was applied: make room and commit again");
  }
  return Error(ErrorCode::kIoError, text + "; nothing was applied: try again");
}

}  // namespace

bool IsBulkFile(std::string_view path) {
  return path.substr(path.rfind('/') + 1).starts_with(kBulkPrefix);
}

rocksdb::Status RemoveBulkFiles(rocksdb::FileSystem* files, const std::string& directory) {
  std::vector<std::string> names;
  rocksdb::Status status = files->GetChildren(directory, rocksdb::IOOptions(), &names, nullptr);
  for (const std::string& name : names) {
    if (!status.ok()) break;
    if (!IsBulkFile(name)) continue;
    const std::string path = (std::filesystem::path(directory) / name).string();
    status = files->DeleteFile(path, rocksdb::IOOptions(), nullptr);
  }
  return status;
}

BulkFiles::BulkFiles(rocksdb::DB* db, const rocksdb::Options& options)
    : db_(db), options_(options) {}

BulkFiles::~BulkFiles() {
  file_.reset();
  // One that cannot be removed now is removed by the next writer.
  for (const std::string& path : paths_) {
    options_.env->DeleteFile(path).PermitUncheckedError();
  }
}

Result<void> BulkFiles::Make(std::span<const Write> writes) {
  const rocksdb::Status status = WriteSorted(writes);
  if (status.ok()) return {};
  return WriteError(status);
}

rocksdb::Status BulkFiles::WriteSorted(std::span<const Write> writes) {
  rocksdb::Status status;
  std::size_t bytes = 0;
  for (const Write& write : writes) bytes += BytesOf(write);
  const bool large = bytes >= kLargePlanBytes;
  int group = 0;
  for (const Headed& entry : InOrder(writes)) {
    const int own = GroupOf(entry.write->key);
    const bool full = file_bytes_ >= options_.target_file_size_base;
    if (file_ != nullptr && (full || (large && own != group))) status = FinishFile();
    group = own;
    if (status.ok()) status = Add(*entry.write);
    if (!status.ok()) return status;
  }
  return FinishFile();
}

rocksdb::Status BulkFiles::Add(const Write& write) {
  if (file_ == nullptr) {
    paths_.push_back(db_->GetName() + "/" + std::string(kBulkPrefix) +
                     std::to_string(paths_.size()));
    file_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options_), options_,
                                                     /*column_family=*/nullptr,
                                                     /*invalidate_page_cache=*/false);
    file_bytes_ = 0;
    rocksdb::Status opened = file_->Open(paths_.back());
    if (!opened.ok()) return opened;
  }
  file_bytes_ += BytesOf(write);
  if (!write.value) return file_->Delete(ToSlice(write.key));
  return file_->Put(ToSlice(write.key), value_.assign(*write.value).append(write.rest));
}

rocksdb::Status BulkFiles::FinishFile() {
  if (file_ == nullptr) return rocksdb::Status::OK();
  return std::exchange(file_, nullptr)->Finish();
}

rocksdb::Status BulkFiles::Ingest() {
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.failed_move_fall_back_to_copy = false;
  options.write_global_seqno = false;    // a file is never changed once it is synced
  options.allow_blocking_flush = false;  // it would wait without end
  return db_->IngestExternalFile(paths_, options);
}

}  // namespace idem::storage
