// SPDX-License-Identifier: Apache-2.0
//
// Versions: as they are written, checked, brought into normal form and compared.

#include "base/coding.h"
#include "codec/version_bytes.h"
#include "codec/version_order.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

#include <array>

using idem::StoredVersion;
using idem::Version;
using idem::VersionKind;
using idem::codec::CompareVersions;
using idem::fuzz::Input;
using idem::fuzz::Require;

namespace {

StoredVersion VersionOf(Input* input) {
  switch (input->Below(3)) {
    case 0:
      return std::monostate();
    case 1:
      return input->Integer();
    default:
      return std::string(input->Bytes(input->Below(80)));
  }
}

// The version as its table stores it, when the table takes it.
bool Accept(VersionKind kind, StoredVersion* version) {
  std::string normal;
  if (idem::codec::CheckVersion(kind, idem::codec::ToView(*version), &normal) !=
      idem::Reason::kNone) {
    return false;
  }
  if (kind != VersionKind::kHex) return true;
  std::string twice;
  Require(idem::codec::CheckVersion(kind, normal, &twice) == idem::Reason::kNone && twice == normal,
          "the normal form stays as it is");
  *version = normal;
  return true;
}

void CheckBytes(std::string_view bytes) {
  idem::base::Reader reader(bytes);
  StoredVersion version;
  if (!idem::codec::ReadVersion(&reader, &version)) return;
  std::string again;
  idem::codec::AppendVersion(idem::codec::ToView(version), &again);
  Require(again + std::string(reader.rest()) == bytes, "a version has one encoding");
}

}  // namespace

IDEM_FUZZ_TARGET("version") {
  Input choices(input);
  const auto kind = static_cast<VersionKind>(choices.Below(4));
  std::array<StoredVersion, 3> versions;
  for (StoredVersion& version : versions) {
    version = VersionOf(&choices);
    if (!Accept(kind, &version)) return CheckBytes(choices.Rest());
  }
  const auto order = [&](std::size_t a, std::size_t b) {
    return CompareVersions(kind, idem::codec::ToView(versions.at(a)),
                           idem::codec::ToView(versions.at(b)));
  };
  Require(order(0, 0) == 0, "a version equals itself");
  Require((order(0, 1) < 0) == (order(1, 0) > 0), "the order is antisymmetric");
  Require((order(0, 1) == 0) == (versions[0] == versions[1]), "equal versions are the same bytes");
  Require(!(order(0, 1) <= 0 && order(1, 2) <= 0) || order(0, 2) <= 0, "the order is transitive");
}
