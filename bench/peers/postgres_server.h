// SPDX-License-Identifier: Apache-2.0
//
// PostgresServer: a PostgreSQL server of the benchmark's own, from its start to its orderly end.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "peers/peer.h"
#include "process.h"

namespace idem::bench {

// Thread-safety: none.
class PostgresServer {
 public:
  // Its files and its socket are in `options.directory`, which it makes its own. Throws
  // std::runtime_error, with what the server said, when it does not come up.
  explicit PostgresServer(const PeerOptions& options);

  // Ends it in order: everything is in its files.
  ~PostgresServer();

  // For PQconnectdb.
  std::string address() const;
  pid_t pid() const { return server_->pid(); }

  // Why there is none here; empty: there is.
  static std::string Missing();

 private:
  std::filesystem::path directory_;
  std::optional<ChildProcess> server_;
};

}  // namespace idem::bench
