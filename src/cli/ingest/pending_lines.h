// SPDX-License-Identifier: Apache-2.0
//
// PendingLines: the lines of the next batch, kept as they were read until they are committed. A
// commit that refuses one of them is then made again with those before it, and the table's kind of
// versions can be told from the lines before the table is created.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/line_reader.h"

namespace idem::cli {

class PendingLines final {
 public:
  // `record` is false for what only counts as read: blank lines, a CSV header.
  void Add(const Unit& unit, bool record) {
    entries_.push_back({unit, arena_.size(), unit.text.size(), record});
    arena_.append(unit.text).push_back('\n');
    records_ += record ? 1 : 0;
  }

  void Clear() {
    entries_.clear();
    arena_.clear();
    records_ = 0;
  }

  // The i-th unit; its text is valid until the next Add.
  Unit unit(std::size_t i) const {
    Unit unit = entries_[i].unit;
    unit.text = std::string_view(arena_).substr(entries_[i].begin, entries_[i].size);
    return unit;
  }
  // The texts of the first `count` units, each line with its end but for the last one.
  std::string_view Joined(std::size_t count) const {
    const Entry& last = entries_[count - 1];
    return std::string_view(arena_).substr(0, last.begin + last.size);
  }
  bool is_record(std::size_t i) const { return entries_[i].record; }

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t records() const noexcept { return records_; }
  // What the lines take, and not their text alone: of a blank line there is more besides.
  std::size_t bytes() const noexcept { return arena_.size() + entries_.size() * sizeof(Entry); }

 private:
  struct Entry {
    Unit unit;  // its text points to where the line was read: not to be used
    std::size_t begin;
    std::size_t size;
    bool record;
  };
  std::vector<Entry> entries_;
  std::string arena_;
  std::size_t records_ = 0;
};

}  // namespace idem::cli
