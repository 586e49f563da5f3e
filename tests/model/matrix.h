// SPDX-License-Identifier: Apache-2.0
//
// Matrix: how often one kind of thing came right after another, for every pair of kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace idem::model {

class Matrix {
 public:
  Matrix(std::string title, std::vector<std::string> kinds);

  void Add(std::size_t first, std::size_t second) { ++counts_[first * kinds_.size() + second]; }

  std::span<std::uint64_t> counts() noexcept { return counts_; }

  std::vector<std::string> Missing() const;  // pairs that were never met
  std::string Table() const;                 // a row for each first kind

 private:
  std::string Name(std::size_t cell) const;

  std::string title_;
  std::vector<std::string> kinds_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace idem::model
