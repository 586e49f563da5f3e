// SPDX-License-Identifier: Apache-2.0
#include <idem/store_reader.h>

#include "sink/snapshot_impl.h"
#include "storage/rocks/rocks_store.h"

namespace idem {

class StoreReaderImpl {
 public:
  explicit StoreReaderImpl(std::unique_ptr<storage::Store> opened) : store(std::move(opened)) {}
  const std::unique_ptr<storage::Store> store;
};

Result<std::unique_ptr<StoreReader>> StoreReader::Open(const std::filesystem::path& directory,
                                                       const SinkOptions& options) {
  auto store = storage::OpenRocksReader(directory, options);
  if (!store) return store.error();
  auto impl = std::make_unique<StoreReaderImpl>(std::move(*store));
  return std::unique_ptr<StoreReader>(new StoreReader(std::move(impl)));
}

StoreReader::StoreReader(std::unique_ptr<StoreReaderImpl> impl) : impl_(std::move(impl)) {}
StoreReader::~StoreReader() = default;

Result<Snapshot> StoreReader::NewSnapshot() const {
  auto view = impl_->store->NewView();
  if (!view) return view.error();
  return SnapshotImpl::Make(std::move(*view));
}

}  // namespace idem
