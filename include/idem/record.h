// SPDX-License-Identifier: Apache-2.0
//
// What a record carries besides its table, key and value: a version, an event id, a position.
//
//   Version    what orders the states of one row: event time, sequence number, LSN
//   event id   the identity of the event, where it differs from the key of the row it touches
//   Position   where the record was read: source, partition, offset
//
// All are optional and none has a magic value: "no version" is a default-constructed Version, not
// zero; 0, -1 and INT64_MIN are versions like any other.
//
// Lifetime: these are views for function arguments; they refer to the caller's bytes.
#pragma once

#include <idem/key.h>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace idem {

// How a table orders its versions. Fixed when the table is created.
enum class VersionKind : std::uint8_t {
  kNone = 0,     // records carry no version
  kInteger = 1,  // signed 64-bit
  kBytes = 2,    // up to kVersionBytesMax bytes, compared bytewise (ISO-8601 times in one zone)
  kHex = 3,      // 1..16 hexadecimal sections joined by '/', compared numerically section by
                 // section, as PostgreSQL LSNs and BigQuery change sequence numbers are:
                 // "FFF/B" < "FFF/ABC"; a missing section is lower than any
};

// A record's ordering value. Implicit from integers and strings; which of the two a table takes is
// its VersionKind, checked at commit (INVALID, version_kind_mismatch).
class Version {
 public:
  // No version. Not defaulted, because clang then makes no constant of a class with a union.
  Version() noexcept : integer_(0), size_(kNone) {}

  // clang-format off
  template <FittingInteger I>
  Version(I value) noexcept : integer_(value), size_(kInteger) {}

  template <typename S>
    requires(std::convertible_to<const S&, std::string_view> && !std::is_pointer_v<S>)
  Version(const S& text) noexcept : Version(Text{text}) {}
  // clang-format on

  // A null pointer is no version.
  Version(const char* text) noexcept  // NOLINT(runtime/explicit)
      : Version(text != nullptr ? Version(Text{text}) : Version()) {}

  bool has_value() const noexcept { return size_ != kNone; }
  bool is_integer() const noexcept { return size_ == kInteger; }
  std::int64_t integer() const noexcept { return is_integer() ? integer_ : 0; }
  std::string_view text() const noexcept {
    return size_ < kInteger ? std::string_view(text_, size_) : std::string_view();
  }

 private:
  struct Text {
    std::string_view bytes;
  };
  explicit Version(Text text) noexcept : text_(text.bytes.data()), size_(text.bytes.size()) {}

  // Two words: a version is handed on many times for each record, in registers.
  static constexpr std::size_t kNone = SIZE_MAX;
  static constexpr std::size_t kInteger = SIZE_MAX - 1;
  union {  // by size_
    std::int64_t integer_;
    const char* text_;
  };
  std::size_t size_;  // of the text, or what there is instead
};

// A source's partition: a number (Kafka) or a name (a file, a block). 7 and "7" are different. An
// unsigned 64-bit integer is refused by the compiler, and so is a character, as for a key.
class PartitionRef {
 public:
  // clang-format off
  template <FittingInteger I>
  PartitionRef(I number) noexcept : number_(number) {}

  template <std::integral I>
    requires(!std::same_as<I, bool> && !FittingInteger<I>)
  PartitionRef(I number) = delete;  // cast to std::int64_t, or pass it as a name

  template <typename S>
    requires std::convertible_to<const S&, std::string_view>
  PartitionRef(const S& name) noexcept : is_name_(true), name_(name) {}
  // clang-format on

  bool is_name() const noexcept { return is_name_; }
  std::int64_t number() const noexcept { return number_; }
  std::string_view name() const noexcept { return name_; }

 private:
  bool is_name_ = false;
  std::int64_t number_ = 0;
  std::string_view name_;
};

// The owning form of PartitionRef, from the same numbers and names. Numbers come before names.
struct IDEM_EXPORT Partition {
  std::optional<std::string> name;  // set for a named partition
  std::int64_t number = 0;

  Partition() = default;
  Partition(PartitionRef ref)  // NOLINT(runtime/explicit)
      : number(ref.number()) {
    if (ref.is_name()) name = std::string(ref.name());
  }
  // clang-format off
  template <typename P>
    requires(!std::derived_from<P, Partition> && !std::same_as<P, PartitionRef> &&
             std::convertible_to<const P&, PartitionRef>)
  Partition(const P& ref) : Partition(PartitionRef(ref)) {}
  // clang-format on
  operator PartitionRef() const noexcept {  // NOLINT(runtime/explicit)
    return name ? PartitionRef(*name) : PartitionRef(number);
  }
  // The name or the number; in double quotes where a name would read as a number.
  std::string ToString() const;

  friend bool operator==(const Partition&, const Partition&) = default;
  friend auto operator<=>(const Partition&, const Partition&) = default;
};

// Where the records that follow were read.
struct Position {
  std::string_view source;  // 1..kSourceNameBytesMax bytes of UTF-8, no control characters
  PartitionRef partition = 0;
  std::int64_t offset = 0;  // 0..kOffsetMax

  // Identity of one life of the partition (a Kafka topic id, a file's fingerprint), up to
  // kIncarnationBytesMax bytes; empty: not checked. A different one than the checkpoint's makes
  // Commit return kSourceReplaced: offsets of two lives never mix.
  std::string_view incarnation = {};
};

// The optional parts of one operation, for designated initializers:
//   batch.Upsert(orders, {id}, value, {.version = updated_at_us, .event_id = Key(event)});
struct WriteOptions {
  Version version = {};
  std::optional<KeyRef> event_id = {};
};

}  // namespace idem

template <>
struct std::hash<idem::Partition> {
  std::size_t operator()(const idem::Partition& partition) const noexcept {
    return partition.name ? std::hash<std::string>()(*partition.name)
                          : std::hash<std::int64_t>()(partition.number);
  }
};
