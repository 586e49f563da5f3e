// SPDX-License-Identifier: Apache-2.0

#include "cli/input/json_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace idem::cli {
namespace {

// Bytes that a string passes over without a look: all but quote, backslash and controls.
constexpr std::array<bool, 256> MakePlainBytes() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0x20; i < plain.size(); ++i) plain[i] = true;
  plain['"'] = plain['\\'] = false;
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlainBytes();

// The first of the bytes [at, end) that a string does not pass over, or `end`. Most of a record is
// inside strings, so many bytes are looked at in one step.
const char* SkipPlain(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= std::ptrdiff_t{sizeof(__m128i)}; at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const int special =
        _mm_movemask_epi8(_mm_or_si128(controls, _mm_or_si128(quotes, backslashes)));
    if (special != 0) return at + std::countr_zero(static_cast<unsigned>(special));
  }
#endif
  while (at < end && kPlain[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A recursive-descent reader of one text. Each step takes the place where it begins and returns the
// one behind what it read, or null when that is not JSON: so the place stays in a register.
// `wanted` is the set of paths, as bits, whose first `depth` segments lead to the value being read.
class Reader {
 public:
  Reader(std::string_view text, const std::vector<MemberPath>* paths,
         const std::vector<std::uint64_t>* longer,
         std::vector<std::optional<std::string_view>>* raw)
      : begin_(text.data()),
        end_(begin_ + text.size()),
        paths_(paths),
        longer_(longer),
        raw_(raw) {}

  std::optional<JsonError> Run() {
    const char* at = Value(SkipSpace(begin_), 0, ~std::uint64_t{0});
    if (at == nullptr) return error_;
    at = SkipSpace(at);
    if (at == end_) return std::nullopt;
    Fail(at, "other text follows the JSON value");
    return error_;
  }

 private:
  std::nullptr_t Fail(const char* at, const char* what) {
    error_ = {static_cast<std::size_t>(at - begin_),
              at < end_ || at == begin_ ? what : "the JSON text ends early"};
    return nullptr;
  }

  char Here(const char* at) const { return at < end_ ? *at : '\0'; }

  // Most texts have no white space: one look then tells.
  const char* SkipSpace(const char* at) const {
    if (at == end_ || static_cast<unsigned char>(*at) > ' ') return at;
    while (at < end_ && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
    return at;
  }

  const char* Value(const char* at, std::size_t depth, std::uint64_t wanted) {
    switch (Here(at)) {
      case '{':
        return Object(at, depth, wanted);
      case '[':
        return Array(at, depth);
      case '"':
        return String(at);
      case 't':
        return Literal(at, "true");
      case 'f':
        return Literal(at, "false");
      case 'n':
        return Literal(at, "null");
      default:
        return Number(at);
    }
  }

  // The paths with more segments.
  std::uint64_t LongerThan(std::size_t segments) const {
    return segments < longer_->size() ? (*longer_)[segments] : 0;
  }

  const char* Object(const char* at, std::size_t depth, std::uint64_t wanted) {
    if (depth >= kJsonDepthMax) return Fail(at, "nested too deeply");
    wanted &= LongerThan(depth);
    std::uint64_t seen = 0;  // paths that members before this one go on with
    at = SkipSpace(at + 1);
    if (Here(at) == '}') return at + 1;
    for (;;) {
      if (Here(at) != '"') return Fail(at, "a member name in quotes is expected");
      const char* name = at;
      const std::size_t escapes = escapes_;
      at = String(at);
      if (at == nullptr) return nullptr;
      std::uint64_t inside = 0;
      if (wanted != 0) inside = Matching({name, at}, escapes_ != escapes, depth, wanted);
      at = SkipSpace(at);
      if (Here(at) != ':') return Fail(at, "':' is expected");
      const char* value = SkipSpace(at + 1);
      at = Here(value) == '"' ? String(value) : Value(value, depth + 1, inside);
      if (at == nullptr) return nullptr;
      if (inside != 0) {
        if ((inside & seen) != 0) return Fail(value, "a member that is asked for comes twice");
        seen |= inside;
        Found({value, at}, depth, inside);
      }
      at = SkipSpace(at);
      const char c = Here(at);
      if (c == '}') return at + 1;
      if (c != ',') return Fail(at, "',' or '}' is expected");
      at = SkipSpace(at + 1);
    }
  }

  // Of the paths in `wanted`, those that go on with this name, given with its quotes. REQUIRES: all
  // go on.
  std::uint64_t Matching(std::string_view quoted, bool escaped, std::size_t depth,
                         std::uint64_t wanted) {
    std::string_view name = quoted.substr(1, quoted.size() - 2);
    if (escaped) {
      if (!DecodeJsonString(quoted, &decoded_)) return 0;
      name = decoded_;
    }
    std::uint64_t matching = 0;
    for (std::uint64_t left = wanted; left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      if ((*paths_)[i].segments[depth] == name) matching |= std::uint64_t{1} << i;
    }
    return matching;
  }

  // Notes a value for those of the paths in `inside` that end with it.
  void Found(std::string_view value, std::size_t depth, std::uint64_t inside) {
    for (std::uint64_t left = inside & ~LongerThan(depth + 1); left != 0; left &= left - 1) {
      (*raw_)[static_cast<std::size_t>(std::countr_zero(left))] = value;
    }
  }

  const char* Array(const char* at, std::size_t depth) {
    if (depth >= kJsonDepthMax) return Fail(at, "nested too deeply");
    at = SkipSpace(at + 1);
    if (Here(at) == ']') return at + 1;
    for (;;) {
      at = Value(at, depth + 1, 0);
      if (at == nullptr) return nullptr;
      at = SkipSpace(at);
      const char c = Here(at);
      if (c == ']') return at + 1;
      if (c != ',') return Fail(at, "',' or ']' is expected");
      at = SkipSpace(at + 1);
    }
  }

  const char* String(const char* at) {
    ++at;
    for (;;) {
      at = SkipPlain(at, end_);
      if (at == end_) return Fail(at, "");
      const char c = *at;
      if (c == '"') return at + 1;
      if (c != '\\') return Fail(at, "a control character in a string");
      at = Escape(at + 1);
      if (at == nullptr) return nullptr;
    }
  }

  const char* Escape(const char* at) {
    ++escapes_;
    const char c = Here(at);
    if (c != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      if (c == '\0' || kEscapes.find(c) == std::string_view::npos)
        return Fail(at, "unknown escape");
      return at + 1;
    }
    ++at;
    for (int i = 0; i < 4; ++i, ++at) {
      if (HexDigit(Here(at)) < 0) return Fail(at, "\\u needs four hexadecimal digits");
    }
    return at;
  }

  const char* Literal(const char* at, std::string_view word) {
    for (const char c : word) {
      if (Here(at) != c) return Fail(at, "a JSON value is expected");
      ++at;
    }
    return at;
  }

  // One digit or more.
  const char* Digits(const char* at) {
    if (!IsDigit(Here(at))) return Fail(at, "a JSON value is expected");
    while (at < end_ && IsDigit(*at)) ++at;
    return at;
  }

  const char* Number(const char* at) {
    if (Here(at) == '-') ++at;
    at = Here(at) == '0' ? at + 1 : Digits(at);
    if (at != nullptr && Here(at) == '.') at = Digits(at + 1);
    if (at == nullptr || (Here(at) != 'e' && Here(at) != 'E')) return at;
    ++at;
    if (Here(at) == '+' || Here(at) == '-') ++at;
    return Digits(at);
  }

  const char* begin_;
  const char* end_;
  const std::vector<MemberPath>* paths_;
  const std::vector<std::uint64_t>* longer_;
  std::vector<std::optional<std::string_view>>* raw_;
  std::size_t escapes_ = 0;  // so far
  std::string decoded_;      // a name with escapes
  JsonError error_;
};

void AppendUtf8(std::uint32_t code, std::string* out) {
  const auto put = [out](std::uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

std::uint32_t FourHexDigits(std::string_view text) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 4 | static_cast<std::uint32_t>(HexDigit(text[i]));
  }
  return value;
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

// Appends the character of the \u escape whose digits begin at `at`; returns how far it goes, or
// nothing for half a pair.
std::optional<std::size_t> DecodeUnicodeEscape(std::string_view text, std::size_t at,
                                               std::string* out) {
  std::uint32_t code = FourHexDigits(text.substr(at));
  at += 4;
  if (code >= 0xDC00 && code < 0xE000) return std::nullopt;
  if (code >= 0xD800 && code < 0xDC00) {
    if (text.substr(at, 2) != "\\u") return std::nullopt;
    const std::uint32_t low = FourHexDigits(text.substr(at + 2));
    if (low < 0xDC00 || low >= 0xE000) return std::nullopt;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    at += 6;
  }
  AppendUtf8(code, out);
  return at;
}

}  // namespace

JsonMembers::JsonMembers(std::vector<MemberPath> paths)
    : paths_(std::move(paths)), raw_(paths_.size()) {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const std::size_t segments = paths_[i].segments.size();
    if (longer_.size() < segments) longer_.resize(segments);
    for (std::size_t depth = 0; depth < segments; ++depth) longer_[depth] |= std::uint64_t{1} << i;
  }
}

std::optional<JsonError> JsonMembers::Read(std::string_view text) {
  for (std::optional<std::string_view>& raw : raw_) raw.reset();
  if (!simdjson::validate_utf8(text.data(), text.size())) return JsonError{0, "not valid UTF-8"};
  return Reader(text, &paths_, &longer_, &raw_).Run();
}

bool IsJson(std::string_view text) { return !JsonMembers({}).Read(text).has_value(); }

bool DecodeJsonString(std::string_view raw, std::string* decoded) {
  const std::string_view text = raw.substr(1, raw.size() - 2);
  decoded->clear();
  for (std::size_t at = 0;;) {
    const std::size_t escape = std::min(text.find('\\', at), text.size());
    decoded->append(text, at, escape - at);
    if (escape == text.size()) return true;
    if (text[escape + 1] != 'u') {
      decoded->push_back(SimpleEscape(text[escape + 1]));
      at = escape + 2;
    } else {
      const std::optional<std::size_t> next = DecodeUnicodeEscape(text, escape + 2, decoded);
      if (!next) return false;
      at = *next;
    }
  }
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (kPlain[static_cast<unsigned char>(c)]) {
      out->push_back(c);
    } else if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (c == '\t') {
      out->append("\\t");
    } else if (c == '\r') {
      out->append("\\r");
    } else {
      fmt::format_to(std::back_inserter(*out), "\\u{:04x}", static_cast<unsigned>(c));
    }
  }
  out->push_back('"');
}

}  // namespace idem::cli
