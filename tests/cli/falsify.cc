// SPDX-License-Identifier: Apache-2.0
//
// falsify DIR: makes a store untrue in a way that no checksum tells: takes the first row away
// behind the back of its table, and puts a row where there is no table.

#include "codec/keyspace.h"
#include "storage/rocks/rocks_store.h"

#include <cstdint>
#include <iostream>
#include <string>

namespace {

std::string FirstRow(const idem::storage::Store& store) {
  const std::string rows = idem::codec::SpaceKey(idem::codec::Space::kRow);
  const auto view = store.NewView().value();
  const auto cursor = view->Scan(rows, idem::codec::PrefixEnd(rows)).value();
  return cursor->Next().value() ? std::string(cursor->key()) : std::string();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto store = idem::storage::OpenRocksStore(argv[1], {.create_if_missing = false}).value();
  const std::string stray =
      idem::codec::SpaceKey(idem::codec::Space::kRow) + std::string(3, '\x7f');
  const std::uint64_t epoch = store->TakeEpoch().value();
  const auto done =
      store->Commit({epoch, {{FirstRow(*store), {}}, {stray, "x"}}}, idem::Durability::kSync);
  if (!done) std::cerr << done.error().ToString() << "\n";
  return done ? 0 : 1;
}
