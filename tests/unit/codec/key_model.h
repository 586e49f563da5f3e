// SPDX-License-Identifier: Apache-2.0
//
// Keys as plain values, with an order written from the promise in <idem/key.h> and not from the
// encoding, and a generator that likes the corners.
#pragma once

#include "codec/tuple.h"

#include <idem/key.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace idem::codec {

struct ModelBytes {
  std::string data;
};

// The alternatives stand in the order in which the types sort.
using ModelPart =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, ModelBytes, Uuid>;
using ModelKey = std::vector<ModelPart>;

inline std::strong_ordering CompareNumbers(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  if (a == b) return std::strong_ordering::equal;
  return a < b ? std::strong_ordering::less : std::strong_ordering::greater;
}

// Bytes as unsigned numbers, one after the other.
inline std::strong_ordering CompareText(const std::string& a, const std::string& b) {
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return static_cast<unsigned char>(x) <=> static_cast<unsigned char>(y);
      });
}

inline std::strong_ordering CompareModel(const ModelPart& a, const ModelPart& b) {
  if (a.index() != b.index()) return a.index() <=> b.index();
  if (const auto* x = std::get_if<bool>(&a)) return *x <=> std::get<bool>(b);
  if (const auto* x = std::get_if<std::int64_t>(&a)) return *x <=> std::get<std::int64_t>(b);
  if (const auto* x = std::get_if<double>(&a)) return CompareNumbers(*x, std::get<double>(b));
  if (const auto* x = std::get_if<std::string>(&a))
    return CompareText(*x, std::get<std::string>(b));
  if (const auto* x = std::get_if<ModelBytes>(&a)) {
    return CompareText(x->data, std::get<ModelBytes>(b).data);
  }
  if (const auto* x = std::get_if<Uuid>(&a)) return x->bytes <=> std::get<Uuid>(b).bytes;
  return std::strong_ordering::equal;
}

inline std::strong_ordering CompareModel(const ModelKey& a, const ModelKey& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const auto order = CompareModel(a[i], b[i]);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

// Refers to `part`.
inline KeyPart ToKeyPart(const ModelPart& part) {
  if (const auto* value = std::get_if<bool>(&part)) return KeyPart(*value);
  if (const auto* value = std::get_if<std::int64_t>(&part)) return KeyPart(*value);
  if (const auto* value = std::get_if<double>(&part)) return KeyPart(*value);
  if (const auto* value = std::get_if<std::string>(&part)) return KeyPart(*value);
  if (const auto* value = std::get_if<ModelBytes>(&part)) return KeyPart(Bytes{value->data});
  if (const auto* value = std::get_if<Uuid>(&part)) return KeyPart(*value);
  return KeyPart(nullptr);
}

inline std::vector<KeyPart> ToKeyParts(const ModelKey& key) {
  std::vector<KeyPart> parts;
  for (const ModelPart& part : key) parts.push_back(ToKeyPart(part));
  return parts;
}

inline ModelPart FromParts(KeyType type, std::int64_t integer, double number,
                           const std::string& text) {
  switch (type) {
    case KeyType::kNull:
      return std::monostate();
    case KeyType::kBool:
      return integer != 0;
    case KeyType::kInt64:
      return integer;
    case KeyType::kDouble:
      return number;
    case KeyType::kString:
      return text;
    case KeyType::kBytes:
      return ModelBytes{text};
    case KeyType::kUuid: {
      Uuid uuid;
      std::copy(text.begin(), text.end(), reinterpret_cast<char*>(uuid.bytes.data()));
      return uuid;
    }
  }
  return std::monostate();
}

inline ModelPart FromDecoded(const DecodedPart& part, const std::string& text) {
  return FromParts(part.type, part.integer, part.number,
                   text.substr(part.text_begin, part.text_size));
}

inline ModelPart FromKeyPart(const KeyPart& part) {
  return FromParts(part.type(), part.integer(), part.number(), std::string(part.text()));
}

class KeyGenerator {
 public:
  explicit KeyGenerator(std::uint64_t seed) : random_(seed) {}

  ModelKey Next() {
    ModelKey key(Below(4));
    for (ModelPart& part : key) part = Part();
    return key;
  }

  // Two keys that often begin alike.
  std::pair<ModelKey, ModelKey> Pair() {
    ModelKey a = Next();
    if (Below(2) == 0) return {a, Next()};
    ModelKey b = a;
    if (!b.empty() && Below(4) != 0) b.back() = Part();
    if (Below(3) == 0) b.push_back(Part());
    return {std::move(a), std::move(b)};
  }

  // One byte changed, removed, added, or the bytes cut.
  std::string Damaged(std::string bytes) {
    const std::size_t at = Below(bytes.size() + 1);
    const char byte = Byte();
    switch (Below(4)) {
      case 0:
        bytes.insert(at, 1, byte);
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        if (at < bytes.size()) bytes.erase(at, 1);
        break;
      default:
        if (at < bytes.size()) bytes[at] = byte;
        break;
    }
    return bytes;
  }

 private:
  std::size_t Below(std::size_t end) { return random_() % end; }

  char Byte() {
    constexpr char kCorners[] = {'\x00', '\x01', '\x05', '\x40', '\x7f', '\x80', '\xfe', '\xff'};
    return Below(4) == 0 ? static_cast<char>(random_()) : kCorners[Below(sizeof kCorners)];
  }

  std::string Text() {
    std::string text(Below(4), '\0');
    for (char& c : text) c = Byte();
    return text;
  }

  std::int64_t Integer() {
    constexpr std::int64_t kCorners[] = {INT64_MIN, INT64_MIN + 1, -256, -1, 0, 1, 255, INT64_MAX};
    if (Below(2) == 0) return kCorners[Below(std::size(kCorners))];
    return static_cast<std::int64_t>(random_() >> Below(64));
  }

  double Number() {
    using Limits = std::numeric_limits<double>;
    const double corners[] = {-0.0,
                              0.0,
                              1.0,
                              -1.0,
                              Limits::infinity(),
                              -Limits::infinity(),
                              Limits::quiet_NaN(),
                              -Limits::quiet_NaN(),
                              Limits::denorm_min(),
                              -Limits::denorm_min(),
                              Limits::max(),
                              Limits::lowest()};
    return Below(2) == 0 ? corners[Below(std::size(corners))] : std::bit_cast<double>(random_());
  }

  Uuid AnyUuid() {
    Uuid uuid;
    for (std::uint8_t& byte : uuid.bytes) byte = static_cast<std::uint8_t>(Byte());
    return uuid;
  }

  ModelPart Part() {
    switch (Below(7)) {
      case 0:
        return std::monostate();
      case 1:
        return Below(2) == 0;
      case 2:
        return Integer();
      case 3:
        return Number();
      case 4:
        return Text();
      case 5:
        return ModelBytes{Text()};
      default:
        return AnyUuid();
    }
  }

  std::mt19937_64 random_;
};

}  // namespace idem::codec
