// SPDX-License-Identifier: Apache-2.0
#include "power/disk.h"

#include <algorithm>

#include "support/random.h"

namespace idem::power {
namespace {

using testing::Mix;
using testing::Random;

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kLossesOfOneFile = static_cast<std::uint64_t>(Loss::kLatestFile);

std::size_t BlockBefore(std::size_t offset) { return offset / kBlock * kBlock; }

std::size_t AnyOf(Random* random, std::size_t count) {
  return static_cast<std::size_t>(random->Below(count));
}

void Fill(std::string* bytes, std::size_t begin, std::size_t end, Random* garbage) {
  for (std::size_t i = begin; i < end; ++i) {
    (*bytes)[i] = garbage == nullptr ? '\0' : static_cast<char>(garbage->Below(256));
  }
}

}  // namespace

std::string_view ToString(Loss loss) {
  constexpr std::array<std::string_view, kLosses> kNames = {
      "all unsynced", "nothing",     "prefix", "torn, garbage", "torn, zeros", "hole",
      "names",        "latest file", "mix"};
  return kNames[static_cast<std::size_t>(loss)];
}

void Disk::Apply(const Operation& operation) {
  using Kind = Operation::Kind;
  switch (operation.kind) {
    case Kind::kCreate:
      files_.emplace_back();
      [[fallthrough]];
    case Kind::kRename:
    case Kind::kDelete:
      ApplyToNames(operation, &names_);
      unsafe_changes_.push_back(operation);
      return;
    case Kind::kAppend:
      files_[operation.file].cached += operation.bytes;
      latest_ = operation.file;
      return;
    case Kind::kTruncate: {
      File& file = files_[operation.file];
      file.cached.resize(operation.size);
      file.safe.resize(std::min(file.safe.size(), operation.size));
      return;
    }
    case Kind::kSync: {
      File& file = files_[operation.file];
      file.safe.append(file.cached, file.safe.size());
      return;
    }
    case Kind::kLoseSync: {
      File& file = files_[operation.file];
      file.safe.resize(file.cached.size(), '\0');
      return;
    }
    case Kind::kSyncDirectory:
      safe_names_ = names_;
      unsafe_changes_.clear();
      return;
  }
}

void Disk::ApplyToNames(const Operation& operation, NameMap* names) {
  switch (operation.kind) {
    case Operation::Kind::kCreate:
      (*names)[operation.name] = operation.file;
      return;
    case Operation::Kind::kRename:
      (*names)[operation.target] = names->at(operation.name);
      names->erase(operation.name);
      return;
    default:
      names->erase(operation.name);
      return;
  }
}

std::optional<FileNumber> Disk::Find(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Disk::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : names_) names.push_back(name);
  return names;
}

std::string Disk::Surviving(FileNumber number, Loss loss, std::uint64_t seed) const {
  const File& file = files_[number];
  Random random(seed);
  // Mixed are those losses that say something about each file by itself.
  if (loss == Loss::kMix) loss = static_cast<Loss>(random.Below(kLossesOfOneFile));
  if (loss == Loss::kLatestFile) loss = number == latest_ ? Loss::kNothing : Loss::kAllUnsynced;
  const std::size_t safe = file.safe.size();
  const std::size_t unsafe = file.cached.size() - safe;
  if (loss == Loss::kAllUnsynced || unsafe == 0) return file.safe;

  std::string left = file.safe + file.cached.substr(safe);
  if (loss == Loss::kNothing || loss == Loss::kLostNames) return left;
  if (loss == Loss::kHole) {
    const std::size_t begin = std::max(safe, BlockBefore(safe + AnyOf(&random, unsafe)));
    Fill(&left, begin, std::min(left.size(), BlockBefore(begin) + kBlock), nullptr);
    return left;
  }
  const std::size_t cut = safe + AnyOf(&random, unsafe + 1);
  if (loss == Loss::kTornZeros) {
    Fill(&left, cut, left.size(), nullptr);
    return left;
  }
  left.resize(cut);
  if (loss == Loss::kTornGarbage && cut > safe) {
    Fill(&left, std::max(safe, BlockBefore(cut - 1)), cut, &random);
  }
  return left;
}

Disk Disk::AfterPowerLoss(Loss loss, std::uint64_t seed) const {
  Random random(Mix(seed, 0));
  std::size_t kept = unsafe_changes_.size();
  if (loss == Loss::kAllUnsynced || loss == Loss::kLostNames) kept = 0;
  const bool all = loss == Loss::kNothing || loss == Loss::kLatestFile;
  if (!all && kept > 0) kept = AnyOf(&random, kept + 1);
  NameMap names = safe_names_;
  for (std::size_t i = 0; i < kept; ++i) ApplyToNames(unsafe_changes_[i], &names);

  Disk left;
  for (const auto& [name, number] : names) {
    const std::string bytes = Surviving(number, loss, Mix(seed, number + 1));
    left.names_[name] = left.files_.size();
    left.files_.push_back({bytes, bytes});
  }
  left.safe_names_ = left.names_;
  return left;
}

}  // namespace idem::power
