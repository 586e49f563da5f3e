// SPDX-License-Identifier: Apache-2.0

#include "script/text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <type_traits>

namespace idem::script {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string PartText(const Part& part) {
  if (std::holds_alternative<std::monostate>(part)) return "null";
  if (const bool* b = std::get_if<bool>(&part)) return *b ? "true" : "false";
  if (const auto* i = std::get_if<std::int64_t>(&part)) return std::to_string(*i);
  if (const auto* n = std::get_if<Number>(&part)) {
    std::array<char, 40> text{};
    // Of a NaN the sign is not part of the value.
    const double value = n->value != n->value ? std::abs(n->value) : n->value;
    std::snprintf(text.data(), text.size(), "%.17g", value);
    std::string out = text.data();
    if (out.find_first_of(".en") == std::string::npos) out += ".0";  // 1.0 is not 1
    return out;
  }
  if (const auto* s = std::get_if<std::string>(&part)) return Quote(*s);
  if (const auto* b = std::get_if<Blob>(&part)) return "b" + Quote(b->data);
  std::string out = "uuid:";
  for (const std::uint8_t byte : std::get<Uuid>(part).bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

std::string OptionsText(const TableOptions& options) {
  std::string out(ToString(options.mode));
  out += " version=" + std::string(ToString(options.version_kind()));
  out += " tie=" + std::string(ToString(options.tie));
  if (options.canonical_json) out += " json";
  for (const std::string& member : options.ignored_members) out += " ignore=" + Quote(member);
  if (options.horizon) out += " horizon=" + std::to_string(*options.horizon);
  if (options.version_max) out += " version_max=" + std::to_string(*options.version_max);
  return out;
}

std::string OptionsText(const SourceOptions& options) {
  constexpr std::array<const char*, 3> kGaps = {"track", "refuse", "legal"};
  std::string out = std::string("gaps=") + kGaps.at(static_cast<std::size_t>(options.gaps));
  if (options.start) out += " start=" + std::to_string(*options.start);
  if (options.rank != 0) out += " rank=" + std::to_string(options.rank);
  return out;
}

std::string RangeText(const OffsetRange& range) {
  return "[" + std::to_string(range.begin) + "," + std::to_string(range.end) + ")";
}

// Everything of a record but its table and operation.
std::string BodyText(const RefusedRecord& record) {
  if (record.operation == Operation::kReject) {
    return " " + Quote(record.value) + " " + Quote(record.why);
  }
  std::string out = " " + ToText(record.key);
  if (const std::string version = ToText(record.version); !version.empty()) out += " " + version;
  if (record.event_id) out += " event=" + ToText(*record.event_id);
  if (record.operation != Operation::kDelete) out += " " + Quote(record.value);
  return out;
}

std::string CommitText(const Commit& commit) {
  std::string out = commit.bulk ? "commit bulk" : "commit";
  if (commit.token) {
    out += " token=";
    out += commit.token->sequence
               ? commit.token->name + ":" + std::to_string(*commit.token->sequence)
               : Quote(commit.token->name);
  }
  out += "\n";
  for (const Action& action : commit.actions) out += "  " + ToText(action) + "\n";
  return out;
}

std::string CheckpointText(const Checkpoint& at) {
  std::string out = "checkpoint " + at.source + "/" + ToText(at.partition);
  out += " start=" + std::to_string(at.start) + " next=" + std::to_string(at.next);
  for (const OffsetRange& range : at.done) out += " done=" + RangeText(range);
  if (!at.incarnation.empty()) out += " life=" + Quote(at.incarnation);
  if (!at.note.empty()) out += " note=" + Quote(at.note);
  return out + " by=" + std::to_string(at.commit) + "\n";
}

std::string RewindText(const RewindEntry& entry) {
  return "rewound " + entry.source + "/" + ToText(entry.partition) +
         " from=" + std::to_string(entry.from) + " to=" + std::to_string(entry.to) + " life " +
         Quote(entry.incarnation_before) + " " + Quote(entry.incarnation_after) + " reason " +
         Quote(entry.reason) + " by=" + std::to_string(entry.commit) + "\n";
}

std::string RefusedText(const RefusedState& entry) {
  constexpr std::array<const char*, 3> kStates = {"open", "accepted", "discarded"};
  std::string out = kStates.at(static_cast<std::size_t>(entry.state));
  out += " " + ToText(Outcome{entry.verdict, entry.reason, entry.commit});
  out += " winner=" + std::to_string(entry.winning_commit);
  if (!entry.place.source.empty()) out += " at " + ToText(entry.place, true);
  return out + " " + ToText(entry.record) + "\n";
}

std::string TableText(const TableState& table, bool with_digest) {
  std::string out = "table " + table.name + " rows=" + std::to_string(table.rows) +
                    " tombstones=" + std::to_string(table.tombstones) +
                    " events=" + std::to_string(table.event_ids) +
                    " last_commit=" + std::to_string(table.last_commit);
  if (with_digest) out += " digest=" + table.digest;
  out += "\n";
  for (const RowState& row : table.live) {
    out += "  " + ToText(row.key) + " " + ToText(row.version) + " " + Quote(row.value) +
           " by=" + std::to_string(row.commit) + "\n";
  }
  return out;
}

}  // namespace

std::string Quote(std::string_view bytes) {
  constexpr std::size_t kLong = 24;
  if (bytes.size() > kLong && bytes.find_first_not_of(bytes[0]) == std::string_view::npos) {
    return Quote(bytes.substr(0, 1)) + " * " + std::to_string(bytes.size());
  }
  std::string out = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\x";
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string ToText(const Tuple& key) {
  std::string out = "(";
  for (const Part& part : key) {
    if (out.size() > 1) out += ", ";
    out += PartText(part);
  }
  return out + ")";
}

std::string ToText(const StoredVersion& version) {
  if (const auto* integer = std::get_if<std::int64_t>(&version)) {
    return "v" + std::to_string(*integer);
  }
  if (const auto* text = std::get_if<std::string>(&version)) return "v" + Quote(*text);
  return "";
}

std::string ToText(const Partition& partition) {
  return partition.name ? Quote(*partition.name) : std::to_string(partition.number);
}

std::string ToText(const Place& place, bool with_offset) {
  std::string out = place.source + "/" + ToText(place.partition);
  if (with_offset) out += "@" + std::to_string(place.offset);
  if (!place.incarnation.empty()) out += " life=" + Quote(place.incarnation);
  return out;
}

std::string ToText(const Outcome& outcome) {
  std::string out(ToString(outcome.verdict));
  if (outcome.reason != Reason::kNone) out += " " + std::string(ToString(outcome.reason));
  return out + " by=" + std::to_string(outcome.commit);
}

std::string ToText(const RefusedRecord& record) {
  constexpr std::array<const char*, 4> kWords = {"insert", "upsert", "delete", "reject"};
  return kWords.at(static_cast<std::size_t>(record.operation)) + (" " + record.table) +
         BodyText(record);
}

std::string ToText(const Action& action) {
  switch (action.kind) {
    case Action::Kind::kFrom:
      return "from " + ToText(action.place, true);
    case Action::Kind::kNowhere:
      return "nowhere";
    case Action::Kind::kAdvance:
      return "advance " + ToText(action.place, true) +
             (action.note.empty() ? "" : " note=" + Quote(action.note));
    case Action::Kind::kEmpty:
      return "empty " + ToText(action.place, false) + " " + RangeText(action.range);
    default:
      return ToText(AsRefused(action));
  }
}

std::string ToText(const Step& step) {
  struct Writer {
    std::string operator()(const OpenTable& s) const {
      return "table " + s.name + " " + OptionsText(s.options) + "\n";
    }
    std::string operator()(const DeclareSource& s) const {
      return "source " + s.name + " " + OptionsText(s.options) + "\n";
    }
    std::string operator()(const Commit& s) const { return CommitText(s); }
    std::string operator()(const Rewind& s) const {
      std::string out = "rewind " + ToText(Place{s.place.source, s.place.partition, 0, ""}, false) +
                        " to=" + std::to_string(s.place.offset);
      if (s.new_life) out += " life=" + Quote(s.place.incarnation);
      if (!s.reason.empty()) out += " reason=" + Quote(s.reason);
      return out + "\n";
    }
    std::string operator()(const Resolve& s) const {
      return std::string(s.resolution == Resolution::kAccept ? "accept " : "discard ") +
             ToText(s.record) + "\n";
    }
    std::string operator()(const ForgetTokens& s) const {
      return "forget-tokens " + s.application + " below=" + std::to_string(s.below) + "\n";
    }
    std::string operator()(const ForgetRequests& s) const {
      return "forget-requests below=" + std::to_string(s.below_commit) + "\n";
    }
    std::string operator()(const PurgeQuarantine& s) const {
      return "purge-quarantine below=" + std::to_string(s.below_commit) + "\n";
    }
    std::string operator()(const Collect& s) const { return "collect " + s.table + "\n"; }
    std::string operator()(const Flush&) const { return "flush\n"; }
    std::string operator()(const Reopen&) const { return "reopen\n"; }
  };
  return std::visit(Writer{}, step);
}

std::string ToText(const std::vector<Step>& steps) {
  std::string out;
  for (const Step& step : steps) out += ToText(step);
  return out;
}

std::string ToText(const SinkOptions& options) {
  const Limits defaults;
  const Limits& limits = options.limits;
  std::string out = "sink";
  if (options.on_invalid == InvalidPolicy::kQuarantine) out += " quarantine-invalid";
  const auto field = [&out](const char* name, std::size_t value, std::size_t usual) {
    if (value != usual) out += std::string(" ") + name + "=" + std::to_string(value);
  };
  field("key_bytes", limits.key_bytes, defaults.key_bytes);
  field("value_bytes", limits.value_bytes, defaults.value_bytes);
  field("batch_bytes", limits.batch_bytes, defaults.batch_bytes);
  field("batch_records", limits.batch_records, defaults.batch_records);
  field("tables", limits.tables, defaults.tables);
  field("source_partitions", limits.source_partitions, defaults.source_partitions);
  field("ranges_per_partition", limits.ranges_per_partition, defaults.ranges_per_partition);
  return out + "\n";
}

std::string ToText(const Answer& answer) {
  if (!answer.ok()) {
    std::string out;
    for (const ErrorCode code : answer.errors) {
      out += (out.empty() ? "error " : " or ") + std::string(ToString(code));
    }
    return out + "\n";
  }
  std::string out = "commit " + std::to_string(answer.commit);
  if (answer.repeated) out += " repeated";
  if (answer.removed != 0) out += " removed " + std::to_string(answer.removed);
  out += "\n";
  for (const Outcome& outcome : answer.outcomes) out += "  " + ToText(outcome) + "\n";
  for (const OpenGap& gap : answer.gaps) {
    out +=
        "  gap " + gap.source + "/" + ToText(gap.partition) + " " + RangeText(gap.offsets) + "\n";
  }
  return out;
}

std::string ToText(const State& state, bool with_digests) {
  std::string out = "commit " + std::to_string(state.commit) + "\n";
  for (const TableState& table : state.tables) out += TableText(table, with_digests);
  for (const Checkpoint& checkpoint : state.checkpoints) out += CheckpointText(checkpoint);
  for (const RefusedState& entry : state.quarantine) out += RefusedText(entry);
  for (const RewindEntry& entry : state.rewinds) out += RewindText(entry);
  return out;
}

}  // namespace idem::script
