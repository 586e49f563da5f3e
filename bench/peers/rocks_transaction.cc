// SPDX-License-Identifier: Apache-2.0

#include "peers/rocks_transaction.h"

#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

#include <array>
#include <memory>

#include "peers/rocks_peer.h"
#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

class RocksTransaction final : public RocksPeer {
 public:
  RocksTransaction(const PeerOptions& options, std::unique_ptr<rocksdb::TransactionDB> db)
      : RocksPeer(options, std::move(db)) {}

  void Apply(std::span<const Record> batch) override {
    transaction_.reset(
        transactions()->BeginTransaction(write_options(), {}, transaction_.release()));
    for (const Record& record : batch) {
      if (!Seen(record) && IsNewer(record)) Put(record);
    }
    rocksdb::Slice key;
    rocksdb::Slice next;
    if (Advance(batch, &key, &next)) Check(transaction_->Put(key, next));
    Check(transaction_->Commit());
  }

 private:
  rocksdb::TransactionDB* transactions() { return static_cast<rocksdb::TransactionDB*>(db()); }

  // The transaction sees what it has put itself.
  bool IsNewer(const Record& record) {
    value_.Reset();
    const rocksdb::Status status =
        transaction_->GetForUpdate({}, db()->DefaultColumnFamily(), ToSlice(record.key), &value_);
    if (status.IsNotFound()) return true;
    Check(status);
    return NumberIn(value_.ToStringView()) < record.version;
  }

  void Put(const Record& record) {
    const rocksdb::Slice key = ToSlice(record.key);
    const std::array parts = {ToSlice(BytesOf(record.version)), ToSlice(record.value)};
    Check(transaction_->Put(db()->DefaultColumnFamily(), rocksdb::SliceParts(&key, 1),
                            rocksdb::SliceParts(parts.data(), static_cast<int>(parts.size())),
                            true));
  }

  std::unique_ptr<rocksdb::Transaction> transaction_;  // used again for each batch
  rocksdb::PinnableSlice value_;
};

}  // namespace

std::unique_ptr<Peer> OpenRocksTransaction(const PeerOptions& options) {
  rocksdb::TransactionDB* opened = nullptr;
  Check(rocksdb::TransactionDB::Open(EngineOptions(), {}, options.directory.string(), &opened));
  return std::make_unique<RocksTransaction>(options,
                                            std::unique_ptr<rocksdb::TransactionDB>(opened));
}

}  // namespace idem::bench
