// SPDX-License-Identifier: Apache-2.0
//
// The inputs of the ingest benchmark: NDJSON files whose every line is a new key. Errors are thrown
// as std::runtime_error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace idem::bench {

// Lines as {"id":"<24 hex digits>","version":<microseconds>,"payload":{...}}, the payload some 150
// bytes of numbers, words and nested members; the same for the same seed.
void WriteMadeFeed(const std::filesystem::path& file, std::uint64_t lines, std::uint64_t seed);

// The lines of `input` (NDJSON, also compressed) over and over, up to `lines`. Each round makes
// other keys of them: the string member `key` gets the round's number at its end.
void WriteRepeatedFeed(const std::filesystem::path& file, const std::string& input,
                       const std::string& key, std::uint64_t lines);

}  // namespace idem::bench
