// SPDX-License-Identifier: Apache-2.0

#include "peers/redis_set_nx.h"

#include <hiredis/hiredis.h>

#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <stdexcept>
#include <thread>

#include "peers/offset_tracker.h"
#include "peers/versioned_value.h"

namespace idem::bench {
namespace {

constexpr auto kLook = std::chrono::milliseconds(5);
constexpr int kLooks = 12'000;  // a minute: a large file takes a while to be read
constexpr std::string_view kOffsetKey = "!offset";  // no key of a record

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string_view TextOf(const redisReply* reply) { return {reply->str, reply->len}; }

class Connection {
 public:
  explicit Connection(const std::string& socket) : context_(redisConnectUnix(socket.c_str())) {}
  ~Connection() { redisFree(context_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool ok() const { return context_ != nullptr && context_->err == 0; }

  // Sent with the next Take.
  template <std::size_t N>
  void Send(const std::array<std::string_view, N>& words) {
    std::array<const char*, N> at;
    std::array<std::size_t, N> bytes;
    for (std::size_t i = 0; i < N; ++i) {
      at[i] = words[i].data();
      bytes[i] = words[i].size();
    }
    redisAppendCommandArgv(context_, static_cast<int>(N), at.data(), bytes.data());
  }

  // The answer to the first command that has none yet.
  Reply Take() {
    void* answer = nullptr;
    if (redisGetReply(context_, &answer) != REDIS_OK) {
      throw std::runtime_error(std::string("Redis: ") + context_->errstr);
    }
    Reply reply(static_cast<redisReply*>(answer));
    if (reply->type == REDIS_REPLY_ERROR) {
      throw std::runtime_error("Redis: " + std::string(TextOf(reply.get())));
    }
    return reply;
  }

  template <typename... Words>
  Reply Ask(Words... words) {
    Send(std::array{std::string_view(words)...});
    return Take();
  }

 private:
  redisContext* context_;
};

Command ServerCommand(const PeerOptions& options) {
  const char* sync = options.durability == Durability::kSync ? "always" : "everysec";
  return {"redis-server",
          "--port",
          "0",
          "--unixsocket",
          options.directory / "socket",
          "--dir",
          options.directory,
          "--save",
          "",
          "--appendonly",
          "yes",
          "--appendfsync",
          sync,
          "--auto-aof-rewrite-percentage",
          "0"};
}

// Until it has read what the last one left.
std::unique_ptr<Connection> ConnectionTo(const PeerOptions& options, ChildProcess* server) {
  for (int look = 0; look < kLooks && !server->Ended(); ++look) {
    auto connection = std::make_unique<Connection>((options.directory / "socket").string());
    try {
      if (connection->ok() && connection->Ask("PING")->type == REDIS_REPLY_STATUS) {
        return connection;
      }
    } catch (const std::runtime_error&) {  // it says that it is still reading
    }
    std::this_thread::sleep_for(kLook);
  }
  throw std::runtime_error("Redis: the server does not answer");
}

class RedisSetNx final : public Peer {
 public:
  explicit RedisSetNx(const PeerOptions& options)
      : server_(ServerCommand(options), options.directory / "log"),
        connection_(ConnectionTo(options, &server_)),
        tracker_(Next()) {}

  ~RedisSetNx() override {
    server_.Signal(SIGTERM);  // it writes everything out and ends
    server_.Wait();
  }

  void Apply(std::span<const Record> batch) override {
    connection_->Send(std::array{std::string_view("MULTI")});
    std::size_t sent = 1;
    for (const Record& record : batch) {
      if (tracker_.Seen(record)) continue;
      stored_.assign(BytesOf(record.version)).append(record.value);
      connection_->Send(std::array{std::string_view("SET"), record.key, std::string_view(stored_),
                                   std::string_view("NX")});
      ++sent;
    }
    if (tracker_.Advance(batch)) {
      const std::int64_t next = tracker_.next();
      connection_->Send(std::array{std::string_view("SET"), kOffsetKey, BytesOf(next)});
      ++sent;
    }
    connection_->Send(std::array{std::string_view("EXEC")});
    for (; sent > 0; --sent) connection_->Take();
    if (connection_->Take()->type != REDIS_REPLY_ARRAY) {
      throw std::runtime_error("Redis: a transaction was not executed");
    }
  }

  void Scan(const RowVisitor& visit) const override {
    std::map<std::string, std::string> rows;  // the server knows no order
    std::string cursor = "0";
    do {
      const Reply page = connection_->Ask("SCAN", cursor, "COUNT", "1000");
      cursor = TextOf(page->element[0]);
      const redisReply* keys = page->element[1];
      for (std::size_t i = 0; i < keys->elements; ++i) {
        connection_->Send(std::array{std::string_view("GET"), TextOf(keys->element[i])});
      }
      for (std::size_t i = 0; i < keys->elements; ++i) {
        const Reply value = connection_->Take();
        rows.emplace(TextOf(keys->element[i]), TextOf(value.get()));
      }
    } while (cursor != "0");
    for (const auto& [key, value] : rows) {
      if (key != kOffsetKey) visit(DecodeRow(key, value));
    }
  }

  std::int64_t Next() const override {
    const Reply stored = connection_->Ask("GET", kOffsetKey);
    return stored->type == REDIS_REPLY_NIL ? 0 : NumberIn(TextOf(stored.get()));
  }

  ProcessUse ServerUse() const override { return UseOfFamily(server_.pid()); }

 private:
  ChildProcess server_;
  std::unique_ptr<Connection> connection_;
  OffsetTracker tracker_;
  std::string stored_;
};

}  // namespace

std::unique_ptr<Peer> OpenRedisSetNx(const PeerOptions& options) {
  return std::make_unique<RedisSetNx>(options);
}

std::string RedisMissing() {
  static const bool there = RunProcess({"redis-server", "--version"}, "/dev/null") == 0;
  return there ? "" : "redis-server is not installed (bench/install_peers.sh)";
}

}  // namespace idem::bench
