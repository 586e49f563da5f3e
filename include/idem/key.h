// SPDX-License-Identifier: Apache-2.0
//
// Key: the identity of a row, a tuple of typed parts.
//
//   Key("user-7", 1718000000)         a string and an integer
//   Key(Uuid::Parse(text).value())    one 128-bit id
//   {tenant, order_id}                where a function takes a KeyRef, braces are enough
//
// Guarantees of the encoding (docs/reference/keys.md has every type code and test vectors):
//   injective        ("a","bc") is never ("ab","c"); null is never ""; 1 is never "1" or 1.0
//   order-preserving bytewise order of encodings = order of the parts, first part first; within a
//                    part null < false < true < integers < doubles < strings < bytes < uuids;
//                    strings and bytes bytewise; doubles numerically, -0.0 = 0.0, one NaN, last
//   prefix-closed    Key("a") encodes to a prefix of Key("a", 1): a scan by prefix is a range
//
// Null is a value like any other and equals itself: a record whose key holds a null and comes ten
// times is one row. A key without parts is no identity: its record gets INVALID (key_missing).
//
// Thread-safety: multiple threads may call const methods on one object without synchronization.
// Lifetime: Key owns its bytes. KeyPart and KeyRef only refer to what they were made from and are
// meant for function arguments; do not store them.
#pragma once

#include <idem/export.h>
#include <idem/result.h>

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace idem {

// A 128-bit identifier in network byte order. Any 128 bits are valid.
struct IDEM_EXPORT Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // Accepts 32 hexadecimal digits with or without the four hyphens. Errors: kInvalidArgument.
  static Result<Uuid> Parse(std::string_view text);

  // "63d9586d-899f-4d33-b8a7-52739781b3fc"
  std::string ToString() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Bytes without a character set. Marks a part as bytes where a plain string_view is a string.
struct Bytes {
  std::string_view data;
};

enum class KeyType : std::uint8_t { kNull, kBool, kInt64, kDouble, kString, kBytes, kUuid };

// What stands for a number. Neither a truth value nor a character, which is one to the compiler
// alone; signed and unsigned char are std::int8_t and std::uint8_t.
template <typename I>
concept Integer = std::integral<I> && !std::same_as<I, bool> && !std::same_as<I, char> &&
                  !std::same_as<I, wchar_t> && !std::same_as<I, char8_t> &&
                  !std::same_as<I, char16_t> && !std::same_as<I, char32_t>;

// Of these every value fits 64 bits with a sign.
template <typename I>
concept FittingInteger = Integer<I> &&(std::signed_integral<I> || sizeof(I) < 8);

// One part of a key: a value and its type. Implicit from exactly the types whose meaning is clear.
// A character is refused by the compiler (cast it to a number, or pass a string of one).
// An unsigned 64-bit integer does not fit the signed 64-bit part and is refused by the compiler:
// cast it where its range is known, or pass Bytes.
class KeyPart {
 public:
  KeyPart(std::nullptr_t) noexcept : type_(KeyType::kNull) {}  // NOLINT(runtime/explicit)

  template <std::same_as<bool> B>
  KeyPart(B value) noexcept : type_(KeyType::kBool), integer_(value ? 1 : 0) {}

  // clang-format off
  template <FittingInteger I>
  KeyPart(I value) noexcept : type_(KeyType::kInt64), integer_(value) {}

  template <std::integral I>
    requires(!std::same_as<I, bool> && !FittingInteger<I>)
  KeyPart(I value) = delete;  // cast to std::int64_t, or pass idem::Bytes

  template <std::floating_point F>
    requires(sizeof(F) <= 8)
  KeyPart(F value) noexcept : type_(KeyType::kDouble), number_(value) {}

  template <typename S>
    requires(std::convertible_to<const S&, std::string_view> && !std::is_pointer_v<S>)
  KeyPart(const S& text) noexcept : KeyPart(KeyType::kString, text) {}
  // clang-format on

  // A null pointer is null: so a column without a value comes from the C interface of a database.
  KeyPart(const char* text) noexcept  // NOLINT(runtime/explicit)
      : KeyPart(text != nullptr ? KeyType::kString : KeyType::kNull,
                text != nullptr ? std::string_view(text) : std::string_view()) {}

  KeyPart(Bytes bytes) noexcept : KeyPart(KeyType::kBytes, bytes.data) {}
  KeyPart(const Uuid& uuid) noexcept  // NOLINT(runtime/explicit)
      : KeyPart(KeyType::kUuid,
                {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()}) {}

  KeyType type() const noexcept { return type_; }

  // Each is valid for its own type only; the others return zero or empty.
  bool boolean() const noexcept { return integer() != 0; }
  std::int64_t integer() const noexcept {  // of a boolean 0 or 1
    return type_ == KeyType::kInt64 || type_ == KeyType::kBool ? integer_ : 0;
  }
  double number() const noexcept { return type_ == KeyType::kDouble ? number_ : 0; }
  std::string_view text() const noexcept {  // string, bytes, or 16 bytes of a uuid
    return type_ >= KeyType::kString ? std::string_view(text_, size_) : std::string_view();
  }

 private:
  KeyPart(KeyType type, std::string_view text) noexcept
      : type_(type), text_(text.data()), size_(text.size()) {}

  KeyType type_;
  union {  // by type_
    std::int64_t integer_ = 0;
    double number_;
    const char* text_;
  };
  std::size_t size_ = 0;  // of the text
};

// An owned, encoded key.
class IDEM_EXPORT Key final {
 public:
  Key() = default;  // no parts

  // clang-format off
  template <typename... Parts>
    requires(sizeof...(Parts) > 0 && (std::convertible_to<const Parts&, KeyPart> && ...))
  explicit Key(const Parts&... parts) : Key(std::initializer_list<KeyPart>{KeyPart(parts)...}) {}
  // clang-format on

  explicit Key(std::initializer_list<KeyPart> parts);
  explicit Key(const std::vector<KeyPart>& parts);

  // Takes bytes that encoded() returned earlier. Every byte string is safe to pass.
  // Errors: kInvalidArgument when the bytes are not the encoding of any key.
  static Result<Key> FromEncoded(std::string_view encoded);

  std::string_view encoded() const noexcept { return encoded_; }
  bool empty() const noexcept { return encoded_.empty(); }

  // The parts. String and byte parts refer to `storage`, which is overwritten.
  std::vector<KeyPart> Parts(std::string* storage) const;

  // For people: `("user-7", 1718000000)`; strings are escaped as in JSON. Not a storage format.
  std::string ToString() const;

  friend bool operator==(const Key&, const Key&) = default;
  friend std::strong_ordering operator<=>(const Key& a, const Key& b) noexcept {
    return a.encoded_.compare(b.encoded_) <=> 0;
  }

 private:
  std::string encoded_;
};

// A key as a function argument: braces around parts, or a Key. Lives for the call only.
class KeyRef {
 public:
  KeyRef(std::initializer_list<KeyPart> parts) noexcept  // NOLINT(runtime/explicit)
      : KeyRef(parts.begin(), parts.size()) {}
  KeyRef(const std::vector<KeyPart>& parts) noexcept  // NOLINT(runtime/explicit)
      : KeyRef(parts.data(), parts.size()) {}
  KeyRef(const Key& key) noexcept  // NOLINT(runtime/explicit)
      : data_(key.encoded().data()), size_(key.encoded().size() | kEncoded) {}

  bool is_encoded() const noexcept { return (size_ & kEncoded) != 0; }
  std::string_view encoded() const noexcept {
    if (!is_encoded()) return {};
    return {static_cast<const char*>(data_), size_ & ~kEncoded};
  }
  const KeyPart* begin() const noexcept {
    return is_encoded() ? nullptr : static_cast<const KeyPart*>(data_);
  }
  const KeyPart* end() const noexcept { return is_encoded() ? nullptr : begin() + size_; }

 private:
  // No size comes near it. Two words go through a call in registers, and three would not.
  static constexpr std::size_t kEncoded = ~(SIZE_MAX >> 1);

  KeyRef(const KeyPart* parts, std::size_t count) noexcept : data_(parts), size_(count) {}

  const void* data_;  // parts, or bytes
  std::size_t size_;  // how many of them
};

}  // namespace idem

template <>
struct std::hash<idem::Key> {
  std::size_t operator()(const idem::Key& key) const noexcept {
    return std::hash<std::string_view>()(key.encoded());
  }
};
