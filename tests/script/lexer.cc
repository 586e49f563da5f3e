// SPDX-License-Identifier: Apache-2.0

#include "script/parse.h"

#include <cstdlib>

namespace idem::script {
namespace {

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Where the comment of a line begins, or its end.
std::size_t CommentAt(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '#' && !quoted)
      return i;
  }
  return text.size();
}

}  // namespace

std::vector<Block> SplitBlocks(std::string_view text) {
  std::vector<Block> blocks;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, CommentAt(line));
    const std::size_t first = line.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    Line read{number, std::string(line.substr(first, line.find_last_not_of(' ') + 1 - first))};
    if (first == 0) {
      blocks.push_back({read, {}});
    } else if (blocks.empty()) {
      throw ParseError("line " + std::to_string(number) + ": indented, but nothing above it");
    } else {
      blocks.back().body.push_back(read);
    }
  }
  return blocks;
}

void Lexer::Fail(std::string_view why) const {
  throw ParseError("line " + std::to_string(line_) + ": " + std::string(why) + ", before '" +
                   std::string(rest_) + "'");
}

void Lexer::SkipSpace() {
  while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
}

bool Lexer::Next(std::string_view word) {
  if (!rest_.starts_with(word)) return false;
  if (rest_.size() > word.size() && IsWord(rest_[word.size()])) return false;
  rest_.remove_prefix(word.size());
  SkipSpace();
  return true;
}

bool Lexer::NextChar(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  SkipSpace();
  return true;
}

bool Lexer::NextField(std::string_view name) {
  if (!rest_.starts_with(name) || rest_.size() <= name.size() || rest_[name.size()] != '=') {
    return false;
  }
  rest_.remove_prefix(name.size() + 1);
  return true;
}

void Lexer::Expect(char c) {
  if (!NextChar(c)) Fail(std::string("expected '") + c + "'");
}

std::string Lexer::Word() {
  std::size_t size = 0;
  while (size < rest_.size() && IsWord(rest_[size])) ++size;
  if (size == 0) Fail("expected a word");
  std::string word(rest_.substr(0, size));
  rest_.remove_prefix(size);
  SkipSpace();
  return word;
}

std::string Lexer::Name() { return rest_.starts_with('"') ? Quoted() : Word(); }

// A quoted string; `"x" * 100` is a long one.
std::string Lexer::Quoted() {
  if (rest_.empty() || rest_.front() != '"') Fail("expected a quoted string");
  rest_.remove_prefix(1);
  std::string out;
  while (!rest_.empty() && rest_.front() != '"') {
    char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\\' && !rest_.empty()) {
      c = rest_.front();
      rest_.remove_prefix(1);
      if (c == 'n') c = '\n';
      if (c == 'x') {
        if (rest_.size() < 2 || HexDigit(rest_[0]) < 0 || HexDigit(rest_[1]) < 0) Fail("bad \\x");
        c = static_cast<char>(HexDigit(rest_[0]) * 16 + HexDigit(rest_[1]));
        rest_.remove_prefix(2);
      }
    }
    out += c;
  }
  if (rest_.empty()) Fail("a quoted string has no end");
  rest_.remove_prefix(1);
  SkipSpace();
  if (!NextChar('*')) return out;
  const std::string one = out;
  for (std::int64_t n = Integer(); n > 1; --n) out += one;
  return out;
}

std::int64_t Lexer::Integer() {
  const std::string digits(rest_.substr(0, rest_.find_first_not_of("-0123456789")));
  if (digits.empty()) Fail("expected an integer");
  rest_.remove_prefix(digits.size());
  SkipSpace();
  return std::strtoll(digits.c_str(), nullptr, 10);
}

Part Lexer::ReadNumber() {
  const std::string text(rest_.substr(0, rest_.find_first_of(" ,)")));
  if (text.empty()) Fail("expected a key part");
  if (text.find_first_of(".en") == std::string::npos) return Integer();
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) Fail("expected a key part");
  rest_.remove_prefix(text.size());
  SkipSpace();
  return Number{value};
}

Part Lexer::ReadPart() {
  if (Next("null")) return std::monostate{};
  if (Next("true")) return true;
  if (Next("false")) return false;
  if (rest_.starts_with('"')) return Quoted();
  if (rest_.starts_with("b\"")) {
    rest_.remove_prefix(1);
    return Blob{Quoted()};
  }
  if (!rest_.starts_with("uuid:")) return ReadNumber();
  rest_.remove_prefix(5);
  Uuid uuid;
  if (rest_.size() < 32) Fail("expected 32 hexadecimal digits");
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    const int value = HexDigit(rest_[2 * i]) * 16 + HexDigit(rest_[2 * i + 1]);
    uuid.bytes.at(i) = static_cast<std::uint8_t>(value);
  }
  rest_.remove_prefix(32);
  SkipSpace();
  return uuid;
}

Tuple Lexer::Key() {
  Tuple key;
  Expect('(');
  if (NextChar(')')) return key;
  do {
    key.push_back(ReadPart());
  } while (NextChar(','));
  Expect(')');
  return key;
}

StoredVersion Lexer::Version() {
  if (rest_.size() < 2 || rest_.front() != 'v') return {};
  if (rest_[1] == '"') {
    rest_.remove_prefix(1);
    return Quoted();
  }
  if (rest_[1] != '-' && (rest_[1] < '0' || rest_[1] > '9')) return {};
  rest_.remove_prefix(1);
  return Integer();
}

Partition Lexer::ReadPartition() {
  Partition partition;
  if (rest_.starts_with('"')) {
    partition.name = Quoted();
  } else {
    partition.number = Integer();
  }
  return partition;
}

Place Lexer::ReadPlace(bool with_offset) {
  Place place;
  place.source = Name();
  Expect('/');
  place.partition = ReadPartition();
  if (with_offset) {
    Expect('@');
    place.offset = Integer();
  }
  if (NextField("life")) place.incarnation = Name();
  return place;
}

OffsetRange Lexer::Range() {
  OffsetRange range;
  Expect('[');
  range.begin = Integer();
  Expect(',');
  range.end = Integer();
  Expect(')');
  return range;
}

}  // namespace idem::script
