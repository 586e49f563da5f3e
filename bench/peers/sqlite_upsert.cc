// SPDX-License-Identifier: Apache-2.0

#include "peers/sqlite_upsert.h"

#include <sqlite3.h>

#include <stdexcept>
#include <string>

#include "peers/offset_tracker.h"

namespace idem::bench {
namespace {

constexpr const char* kSetup = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 16384;
  CREATE TABLE IF NOT EXISTS records(
    key BLOB PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS offsets(source TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
)";
constexpr const char* kUpsert = R"(
  INSERT INTO records(key, version, value) VALUES(?1, ?2, ?3)
  ON CONFLICT(key) DO UPDATE SET version = excluded.version, value = excluded.value
  WHERE excluded.version > version;
)";
constexpr const char* kSetNext = R"(
  INSERT INTO offsets(source, next) VALUES('stream', ?1)
  ON CONFLICT(source) DO UPDATE SET next = excluded.next;
)";
constexpr const char* kNext = "SELECT next FROM offsets WHERE source = 'stream';";
constexpr const char* kAll = "SELECT key, version, value FROM records;";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database OpenDatabase(const std::filesystem::path& file) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open(file.c_str(), &db);
  Database owned(db);
  if (code != SQLITE_OK) throw std::runtime_error(std::string("SQLite: ") + sqlite3_errstr(code));
  return owned;
}

void Execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(db));
  }
}

// A prepared statement. Bound bytes are not copied and must outlive the Step that uses them.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    Check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int at, std::string_view bytes) {
    Check(sqlite3_bind_blob(statement_, at, bytes.data(), static_cast<int>(bytes.size()), nullptr));
  }
  void Bind(int at, std::int64_t number) { Check(sqlite3_bind_int64(statement_, at, number)); }

  // True: there is a row to read.
  bool Step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) Check(code);
    return code == SQLITE_ROW;
  }
  // Runs a statement that returns no rows, and makes it ready for the next time.
  void Run() {
    Step();
    Check(sqlite3_reset(statement_));
  }

  std::int64_t Number(int column) { return sqlite3_column_int64(statement_, column); }
  std::string_view Bytes(int column) {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }

 private:
  void Check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(db_));
  }

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

std::int64_t StoredNext(sqlite3* db) {
  Statement next(db, kNext);
  return next.Step() ? next.Number(0) : 0;
}

class SqliteUpsert final : public Peer {
 public:
  SqliteUpsert(Database db, Durability durability)
      : db_(std::move(db)),
        begin_(db_.get(), "BEGIN IMMEDIATE"),
        commit_(db_.get(), "COMMIT"),
        upsert_(db_.get(), kUpsert),
        set_next_(db_.get(), kSetNext),
        tracker_(StoredNext(db_.get())) {
    const bool sync = durability == Durability::kSync;
    Execute(db_.get(), sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  }

  void Apply(std::span<const Record> batch) override {
    begin_.Run();
    for (const Record& record : batch) {
      if (!tracker_.Seen(record)) Upsert(record);
    }
    if (tracker_.Advance(batch)) {
      set_next_.Bind(1, tracker_.next());
      set_next_.Run();
    }
    commit_.Run();
  }

  void Scan(const RowVisitor& visit) const override {
    Statement rows(db_.get(), kAll);
    while (rows.Step()) visit({rows.Bytes(0), rows.Bytes(2), rows.Number(1), {}});
  }

  std::int64_t Next() const override { return StoredNext(db_.get()); }

 private:
  void Upsert(const Record& record) {
    upsert_.Bind(1, record.key);
    upsert_.Bind(2, record.version);
    upsert_.Bind(3, record.value);
    upsert_.Run();
  }

  Database db_;
  Statement begin_, commit_, upsert_, set_next_;
  OffsetTracker tracker_;
};

}  // namespace

std::unique_ptr<Peer> OpenSqliteUpsert(const PeerOptions& options) {
  Database db = OpenDatabase(options.directory / "records.sqlite");
  Execute(db.get(), kSetup);
  return std::make_unique<SqliteUpsert>(std::move(db), options.durability);
}

}  // namespace idem::bench
