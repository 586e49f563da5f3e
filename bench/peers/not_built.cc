// SPDX-License-Identifier: Apache-2.0
//
// In place of the peers whose client library was not there when this was built: they say so.

#include <stdexcept>

#include "peers/postgres_unnest.h"
#include "peers/redis_set_nx.h"

namespace idem::bench {

#ifndef IDEM_BENCH_REDIS
std::unique_ptr<Peer> OpenRedisSetNx(const PeerOptions&) {
  throw std::runtime_error(RedisMissing());
}
std::string RedisMissing() { return "built without libhiredis-dev (bench/install_peers.sh)"; }
#endif

#ifndef IDEM_BENCH_POSTGRES
std::unique_ptr<Peer> OpenPostgresUnnest(const PeerOptions&) {
  throw std::runtime_error(PostgresMissing());
}
std::string PostgresMissing() { return "built without libpq-dev (bench/install_peers.sh)"; }
#endif

}  // namespace idem::bench
