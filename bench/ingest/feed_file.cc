// SPDX-License-Identifier: Apache-2.0

#include "ingest/feed_file.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string_view>

#include "cli/input/json_text.h"
#include "cli/input/unit_reader.h"

namespace idem::bench {
namespace {

class FeedWriter {
 public:
  explicit FeedWriter(const std::filesystem::path& file) : name_(file), out_(file) {}

  void Put(std::string_view bytes) { out_.write(bytes.data(), std::ssize(bytes)); }
  void Close() {
    out_.close();
    if (!out_) throw std::runtime_error(name_.string() + ": cannot be written");
  }

 private:
  std::filesystem::path name_;
  std::ofstream out_;
};

}  // namespace

void WriteMadeFeed(const std::filesystem::path& file, std::uint64_t lines, std::uint64_t seed) {
  constexpr std::array<std::string_view, 4> kStates = {"open", "paid", "shipped", "returned"};
  std::mt19937_64 random(seed);
  FeedWriter out(file);
  std::string line;
  for (std::uint64_t i = 0; i < lines; ++i) {
    const std::uint64_t dice = random();
    line.clear();
    fmt::format_to(
        std::back_inserter(line),
        R"({{"id":"{:016x}{:08x}","version":{},"payload":{{"customer":"C-{:07}","state":"{}",)"
        R"("amount":{}.{:02},"paid":{},"lines":[{{"sku":"{:x}","n":{}}}],"note":"left at the )"
        R"(door, second floor","seen":null}}}})"
        "\n",
        random(), i, 1'700'000'000'000'000 + i * 1'000, dice % 10'000'000, kStates[dice >> 24 & 3],
        dice >> 32 & 0x3FF, dice >> 42 & 0x3F, (dice & 1) != 0, dice & 0xFFFFFF, dice >> 48 & 0xF);
    out.Put(line);
  }
  out.Close();
}

void WriteRepeatedFeed(const std::filesystem::path& file, const std::string& input,
                       const std::string& key, std::uint64_t lines) {
  auto path = cli::MemberPath::Parse(key);
  if (!path) throw std::runtime_error(path.error().message());
  cli::JsonMembers members({*path});
  FeedWriter out(file);
  std::uint64_t written = 0;
  for (std::uint64_t round = 0; written < lines; ++round) {
    const std::uint64_t before = written;
    auto reader = cli::UnitReader::Open(input, cli::InputFormat::kNdjson);
    if (!reader) throw std::runtime_error(reader.error().message());
    for (cli::Unit unit; written < lines; ++written) {
      auto more = (*reader)->Next(&unit);
      if (!more) throw std::runtime_error(more.error().message());
      if (!*more) break;
      if (members.Read(unit.text) || !members.raw(0) || !members.raw(0)->ends_with('"')) {
        throw std::runtime_error(input + ": a line without the string member '" + key + "'");
      }
      const std::string_view raw = *members.raw(0);
      const auto quote = static_cast<std::size_t>(raw.data() - unit.text.data()) + raw.size() - 1;
      out.Put(unit.text.substr(0, quote));
      out.Put(fmt::format("-{}", round));
      out.Put(unit.text.substr(quote));
      out.Put("\n");
    }
    if (written == before) throw std::runtime_error(input + ": no lines");
  }
  out.Close();
}

}  // namespace idem::bench
