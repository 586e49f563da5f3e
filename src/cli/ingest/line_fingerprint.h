// SPDX-License-Identifier: Apache-2.0
//
// LineFingerprint: XXH3-128 of all lines consumed so far, each with its line end. It is kept in the
// checkpoint's note, so that a file which was replaced or rewritten is told from one that has
// grown.
//
// A last line counts with a line end even where the file lacks it: a file that later gets just the
// missing line end is still the same file.
//
// Format of the note: "lines:<n> xxh3:<32 hex digits> bytes:<n>".
#pragma once

#include <xxhash.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace idem::cli {

struct FingerprintNote {
  std::uint64_t lines = 0;
  std::string hash;  // 32 hexadecimal digits

  // Nothing when the note is not one of ours.
  static std::optional<FingerprintNote> Parse(std::string_view note);
};

class LineFingerprint final {
 public:
  LineFingerprint();
  LineFingerprint(const LineFingerprint& other);
  LineFingerprint& operator=(const LineFingerprint& other);

  // `text` holds `lines` lines without the last one's end.
  void Add(std::string_view text, std::uint64_t lines);

  std::uint64_t lines() const noexcept { return lines_; }
  std::string Hash() const;
  std::string Note() const;

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace idem::cli
