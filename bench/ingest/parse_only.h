// SPDX-License-Identifier: Apache-2.0
//
// What `idem ingest` is compared with: simdjson reading the same file and taking the same members
// out of each line, and nothing else. Nothing is kept, nothing is checked beyond what the parser
// itself checks on its way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace idem::bench {

struct Parsed {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;  // of keys and whole lines, so that none can be left out
  std::uint64_t versions = 0;
};

// `version` may be empty: no such member is taken. Errors: std::runtime_error.
//
// The whole file at once, as a stream of documents.
Parsed ParseAsStream(const std::filesystem::path& file, const std::string& key,
                     const std::string& version);

// A document for each line.
Parsed ParseByLine(const std::filesystem::path& file, const std::string& key,
                   const std::string& version);

}  // namespace idem::bench
