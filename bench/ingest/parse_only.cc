// SPDX-License-Identifier: Apache-2.0

#include "ingest/parse_only.h"

#include <simdjson.h>

#include <cstring>
#include <stdexcept>
#include <string_view>

namespace idem::bench {
namespace {

constexpr std::size_t kStreamBatchBytes = 1 << 20;

simdjson::padded_string Load(const std::filesystem::path& file) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(file.string()).get(text) != simdjson::SUCCESS) {
    throw std::runtime_error(file.string() + ": cannot be read");
  }
  return text;
}

template <typename Document>
void Take(Document&& document, const std::string& key, const std::string& version, Parsed* parsed) {
  std::string_view id;
  std::int64_t number = 0;
  simdjson::error_code error = document[key].get_string().get(id);
  if (error == simdjson::SUCCESS && !version.empty()) error = document[version].get(number);
  if (error != simdjson::SUCCESS) throw std::runtime_error(simdjson::error_message(error));
  ++parsed->lines;
  parsed->bytes += id.size();
  parsed->versions += static_cast<std::uint64_t>(number);
}

}  // namespace

Parsed ParseAsStream(const std::filesystem::path& file, const std::string& key,
                     const std::string& version) {
  const simdjson::padded_string text = Load(file);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream stream;
  if (parser.iterate_many(text, kStreamBatchBytes).get(stream) != simdjson::SUCCESS) {
    throw std::runtime_error(file.string() + ": is no stream of documents");
  }
  Parsed parsed;
  for (auto at = stream.begin(); at != stream.end(); ++at) {
    Take(*at, key, version, &parsed);
  }
  parsed.bytes += text.size();
  return parsed;
}

Parsed ParseByLine(const std::filesystem::path& file, const std::string& key,
                   const std::string& version) {
  const simdjson::padded_string text = Load(file);
  simdjson::ondemand::parser parser;
  Parsed parsed;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    const char* line_end = newline == nullptr ? end : static_cast<const char*>(newline);
    const auto size = static_cast<std::size_t>(line_end - at);
    const auto room = static_cast<std::size_t>(end - at) + simdjson::SIMDJSON_PADDING;
    simdjson::ondemand::document document;
    const simdjson::error_code error = parser.iterate(at, size, room).get(document);
    if (error != simdjson::SUCCESS) throw std::runtime_error(simdjson::error_message(error));
    Take(document, key, version, &parsed);
    parsed.bytes += size;
    at = line_end == end ? end : line_end + 1;
  }
  return parsed;
}

}  // namespace idem::bench
