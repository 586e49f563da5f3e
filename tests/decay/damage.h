// SPDX-License-Identifier: Apache-2.0
//
// Damage: one thing that happens to the files of a store, and the list of all that are tried. It
// knows no file by name: whatever a store keeps is damaged, also what is added one day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace idem::decay {

using Files = std::map<std::string, std::string>;  // name -> bytes

struct Damage {
  enum class Kind : std::uint8_t {
    kNone,      // the control: everything must be right
    kFlipBit,   // of the byte at `at`; which bit goes round with the position
    kInvert,    // the byte at `at`
    kTruncate,  // to `at` bytes
    kDelete,
    kRestore,  // the file, and `second` where it is named, as an older image has them
  };
  Kind kind = Kind::kNone;
  std::string file = {};
  std::size_t at = 0;
  std::string second = {};

  bool OfWholeFiles() const { return kind == Kind::kDelete || kind == Kind::kRestore; }

  // For a person: "bit 3 of byte 17 of 000012.sst".
  std::string ToString() const;
  // What it is counted under: the kind, and the file without its number.
  std::string Class() const;
};

// Files up to this size are tried thoroughly: every byte in both ways, every length. A store of so
// few records has larger ones only where RocksDB writes down its options, which nothing reads: of
// those every byte is changed in one of the two ways, and the lengths are a sample.
inline constexpr std::size_t kThoroughBytes = 4096;
inline constexpr std::size_t kCutStep = 16;
inline constexpr std::size_t kCutTail = 128;  // at the end every length all the same

// Every byte, every length, every file, and every pair of files from the older image.
std::vector<Damage> AllDamages(const Files& now, const Files& older);

// The files afterwards.
Files Apply(const Damage& damage, const Files& now, const Files& older);

}  // namespace idem::decay
