// SPDX-License-Identifier: Apache-2.0
//
// The lines of an input, however its bytes arrive: in one piece, in single bytes, or as the input
// itself says.

#include "cli/input/line_reader.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

#include <string>
#include <vector>

using idem::cli::Unit;
using idem::fuzz::Input;
using idem::fuzz::Require;

namespace {

constexpr std::size_t kLineMax = 16;  // small, so that lines over it are cheap
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class Pieces final : public idem::cli::ByteSource {
 public:
  // Pieces of `sizes` bytes in turn; of all that fits, where there are none.
  Pieces(std::string_view bytes, std::string_view sizes) : rest_(bytes), sizes_(sizes) {}

  idem::Result<std::size_t> Read(char* buffer, std::size_t size) override {
    std::size_t count = std::min(size, rest_.size());
    if (!sizes_.empty()) {
      const auto piece = static_cast<std::uint8_t>(sizes_[turn_++ % sizes_.size()]);
      count = std::min<std::size_t>(count, 1U + piece % 32U);
    }
    rest_.copy(buffer, count);
    rest_.remove_prefix(count);
    return count;
  }
  std::uint64_t raw_bytes() const noexcept override { return 0; }

 private:
  std::string_view rest_;
  std::string_view sizes_;
  std::size_t turn_ = 0;
};

struct Line {
  std::string text;
  Unit unit;  // but for the text
};

std::vector<Line> Read(std::string_view bytes, std::string_view sizes) {
  Pieces pieces(bytes, sizes);
  idem::cli::LineReader reader(&pieces, kLineMax);
  std::vector<Line> lines;
  Unit unit;
  while (reader.Next(&unit).value()) {
    lines.push_back({std::string(unit.text), unit});
    Require(lines.size() <= bytes.size(), "reading ends");
  }
  return lines;
}

void CheckLines(std::string_view bytes, const std::vector<Line>& lines) {
  std::uint64_t at = bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Unit& unit = lines[i].unit;
    Require(unit.line == i && unit.byte == at, "each line begins where the one before ended");
    Require(unit.overlong == (unit.bytes > kLineMax), "only a long line is cut");
    Require(bytes.substr(at, unit.bytes).starts_with(lines[i].text), "a line is the input's bytes");
    Require(unit.overlong || lines[i].text.size() == unit.bytes, "a line is whole");
    at += unit.bytes + (unit.terminated ? 1 : 0);
  }
  Require(at == bytes.size(), "every byte is in a line");
}

}  // namespace

IDEM_FUZZ_TARGET("lines") {
  Input choices(input);
  const std::string_view sizes = choices.Bytes(choices.Below(8));
  const std::string_view bytes = choices.Rest();
  const std::vector<Line> whole = Read(bytes, "");
  CheckLines(bytes, whole);
  const std::vector<Line> pieces = Read(bytes, sizes);
  Require(pieces.size() == whole.size(), "the pieces leave no trace");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Require(pieces[i].text == whole[i].text && pieces[i].unit.bytes == whole[i].unit.bytes &&
                pieces[i].unit.terminated == whole[i].unit.terminated,
            "the pieces leave no trace");
  }
}
