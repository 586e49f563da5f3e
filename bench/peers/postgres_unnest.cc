// SPDX-License-Identifier: Apache-2.0

#include "peers/postgres_unnest.h"

#include <libpq-fe.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "peers/offset_tracker.h"
#include "peers/postgres_server.h"

namespace idem::bench {
namespace {

constexpr const char* kSetup = R"(
  CREATE TABLE IF NOT EXISTS records(
    key bytea PRIMARY KEY, version bigint NOT NULL, value bytea NOT NULL);
  CREATE TABLE IF NOT EXISTS offsets(source text PRIMARY KEY, next bigint NOT NULL);
)";
constexpr const char* kUpsert = R"(
  INSERT INTO records SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value
  WHERE records.version < excluded.version
)";
constexpr const char* kSetNext = R"(
  INSERT INTO offsets VALUES('stream', $1::bigint)
  ON CONFLICT (source) DO UPDATE SET next = excluded.next WHERE offsets.next < excluded.next
)";
constexpr const char* kNext = "SELECT next FROM offsets WHERE source = 'stream'";
constexpr const char* kAll = "SELECT key, version, value FROM records ORDER BY key";
constexpr std::int32_t kBytea = 17;  // the numbers of these types are part of the protocol
constexpr std::int32_t kBigint = 20;
constexpr int kBinary = 1;

// Numbers are in network order.
void Put(std::uint64_t number, int bytes, std::string* to) {
  while (bytes-- > 0) to->push_back(static_cast<char>(number >> (8 * bytes)));
}

std::int64_t BigintIn(const char* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(number);
}

// The binary form of an array of one dimension.
class ArrayText {
 public:
  void Begin(std::int32_t type, std::size_t elements) {
    bytes_.clear();
    for (const std::uint64_t word :
         {std::uint64_t{1}, std::uint64_t{0}, static_cast<std::uint64_t>(type),
          std::uint64_t{elements}, std::uint64_t{1}}) {
      Put(word, 4, &bytes_);
    }
  }
  void Add(std::string_view bytes) {
    Put(bytes.size(), 4, &bytes_);
    bytes_.append(bytes);
  }
  void Add(std::int64_t number) {
    Put(8, 4, &bytes_);
    Put(static_cast<std::uint64_t>(number), 8, &bytes_);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

class PostgresUnnest final : public Peer {
 public:
  explicit PostgresUnnest(const PeerOptions& options)
      : server_(options), connection_(PQconnectdb(server_.address().c_str())) {
    Require(PQstatus(db()) == CONNECTION_OK);
    PQsetNoticeProcessor(
        db(), [](void*, const char*) {}, nullptr);
    Execute(kSetup);
    Checked(PQprepare(db(), "upsert", kUpsert, 0, nullptr));
    Checked(PQprepare(db(), "set_next", kSetNext, 0, nullptr));
    tracker_ = OffsetTracker(Next());
  }

  void Apply(std::span<const Record> batch) override {
    Gather(batch);
    const bool moved = tracker_.Advance(batch);
    if (sent_.empty() && !moved) return;
    // What one pipeline holds up to its end is one transaction.
    Require(PQenterPipelineMode(db()) == 1);
    if (!sent_.empty()) SendRows();
    if (moved) {
      std::string next;
      Put(static_cast<std::uint64_t>(tracker_.next()), 8, &next);
      Send("set_next", {&next});
    }
    Require(PQpipelineSync(db()) == 1);
    for (int answers = (sent_.empty() ? 0 : 1) + (moved ? 1 : 0); answers > 0; --answers) {
      Checked(PQgetResult(db()));
      Require(PQgetResult(db()) == nullptr);
    }
    Checked(PQgetResult(db()));
    Require(PQexitPipelineMode(db()) == 1);
  }

  void Drain() override { Execute("CHECKPOINT"); }

  void Scan(const RowVisitor& visit) const override {
    const Result rows = Query(kAll);
    for (int row = 0; row < PQntuples(rows.get()); ++row) {
      visit(
          {Field(rows, row, 0), Field(rows, row, 2), BigintIn(PQgetvalue(rows.get(), row, 1)), {}});
    }
  }

  std::int64_t Next() const override {
    const Result stored = Query(kNext);
    return PQntuples(stored.get()) == 0 ? 0 : BigintIn(PQgetvalue(stored.get(), 0, 0));
  }

  ProcessUse ServerUse() const override { return UseOfFamily(server_.pid()); }

 private:
  PGconn* db() const { return connection_.get(); }

  void Require(bool good) const {
    if (!good) throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(db()));
  }
  Result Checked(PGresult* result) const {
    Result owned(result);
    const ExecStatusType status = PQresultStatus(result);
    Require(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
            status == PGRES_PIPELINE_SYNC);
    return owned;
  }
  void Execute(const char* sql) const { Checked(PQexec(db(), sql)); }
  Result Query(const char* sql) const {
    return Checked(PQexecParams(db(), sql, 0, nullptr, nullptr, nullptr, nullptr, kBinary));
  }
  static std::string_view Field(const Result& rows, int row, int column) {
    return {PQgetvalue(rows.get(), row, column),
            static_cast<std::size_t>(PQgetlength(rows.get(), row, column))};
  }

  // What is to be sent, by key: the index is met in order, and each key once, with its newest.
  void Gather(std::span<const Record> batch) {
    sent_.clear();
    for (const Record& record : batch) {
      if (!tracker_.Seen(record)) sent_.push_back(&record);
    }
    std::sort(sent_.begin(), sent_.end(), [](const Record* a, const Record* b) {
      return a->key != b->key ? a->key < b->key : a->version > b->version;
    });
    const auto same = [](const Record* a, const Record* b) { return a->key == b->key; };
    sent_.erase(std::unique(sent_.begin(), sent_.end(), same), sent_.end());
  }

  void SendRows() {
    keys_.Begin(kBytea, sent_.size());
    versions_.Begin(kBigint, sent_.size());
    values_.Begin(kBytea, sent_.size());
    for (const Record* record : sent_) {
      keys_.Add(record->key);
      versions_.Add(record->version);
      values_.Add(record->value);
    }
    Send("upsert", {&keys_.bytes(), &versions_.bytes(), &values_.bytes()});
  }

  void Send(const char* statement, const std::vector<const std::string*>& parameters) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const std::string* parameter : parameters) {
      values.push_back(parameter->data());
      lengths.push_back(static_cast<int>(parameter->size()));
    }
    const std::vector<int> formats(parameters.size(), kBinary);
    Require(PQsendQueryPrepared(db(), statement, static_cast<int>(parameters.size()), values.data(),
                                lengths.data(), formats.data(), kBinary) == 1);
  }

  PostgresServer server_;
  std::unique_ptr<PGconn, CloseConnection> connection_;
  OffsetTracker tracker_{0};
  std::vector<const Record*> sent_;
  ArrayText keys_, versions_, values_;
};

}  // namespace

std::unique_ptr<Peer> OpenPostgresUnnest(const PeerOptions& options) {
  return std::make_unique<PostgresUnnest>(options);
}

std::string PostgresMissing() { return PostgresServer::Missing(); }

}  // namespace idem::bench
