// SPDX-License-Identifier: Apache-2.0

#include "model/record_maker.h"

#include <idem/limits.h>

#include <algorithm>
#include <vector>

namespace idem::model {

using script::Action;
using script::Tuple;

namespace {

const std::vector<Tuple>& Keys() {
  static const std::vector<Tuple> kKeys = {
      {std::string("a")},  {std::string("a"), std::string("b")},
      {std::string("ab")}, {std::monostate{}},
      {std::int64_t{1}},   {script::Number{1.0}, std::string("a\0b", 3)}};
  return kKeys;
}

}  // namespace

Action RecordMaker::Make(const std::string& table, const TableOptions& options,
                         std::uint64_t spoilt_per_mille) {
  Action action = Valid(table, options);
  if (random_.Below(1000) < spoilt_per_mille) Spoil(options, &action);
  return action;
}

Action RecordMaker::Valid(const std::string& table, const TableOptions& options) {
  Action action;
  action.table = table;
  action.key = random_.Of(Keys());
  if (options.horizon || table == "append") action.key.push_back(random_.Between(0, 9));
  // The largest key that is allowed: two bytes of it are the encoding's.
  if (random_.Below(1000) < 4) action.key = {std::string(kSmall - 2, 'k')};
  action.version = AnyVersion(options);
  if (random_.Percent(15)) action.event_id = Tuple{std::string("e"), random_.Between(0, 30)};
  action.kind = options.mode == TableMode::kAppend ? Action::Kind::kInsert : Action::Kind::kUpsert;
  if (options.mode == TableMode::kUpsert && random_.Percent(25)) {
    action.kind = Action::Kind::kDelete;
    return action;
  }
  action.value = std::string(1, static_cast<char>('x' + random_.Below(3)));
  if (table == "json") action.value = AnyJson();
  if (random_.Below(1000) < 4) action.value = "\"" + std::string(kSmall - 2, 'v') + "\"";
  return action;
}

// Three contents in several spellings.
std::string RecordMaker::AnyJson() {
  const std::string a = "\"a\":" + std::to_string(random_.Below(3));
  const std::string b = R"("b":"\u0078")";
  const std::string ts = "\"meta\": {\"ts\":" + std::to_string(random_.Below(3)) + "}";
  switch (random_.Below(3)) {
    case 0:
      return "{" + a + "," + b + "," + ts + "}";
    case 1:
      return "{ " + ts + ", " + a + ", \"b\":\"x\" }";
    default:
      return "{" + b + "," + a + "}";
  }
}

StoredVersion RecordMaker::AnyVersion(const TableOptions& options) {
  static const std::vector<std::string> kHex = {"1", "01", "A", "a/1", "A/0", "FF/B", "FF/ABC"};
  static const std::vector<std::string> kBytes = {"2024-01", "2024-02", "2024-02-01", "B", "a"};
  switch (options.version_kind()) {
    case VersionKind::kNone:
      return {};
    case VersionKind::kHex:
      return random_.Of(kHex);
    case VersionKind::kBytes:
      return random_.Of(kBytes);
    case VersionKind::kInteger:
      break;
  }
  return IntegerVersion(options);
}

StoredVersion RecordMaker::IntegerVersion(const TableOptions& options) {
  if (!options.horizon) return random_.Between(-2, 5);
  if (random_.Percent(front_.step_percent)) {
    front_.at = std::min(front_.at + random_.Between(1, 3), kVersionMax);
  }
  return random_.Percent(70) ? random_.Between(front_.at - 5, front_.at)
                             : random_.Between(front_.at - 12, front_.at);
}

// Makes a valid record INVALID, in one way at a time. Left out are event ids that are too large or
// have no parts: quarantine keeps a beginning of the one and nothing of the other, which names no
// record that a script could spell (tests/unit/pipeline/record_buffer_test.cc has them).
void RecordMaker::Spoil(const TableOptions& options, Action* action) {
  switch (random_.Below(8)) {
    case 0:
      action->key.clear();
      return;
    case 1:
      action->key = {std::string(kSmall, 'k')};
      return;
    case 2:
      if (action->kind == Action::Kind::kDelete) return;
      action->value = "\"" + std::string(kSmall, 'v') + "\"";
      return;
    case 3:
      action->version =
          options.version_kind() == VersionKind::kNone ? StoredVersion(1) : StoredVersion();
      return;
    case 4:
      SpoilVersion(options, action);
      return;
    case 5:
      SpoilOperation(options, action);
      return;
    case 6:
      if (action->table == "json" && action->kind != Action::Kind::kDelete) action->value = "{";
      return;
    default:
      *action = {.kind = Action::Kind::kReject, .table = action->table};
      if (random_.Percent(50)) action->value = "torn";
      action->why = random_.Percent(50) ? "no end" : "no beginning";
  }
}

void RecordMaker::SpoilOperation(const TableOptions& options, Action* action) {
  if (options.mode == TableMode::kUpsert) {
    action->kind = Action::Kind::kInsert;
    if (action->value.empty()) action->value = "{}";
    return;
  }
  action->kind = random_.Percent(50) ? Action::Kind::kUpsert : Action::Kind::kDelete;
  if (action->kind == Action::Kind::kDelete) action->value.clear();
}

void RecordMaker::SpoilVersion(const TableOptions& options, Action* action) {
  switch (options.version_kind()) {
    case VersionKind::kNone:
      return;
    case VersionKind::kInteger:
      action->version = std::string("7");
      if (options.version_max && random_.Percent(70)) action->version = *options.version_max + 1;
      return;
    case VersionKind::kBytes:
      action->version = random_.Percent(50) ? StoredVersion(std::int64_t{7})
                                            : StoredVersion(std::string(kVersionBytesMax + 1, '2'));
      return;
    case VersionKind::kHex:
      action->version = std::string(random_.Percent(50) ? "1//2" : "G");
      return;
  }
}

}  // namespace idem::model
