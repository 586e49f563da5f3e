// SPDX-License-Identifier: Apache-2.0
#include <idem/store_reader.h>

#include "pipeline/durable_note.h"
#include "sink/snapshot_impl.h"
#include "storage/rocks/rocks_store.h"

#include <string>
#include <utility>

namespace idem {

class StoreReaderImpl {
 public:
  StoreReaderImpl(std::unique_ptr<storage::Store> opened, std::string known)
      : store(std::move(opened)), note(std::move(known)) {}

  const std::shared_ptr<const storage::Store> store;
  const std::string note;  // what was durable when the reader was opened; no state has less
};

Result<std::unique_ptr<StoreReader>> StoreReader::Open(const std::filesystem::path& directory,
                                                       const SinkOptions& options) {
  auto store = storage::OpenRocksReader(directory, options);
  if (!store && store.error().code() == ErrorCode::kStoreMissing) {  // a reader makes none
    return Error(ErrorCode::kStoreMissing,
                 "there is no store in " + directory.string() +
                     "; check the path: a store is made by IdempotentSink::Open");
  }
  if (!store) return store.error();
  auto note = (*store)->ReadWatermark();
  if (!note) return note.error();
  auto impl = std::make_unique<StoreReaderImpl>(std::move(*store), *std::move(note));
  std::unique_ptr<StoreReader> reader(new StoreReader(std::move(impl)));
  if (auto first = reader->NewSnapshot(); !first) return first.error();
  return reader;
}

StoreReader::StoreReader(std::unique_ptr<StoreReaderImpl> impl) : impl_(std::move(impl)) {}
StoreReader::~StoreReader() = default;

Result<Snapshot> StoreReader::NewSnapshot() const {
  auto view = impl_->store->NewView();
  if (!view) return view.error();
  if (auto ok = pipeline::CheckNotBehind(view->get(), impl_->note, {}); !ok) return ok.error();
  return SnapshotImpl::Make(impl_->store, std::move(*view));
}

}  // namespace idem
