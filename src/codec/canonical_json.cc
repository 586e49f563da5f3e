// SPDX-License-Identifier: Apache-2.0
//
// A parser of our own: libraries turn numbers into doubles or refuse what does not fit one, drop or
// refuse lone surrogates, and want the input copied into padded memory. Here every byte is looked
// at once and the output is never longer than the input.

#include "codec/canonical_json.h"

#include "base/assert.h"
#include "base/hex.h"
#include "base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace idem::codec {
namespace {

constexpr int kDepthMax = 128;

bool IsDigit(char c) noexcept { return c >= '0' && c <= '9'; }
bool IsHighSurrogate(std::uint32_t unit) noexcept { return unit >= 0xd800 && unit <= 0xdbff; }
bool IsLowSurrogate(std::uint32_t unit) noexcept { return unit >= 0xdc00 && unit <= 0xdfff; }

// The character after the backslash of a short escape, or 0.
char Unescaped(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
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
      return 0;
  }
}

// A surrogate as base::AppendUtf8 writes it: ed a0..bf xx.
bool IsSurrogate(std::string_view text) noexcept {
  return text.size() >= 3 && text[0] == '\xed' && static_cast<std::uint8_t>(text[1]) >= 0xa0;
}

void AppendUnitEscape(std::uint32_t unit, std::string* out) {
  const char bytes[2] = {static_cast<char>(unit >> 8), static_cast<char>(unit)};
  out->append("\\u");
  base::AppendHex({bytes, 2}, out);
}

void AppendSurrogateEscape(std::string_view text, std::string* out) {
  const auto second = static_cast<std::uint8_t>(text[1]);
  const auto third = static_cast<std::uint8_t>(text[2]);
  AppendUnitEscape(0xd000u | (second & 0x3fu) << 6 | (third & 0x3fu), out);
}

void AppendControl(char c, std::string* out) {
  constexpr std::string_view kControls = "\b\f\n\r\t";
  const std::size_t at = kControls.find(c);
  if (at == std::string_view::npos) {
    AppendUnitEscape(static_cast<std::uint8_t>(c), out);
  } else {
    out->push_back('\\');
    out->push_back("bfnrt"[at]);
  }
}

// The only way a string is written: escapes where JSON demands them, nowhere else.
void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c >= 0 && c < 0x20) {
      AppendControl(c, out);
    } else if (IsSurrogate(text.substr(i))) {
      AppendSurrogateEscape(text.substr(i), out);
      i += 2;
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

class Canonicalizer {
 public:
  Canonicalizer(std::string_view json, std::span<const std::string> ignored, std::string* out)
      : rest_(json), ignored_(ignored), out_(out) {}

  bool Run() {
    SkipSpace();
    if (!Value(0)) return false;
    SkipSpace();
    return rest_.empty();
  }

 private:
  // One member of an object being read: where its name stands in `names_`, and where
  // `"name":value,` stands in `*out_`.
  struct Member {
    std::size_t name_begin;
    std::size_t name_size;
    std::size_t text_begin;
    std::size_t text_size;
  };

  bool Value(int depth) {
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return depth < kDepthMax && Object(depth + 1);
      case '[':
        return depth < kDepthMax && Array(depth + 1);
      case '"':
        return String();
      case 't':
        return Literal("true");
      case 'f':
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        return Number();
    }
  }

  bool Array(int depth) {
    ++arrays_;
    out_->push_back(Take());
    SkipSpace();
    if (!TakeIf(']')) {
      do {
        SkipSpace();
        if (!Value(depth)) return false;
        SkipSpace();
        out_->push_back(',');
      } while (TakeIf(','));
      if (!TakeIf(']')) return false;
      out_->pop_back();
    }
    out_->push_back(']');
    --arrays_;
    return true;
  }

  bool Object(int depth) {
    const std::size_t first_member = members_.size();
    const std::size_t first_name = names_.size();
    out_->push_back(Take());
    SkipSpace();
    if (!TakeIf('}')) {
      do {
        SkipSpace();
        if (!ReadMember(depth)) return false;
        SkipSpace();
      } while (TakeIf(','));
      if (!TakeIf('}')) return false;
    }
    SortMembers(first_member);
    // Every member ends with a comma; the last one becomes the end.
    if (members_.size() > first_member) out_->pop_back();
    out_->push_back('}');
    members_.resize(first_member);
    names_.resize(first_name);
    return true;
  }

  bool ReadMember(int depth) {
    std::string_view name;
    if (!ReadString(&name)) return false;
    const std::size_t name_begin = names_.size();
    const std::size_t text_begin = out_->size();
    names_.append(name);
    AppendQuoted(name, out_);
    const std::size_t path_size = path_.size();
    const bool ignored = EnterPath(name, depth);
    SkipSpace();
    if (!TakeIf(':')) return false;
    out_->push_back(':');
    SkipSpace();
    if (!Value(depth)) return false;
    out_->push_back(',');
    path_.resize(path_size);
    if (ignored) {
      out_->resize(text_begin);
      names_.resize(name_begin);
    } else {
      members_.push_back(
          {name_begin, names_.size() - name_begin, text_begin, out_->size() - text_begin});
    }
    return true;
  }

  // Extends the path by `name`; true when it then is one of the ignored ones.
  bool EnterPath(std::string_view name, int depth) {
    if (ignored_.empty() || arrays_ > 0) return false;
    if (depth > 1) path_.push_back('.');
    path_.append(name);
    return std::binary_search(ignored_.begin(), ignored_.end(), std::string_view(path_));
  }

  std::string_view NameOf(const Member& member) const noexcept {
    return std::string_view(names_).substr(member.name_begin, member.name_size);
  }

  // Brings the text of the members from `first` on into the order of their names, equal names in
  // the order in which they came.
  void SortMembers(std::size_t first) {
    const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto by_name = [this](const Member& a, const Member& b) {
      const int order = NameOf(a).compare(NameOf(b));
      return order != 0 ? order < 0 : a.text_begin < b.text_begin;
    };
    if (std::is_sorted(begin, members_.end(), by_name)) return;
    const std::size_t text_begin = begin->text_begin;
    std::sort(begin, members_.end(), by_name);
    sorted_.clear();
    for (auto member = begin; member != members_.end(); ++member) {
      sorted_.append(*out_, member->text_begin, member->text_size);
    }
    out_->replace(text_begin, std::string::npos, sorted_);
  }

  bool String() {
    const std::string_view before = rest_;
    std::string_view text;
    if (!ReadString(&text)) return false;
    if (text.data() == before.data() + 1) {
      // Nothing was escaped, so it stands as it must be written.
      out_->append(before.substr(0, text.size() + 2));
    } else {
      AppendQuoted(text, out_);
    }
    return true;
  }

  // Reads a string. `*text` is its content: a part of the input when nothing in it is escaped, else
  // a view of `unescaped_`.
  bool ReadString(std::string_view* text) {
    if (!TakeIf('"')) return false;
    std::size_t size = 0;
    if (!PlainSize(&size)) return false;
    *text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (TakeIf('"')) return true;
    unescaped_.assign(*text);
    while (!TakeIf('"')) {
      if (!TakeIf('\\') || !ReadEscape() || !PlainSize(&size)) return false;
      unescaped_.append(rest_.substr(0, size));
      rest_.remove_prefix(size);
    }
    *text = unescaped_;
    return true;
  }

  // How many bytes stand before the next quote or backslash. False when there is none, or when they
  // are not UTF-8 or hold a control character.
  bool PlainSize(std::size_t* size) const noexcept {
    for (std::size_t i = 0; i < rest_.size();) {
      const char c = rest_[i];
      if (c == '"' || c == '\\') {
        *size = i;
        return true;
      }
      if (c >= 0x20) {
        ++i;
        continue;
      }
      const std::size_t character = c >= 0 ? 0 : base::Utf8Size(rest_.substr(i));
      if (character == 0) return false;
      i += character;
    }
    return false;
  }

  // What follows a backslash, appended to `unescaped_`.
  bool ReadEscape() {
    if (rest_.empty()) return false;
    if (!TakeIf('u')) {
      const char c = Unescaped(Take());
      unescaped_.push_back(c);
      return c != 0;
    }
    std::uint32_t unit = 0;
    if (!ReadUnit(&unit)) return false;
    if (IsHighSurrogate(unit) && rest_.substr(0, 2) == "\\u") {
      const std::string_view before = rest_;
      std::uint32_t low = 0;
      rest_.remove_prefix(2);
      if (!ReadUnit(&low)) return false;
      if (IsLowSurrogate(low)) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      } else {
        rest_ = before;
      }
    }
    base::AppendUtf8(unit, &unescaped_);
    return true;
  }

  bool ReadUnit(std::uint32_t* unit) noexcept {
    if (rest_.size() < 4) return false;
    *unit = 0;
    for (const char c : rest_.substr(0, 4)) {
      const int digit = base::HexDigit(c);
      if (digit < 0) return false;
      *unit = *unit << 4 | static_cast<std::uint32_t>(digit);
    }
    rest_.remove_prefix(4);
    return true;
  }

  bool Number() {
    const std::string_view before = rest_;
    static_cast<void>(TakeIf('-'));
    if (!TakeIf('0') && !Digits()) return false;
    if (TakeIf('.') && !Digits()) return false;
    if (TakeIf('e') || TakeIf('E')) {
      if (!TakeIf('+')) static_cast<void>(TakeIf('-'));
      if (!Digits()) return false;
    }
    out_->append(before.substr(0, before.size() - rest_.size()));
    return true;
  }

  // One digit or more.
  bool Digits() noexcept {
    std::size_t size = 0;
    while (size < rest_.size() && IsDigit(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool Literal(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    out_->append(word);
    return true;
  }

  void SkipSpace() noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size()));
  }

  char Take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool TakeIf(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  std::span<const std::string> ignored_;
  std::string* out_;
  int arrays_ = 0;     // how many arrays the current value stands in
  std::string path_;   // of the current member; only kept where members are ignored
  std::string names_;  // unescaped, of the members of all open objects
  std::vector<Member> members_;
  std::string unescaped_;
  std::string sorted_;
};

}  // namespace

bool AppendCanonicalJson(std::string_view json, std::span<const std::string> ignored,
                         std::string* out) {
  IDEM_ASSERT(std::is_sorted(ignored.begin(), ignored.end()), "I-CODEC-6");
  return Canonicalizer(json, ignored, out).Run();
}

}  // namespace idem::codec
