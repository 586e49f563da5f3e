// SPDX-License-Identifier: Apache-2.0

#include "peers/lmdb.h"

#include <lmdb.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "peers/offset_tracker.h"
#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{256} << 30;  // address space, not memory or disk
constexpr std::string_view kOffsetKey = "stream";

int Check(int code) {
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) {
    throw std::runtime_error(std::string("LMDB: ") + mdb_strerror(code));
  }
  return code;
}

// LMDB's functions take their arguments as mutable and leave them alone.
MDB_val ToVal(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
std::string_view ToView(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

struct CloseEnvironment {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;

// How the file is written, and what turns the syncs of commits off.
struct Flags {
  unsigned always;
  unsigned async;
};
constexpr Flags kWritten = {0, MDB_NOSYNC};
constexpr Flags kMapped = {MDB_WRITEMAP, MDB_MAPASYNC};

Environment OpenEnvironment(const PeerOptions& options, const Flags& flags) {
  MDB_env* made = nullptr;
  Check(mdb_env_create(&made));
  Environment env(made);
  Check(mdb_env_set_mapsize(made, kMapBytes));
  Check(mdb_env_set_maxdbs(made, 2));
  const unsigned async = options.durability == Durability::kSync ? 0 : flags.async;
  Check(mdb_env_open(made, options.directory.c_str(), flags.always | async, 0600));
  return env;
}

// Ends without effect unless Commit is called.
class Transaction {
 public:
  Transaction(MDB_env* env, unsigned flags) { Check(mdb_txn_begin(env, nullptr, flags, &txn_)); }
  ~Transaction() { mdb_txn_abort(txn_); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void Commit() { Check(mdb_txn_commit(std::exchange(txn_, nullptr))); }

  MDB_dbi Open(const char* name) {
    MDB_dbi dbi = 0;
    Check(mdb_dbi_open(txn_, name, MDB_CREATE, &dbi));
    return dbi;
  }
  // False: there is none.
  bool Get(MDB_dbi dbi, std::string_view key, std::string_view* value) {
    MDB_val k = ToVal(key);
    MDB_val v = {};
    if (Check(mdb_get(txn_, dbi, &k, &v)) == MDB_NOTFOUND) return false;
    *value = ToView(v);
    return true;
  }
  // Where to write `bytes` bytes under `key`, before anything else is put.
  char* Reserve(MDB_dbi dbi, std::string_view key, std::size_t bytes) {
    MDB_val k = ToVal(key);
    MDB_val v = {bytes, nullptr};
    Check(mdb_put(txn_, dbi, &k, &v, MDB_RESERVE));
    return static_cast<char*>(v.mv_data);
  }
  MDB_txn* get() const { return txn_; }

 private:
  MDB_txn* txn_ = nullptr;
};

class LmdbPeer final : public Peer {
 public:
  LmdbPeer(const PeerOptions& options, const Flags& flags) : env_(OpenEnvironment(options, flags)) {
    Transaction transaction(env_.get(), 0);
    rows_ = transaction.Open("records");
    offsets_ = transaction.Open("offsets");
    transaction.Commit();
    tracker_ = OffsetTracker(Next());
  }

  void Apply(std::span<const Record> batch) override {
    Transaction transaction(env_.get(), 0);
    for (const Record& record : batch) {
      if (!tracker_.Seen(record)) Upsert(record, &transaction);
    }
    if (tracker_.Advance(batch)) {
      const std::int64_t next = tracker_.next();
      std::memcpy(transaction.Reserve(offsets_, kOffsetKey, sizeof(next)), &next, sizeof(next));
    }
    transaction.Commit();
  }

  void Scan(const RowVisitor& visit) const override {
    const Transaction transaction(env_.get(), MDB_RDONLY);
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(transaction.get(), rows_, &cursor));
    const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> owned(cursor, mdb_cursor_close);
    MDB_val key = {};
    MDB_val value = {};
    while (Check(mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
      visit(DecodeRow(ToView(key), ToView(value)));
    }
  }

  std::int64_t Next() const override {
    Transaction transaction(env_.get(), MDB_RDONLY);
    std::string_view stored;
    return transaction.Get(offsets_, kOffsetKey, &stored) ? NumberIn(stored) : 0;
  }

 private:
  void Upsert(const Record& record, Transaction* transaction) {
    std::string_view stored;
    if (transaction->Get(rows_, record.key, &stored) && NumberIn(stored) >= record.version) return;
    char* to = transaction->Reserve(rows_, record.key, kVersionBytes + record.value.size());
    std::memcpy(to, &record.version, kVersionBytes);
    std::memcpy(to + kVersionBytes, record.value.data(), record.value.size());
  }

  Environment env_;
  MDB_dbi rows_ = 0;
  MDB_dbi offsets_ = 0;
  OffsetTracker tracker_{0};
};

}  // namespace

std::unique_ptr<Peer> OpenLmdb(const PeerOptions& options) {
  return std::make_unique<LmdbPeer>(options, kWritten);
}

std::unique_ptr<Peer> OpenLmdbWriteMap(const PeerOptions& options) {
  return std::make_unique<LmdbPeer>(options, kMapped);
}

}  // namespace idem::bench
