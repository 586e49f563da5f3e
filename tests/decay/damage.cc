// SPDX-License-Identifier: Apache-2.0
#include "decay/damage.h"

#include <array>
#include <cctype>
#include <set>

namespace idem::decay {
namespace {

using Kind = Damage::Kind;

// Every number becomes one sign: what kind of file it is.
std::string WithoutNumbers(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (digit && text.ends_with('#')) continue;
    text += digit ? '#' : c;
  }
  return text;
}

void AddDamagesOf(const std::string& name, std::size_t size, std::vector<Damage>* damages) {
  const bool thorough = size <= kThoroughBytes;
  for (std::size_t at = 0; at < size; ++at) {
    if (thorough || at % 2 == 0) damages->push_back({Kind::kFlipBit, name, at});
    if (thorough || at % 2 == 1) damages->push_back({Kind::kInvert, name, at});
    if (thorough || at % kCutStep == 0 || at + kCutTail >= size) {
      damages->push_back({Kind::kTruncate, name, at});
    }
  }
  damages->push_back({Kind::kDelete, name});
}

void Restore(const std::string& name, const Files& older, Files* files) {
  const auto found = older.find(name);
  if (found == older.end()) {
    files->erase(name);
  } else {
    (*files)[name] = found->second;
  }
}

}  // namespace

std::string Damage::ToString() const {
  switch (kind) {
    case Kind::kNone:
      return "nothing";
    case Kind::kFlipBit:
      return "bit " + std::to_string(at % 8) + " of byte " + std::to_string(at) + " of " + file;
    case Kind::kInvert:
      return "byte " + std::to_string(at) + " of " + file + " inverted";
    case Kind::kTruncate:
      return file + " cut to " + std::to_string(at) + " bytes";
    case Kind::kDelete:
      return file + " deleted";
    case Kind::kRestore:
      return file + (second.empty() ? "" : " and " + second) + " from an older image";
  }
  return {};
}

std::string Damage::Class() const {
  constexpr std::array<std::string_view, 6> kNames = {"none", "bit",     "inverted",
                                                      "cut",  "deleted", "restored"};
  std::string text(kNames[static_cast<std::size_t>(kind)]);
  if (!file.empty()) text += " " + WithoutNumbers(file);
  if (!second.empty()) text += " with " + WithoutNumbers(second);
  return text;
}

std::vector<Damage> AllDamages(const Files& now, const Files& older) {
  std::vector<Damage> damages = {{}};
  std::set<std::string> changed;  // the files that the two images do not share
  for (const auto& [name, bytes] : now) {
    AddDamagesOf(name, bytes.size(), &damages);
    const auto found = older.find(name);
    if (found == older.end() || found->second != bytes) changed.insert(name);
  }
  for (const auto& [name, bytes] : older) {
    if (!now.contains(name)) changed.insert(name);
  }
  for (auto first = changed.begin(); first != changed.end(); ++first) {
    damages.push_back({Kind::kRestore, *first});
    for (auto second = std::next(first); second != changed.end(); ++second) {
      damages.push_back({Kind::kRestore, *first, 0, *second});
    }
  }
  return damages;
}

Files Apply(const Damage& damage, const Files& now, const Files& older) {
  Files files = now;
  switch (damage.kind) {
    case Kind::kNone:
      break;
    case Kind::kFlipBit:
      files.at(damage.file).at(damage.at) ^= static_cast<char>(1 << (damage.at % 8));
      break;
    case Kind::kInvert:
      files.at(damage.file).at(damage.at) ^= static_cast<char>(0xff);
      break;
    case Kind::kTruncate:
      files.at(damage.file).resize(damage.at);
      break;
    case Kind::kDelete:
      files.erase(damage.file);
      break;
    case Kind::kRestore:
      Restore(damage.file, older, &files);
      if (!damage.second.empty()) Restore(damage.second, older, &files);
      break;
  }
  return files;
}

}  // namespace idem::decay
