// SPDX-License-Identifier: Apache-2.0
#include "rules/validate.h"

#include <idem/limits.h>

#include <algorithm>

namespace idem::rules {
namespace {

Error Invalid(const char* message) { return Error(ErrorCode::kInvalidArgument, message); }

}  // namespace

Result<void> CheckTableOptions(const TableOptions& options) {
  const VersionKind kind = options.version_kind();
  if (options.mode > TableMode::kUpsert || kind > VersionKind::kHex ||
      options.tie > TieRule::kConflict) {
    return Invalid("mode, version or tie is none of its enumerators; see <idem/table_options.h>");
  }
  if (options.mode == TableMode::kUpsert && kind == VersionKind::kNone &&
      options.tie == TieRule::kConverge) {
    return Invalid(
        "an upsert table without versions cannot converge, because nothing but arrival orders two "
        "payloads; give it a version, or choose the tie rule first, last or conflict");
  }
  if ((options.horizon || options.version_max) && kind != VersionKind::kInteger) {
    return Invalid("horizon and version_max need integer versions; set version to kInteger");
  }
  if (options.horizon && *options.horizon < 0) {
    return Invalid("horizon is a distance and cannot be negative; leave it unset for none");
  }
  if (options.ignored_members.size() > kIgnoredMembersMax) {
    return Invalid("at most 64 members can be ignored; ignore a common parent member instead");
  }
  const auto bad_path = [](const std::string& path) { return path.empty() || path.size() > 1024; };
  if (std::any_of(options.ignored_members.begin(), options.ignored_members.end(), bad_path)) {
    return Invalid("an ignored member is a dotted path of 1 to 1024 bytes, such as meta.ingest_ts");
  }
  return {};
}

}  // namespace idem::rules
