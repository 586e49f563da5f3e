// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/sure_files.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace idem::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// More than footer, index of the meta blocks and properties take, which are a file's end.
constexpr std::uint64_t kTailBytes = 16 << 10;

Slice CopyFrom(const std::string& bytes, std::uint64_t offset, std::size_t n, char* scratch) {
  const std::size_t begin = std::min<std::uint64_t>(offset, bytes.size());
  const std::size_t size = std::min(n, bytes.size() - begin);
  std::copy_n(bytes.data() + begin, size, scratch);
  return {scratch, size};
}

// The end is in memory.
class SureFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  SureFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, std::uint64_t tail_begin,
           std::string tail)
      : FSRandomAccessFileOwnerWrapper(std::move(file)),
        tail_begin_(tail_begin),
        tail_(std::move(tail)) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    if (offset < tail_begin_) {
      return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
    }
    *result = CopyFrom(tail_, offset - tail_begin_, n, scratch);
    return IOStatus::OK();
  }

 private:
  const std::uint64_t tail_begin_;
  const std::string tail_;
};

class FileInMemory final : public rocksdb::FSRandomAccessFile {
 public:
  explicit FileInMemory(std::string bytes) : bytes_(std::move(bytes)) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    *result = CopyFrom(bytes_, offset, n, scratch);
    return IOStatus::OK();
  }

 private:
  const std::string bytes_;
};

}  // namespace

IOStatus MakeSure(rocksdb::FileSystem* files, const std::string& path,
                  std::unique_ptr<rocksdb::FSRandomAccessFile>* file) {
  std::uint64_t size = 0;
  IOStatus status = files->GetFileSize(path, IOOptions(), &size, nullptr);
  if (!status.ok()) return status;
  const std::uint64_t begin = size - std::min(size, kTailBytes);
  std::string tail(size - begin, '\0');
  Slice read;
  status = (*file)->Read(begin, tail.size(), IOOptions(), &read, tail.data(), nullptr);
  if (!status.ok()) return status;
  if (read.size() != tail.size()) return IOStatus::IOError(path, "is shorter than it was");
  *file = std::make_unique<SureFile>(std::move(*file), begin, read.ToString());
  return status;
}

IOStatus NewFileInMemory(rocksdb::FileSystem* files, const std::string& path,
                         std::unique_ptr<rocksdb::FSRandomAccessFile>* file) {
  std::unique_ptr<rocksdb::FSSequentialFile> source;
  std::uint64_t size = 0;
  IOStatus status = files->GetFileSize(path, IOOptions(), &size, nullptr);
  if (status.ok()) {
    status = files->NewSequentialFile(path, rocksdb::FileOptions(), &source, nullptr);
  }
  if (!status.ok()) return status;
  std::string bytes(size, '\0');
  Slice read;
  status = source->Read(size, IOOptions(), &read, bytes.data(), nullptr);
  if (!status.ok()) return status;
  if (read.size() != size) return IOStatus::IOError(path, "is shorter than it was");
  if (read.data() != bytes.data()) std::copy_n(read.data(), size, bytes.data());
  *file = std::make_unique<FileInMemory>(std::move(bytes));
  return IOStatus::OK();
}

}  // namespace idem::storage
