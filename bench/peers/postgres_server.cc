// SPDX-License-Identifier: Apache-2.0

#include "peers/postgres_server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace idem::bench {
namespace {

constexpr auto kLook = std::chrono::milliseconds(10);
constexpr int kLooks = 6'000;  // a minute
constexpr const char* kUser = "postgres";
constexpr const char* kVersions = "/usr/lib/postgresql";  // where Debian keeps the programs

// The newest version's programs, or those in PATH.
std::filesystem::path Program(const char* name) {
  std::filesystem::path newest;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator(kVersions, ignored)) {
    const std::filesystem::path program = version.path() / "bin" / name;
    if (std::filesystem::exists(program) && program > newest) newest = program;
  }
  return newest.empty() ? std::filesystem::path(name) : newest;
}

// The server ends with this process, also where it runs as another user.
Command AsServer(Command command) {
  if (geteuid() != 0) return command;
  Command as = {"setpriv", std::string("--reuid=") + kUser, std::string("--regid=") + kUser,
                "--clear-groups", "--pdeathsig=KILL"};
  as.insert(as.end(), command.begin(), command.end());
  return as;
}

[[noreturn]] void Fail(const std::string& what, const std::filesystem::path& log) {
  std::string said;
  std::getline(std::ifstream(log), said, '\0');
  throw std::runtime_error("PostgreSQL: " + what + ":\n" + said);
}

void GiveAway(const std::filesystem::path& directory) {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam(kUser);
  if (user == nullptr || chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("PostgreSQL: cannot give " + directory.string() + " to its user");
  }
}

void MakeCluster(const std::filesystem::path& directory) {
  const int status =
      RunProcess(AsServer({Program("initdb"), "--pgdata", directory / "data", "--username", kUser,
                           "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"}),
                 directory / "log");
  if (status != 0) Fail("initdb failed", directory / "log");
}

Command ServerCommand(const PeerOptions& options) {
  Command command = {Program("postgres"), "-D", options.directory / "data", "-k",
                     options.directory};
  for (const std::string& setting :
       {std::string("listen_addresses="), std::string("shared_buffers=128MB"),
        std::string("max_wal_size=1GB"), std::string("checkpoint_timeout=1h"),
        std::string("autovacuum=off"), std::string("jit=off"),
        std::string("synchronous_commit=") +
            (options.durability == Durability::kSync ? "on" : "off")}) {
    command.emplace_back("-c");
    command.push_back(setting);
  }
  return AsServer(command);
}

}  // namespace

PostgresServer::PostgresServer(const PeerOptions& options) : directory_(options.directory) {
  GiveAway(directory_);
  if (!std::filesystem::exists(directory_ / "data")) MakeCluster(directory_);
  server_.emplace(ServerCommand(options), directory_ / "log");
  for (int look = 0; look < kLooks && !server_->Ended(); ++look) {
    if (PQping(address().c_str()) == PQPING_OK) return;
    std::this_thread::sleep_for(kLook);
  }
  Fail("the server does not come up", directory_ / "log");
}

PostgresServer::~PostgresServer() {
  server_->Signal(SIGINT);  // ends connections, writes a checkpoint
  server_->Wait();
}

std::string PostgresServer::address() const {
  return "host='" + directory_.string() + "' user=" + kUser + " dbname=" + kUser;
}

std::string PostgresServer::Missing() {
  static const bool there =
      RunProcess(AsServer({Program("postgres"), "--version"}), "/dev/null") == 0;
  return there ? "" : "postgresql is not installed (bench/install_peers.sh)";
}

}  // namespace idem::bench
