// SPDX-License-Identifier: Apache-2.0

#include "model/matrix.h"

#include <utility>

namespace idem::model {

Matrix::Matrix(std::string title, std::vector<std::string> kinds)
    : title_(std::move(title)), kinds_(std::move(kinds)), counts_(kinds_.size() * kinds_.size()) {}

std::string Matrix::Name(std::size_t cell) const {
  return title_ + ": " + kinds_[cell / kinds_.size()] + ", then " + kinds_[cell % kinds_.size()];
}

std::vector<std::string> Matrix::Missing() const {
  std::vector<std::string> missing;
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
    if (counts_[cell] == 0) missing.push_back(Name(cell));
  }
  return missing;
}

std::string Matrix::Table() const {
  constexpr std::size_t kWidth = 11;
  const auto right = [](const std::string& text) {
    return std::string(text.size() < kWidth ? kWidth - text.size() : 1, ' ') + text;
  };
  std::string out = title_ + ", and what came next\n" + std::string(kWidth, ' ');
  for (const std::string& kind : kinds_) out += right(kind);
  out += "\n";
  for (std::size_t row = 0; row < kinds_.size(); ++row) {
    out += right(kinds_[row]);
    for (std::size_t column = 0; column < kinds_.size(); ++column) {
      out += right(std::to_string(counts_[row * kinds_.size() + column]));
    }
    out += "\n";
  }
  return out;
}

}  // namespace idem::model
