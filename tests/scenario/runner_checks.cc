// SPDX-License-Identifier: Apache-2.0

#include "scenario/runner.h"
#include "script/text.h"

#include <algorithm>

namespace idem::scenario {

using script::Block;
using script::Lexer;
using script::Line;
using script::State;
using script::ToText;

namespace {

std::string RangeText(const OffsetRange& range) {
  return "[" + std::to_string(range.begin) + "," + std::to_string(range.end) + ")";
}

std::string RowText(const script::Tuple& key, const StoredVersion& version,
                    const std::string& value) {
  const std::string v = ToText(version);
  return ToText(key) + (v.empty() ? " " : " " + v + " ") + script::Quote(value) + "\n";
}

bool BeginsWith(const script::Tuple& key, const script::Tuple& prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

// "0=17 1=3": partitions and their next offsets.
std::string PointsText(std::vector<ResumePoint> points) {
  std::string out;
  for (const ResumePoint& point : points) {
    out += ToText(point.partition) + "=" + std::to_string(point.next) + "\n";
  }
  return out;
}

std::string ReadPoints(Lexer* line) {
  std::vector<ResumePoint> points;
  while (!line->AtEnd()) {
    ResumePoint point;
    point.partition = line->ReadPartition();
    line->Expect('=');
    point.next = line->Integer();
    points.push_back(point);
  }
  return PointsText(points);
}

constexpr const char* kStates[] = {"open", "accepted", "discarded"};

}  // namespace

script::TableState Runner::TableNamed(const Line& line, const std::string& name) {
  for (script::TableState& table : target_->Read().tables) {
    if (table.name == name) return table;
  }
  Fail(line, "no such table");
  return {};
}

std::string Runner::DigestOf(const Line& line, const std::string& table) {
  return TableNamed(line, table).digest;
}

void Runner::CheckRows(Lexer* line, const Block& block) {
  const std::string name = line->Name();
  std::optional<script::Tuple> prefix;
  if (line->NextField("prefix")) prefix = line->Key();
  std::string wanted;
  for (const Line& text : block.body) {
    Lexer row(text);
    const script::Tuple key = row.Key();
    const StoredVersion version = row.Version();
    wanted += RowText(key, version, row.Quoted());
  }
  std::string got;
  if (sink_ != nullptr && prefix) {
    const Snapshot snapshot = sink_->sink().NewSnapshot().value();
    RowCursor rows = snapshot.Scan(name, {.prefix = Key(script::ToParts(*prefix))}).value();
    while (rows.Next().value()) {
      got += RowText(script::FromKey(rows.row().key), rows.row().version, rows.row().value);
    }
  } else {
    for (const script::RowState& row : TableNamed(block.head, name).live) {
      if (!prefix || BeginsWith(row.key, *prefix)) got += RowText(row.key, row.version, row.value);
    }
  }
  ExpectText(block.head, got, wanted);
}

void Runner::CheckGet(Lexer* line, const Block& block) {
  const std::string name = line->Name();
  const script::Tuple key = line->Key();
  if (!line->Next("->")) line->Fail("expected ->");
  std::string wanted = "none";
  if (!line->Next("none")) {
    const StoredVersion version = line->Version();
    wanted = RowText(key, version, line->Quoted());
  }
  std::string got = "none";
  if (sink_ == nullptr) {
    for (const script::RowState& row : TableNamed(block.head, name).live) {
      if (row.key == key) got = RowText(row.key, row.version, row.value);
    }
  } else if (const auto row = sink_->table(name).Get(script::ToParts(key)).value()) {
    got = RowText(script::FromKey(row->key), row->version, row->value);
  }
  ExpectText(block.head, got, wanted);
}

void Runner::CheckCounts(Lexer* line, const Block& block) {
  const script::TableState table = TableNamed(block.head, line->Name());
  while (!line->AtEnd()) {
    std::uint64_t got = 0;
    if (line->NextField("rows")) {
      got = table.rows;
    } else if (line->NextField("tombstones")) {
      got = table.tombstones;
    } else if (line->NextField("events")) {
      got = table.event_ids;
    } else {
      line->Fail("unknown count");
    }
    if (got != static_cast<std::uint64_t>(line->Integer())) {
      Fail(block.head, "it is " + std::to_string(got));
    }
  }
}

void Runner::CheckCheckpoint(Lexer* line, const Block& block) {
  const script::Place place = line->ReadPlace(false);
  const State state = target_->Read();
  const auto found =
      std::find_if(state.checkpoints.begin(), state.checkpoints.end(), [&](const Checkpoint& at) {
        return at.source == place.source && at.partition == place.partition;
      });
  if (line->Next("none")) {
    if (found != state.checkpoints.end()) Fail(block.head, "there is one");
    return;
  }
  if (found == state.checkpoints.end()) return Fail(block.head, "there is none");
  std::string done;
  std::string holes;
  bool holes_given = false;
  while (!line->AtEnd()) {
    if (line->NextField("start")) {
      ExpectText(block.head, std::to_string(found->start), std::to_string(line->Integer()));
    } else if (line->NextField("next")) {
      ExpectText(block.head, std::to_string(found->next), std::to_string(line->Integer()));
    } else if (line->NextField("life")) {
      ExpectText(block.head, found->incarnation, line->Name());
    } else if (line->NextField("note")) {
      ExpectText(block.head, found->note, line->Name());
    } else if (line->NextField("done")) {
      done += RangeText(line->Range());
    } else if (line->NextField("hole")) {
      holes_given = true;
      holes += RangeText(line->Range());
    } else {
      line->Fail("unknown checkpoint field");
    }
  }
  std::string got_done;
  for (const OffsetRange& range : found->done) got_done += RangeText(range);
  std::string got_holes;
  for (const OffsetRange& range : found->Holes()) got_holes += RangeText(range);
  if (!holes_given || !done.empty()) ExpectText(block.head, "done " + got_done, "done " + done);
  if (holes_given) ExpectText(block.head, "holes " + got_holes, "holes " + holes);
}

void Runner::CheckResume(Lexer* line, const Block& block) {
  const std::string source = line->Name();
  std::vector<ResumePoint> points;
  if (sink_ != nullptr) {
    points = sink_->sink().ResumeFrom(source).value();
  } else {
    for (const Checkpoint& at : target_->Read().checkpoints) {
      if (at.source == source) points.push_back({at.partition, at.next});
    }
  }
  ExpectText(block.head, PointsText(points), ReadPoints(line));
}

void Runner::CheckDurable(Lexer* line, const Block& block) {
  const std::string source = line->Name();
  if (sink_ == nullptr) return;
  const auto points = sink_->sink().DurableCheckpoints(source).value();
  ExpectText(block.head, PointsText(points), ReadPoints(line));
}

void Runner::CheckQuarantine(Lexer*, const Block& block) {
  std::vector<std::string> wanted;
  for (const Line& text : block.body) {
    Lexer entry(text);
    const std::string state = entry.Word();
    const std::string verdict = entry.Word();
    const std::string reason = entry.Word();
    wanted.push_back(state + " " + verdict + " " + reason + " " +
                     ToText(script::ParseRefused(&entry)));
  }
  std::vector<std::string> got;
  for (const script::RefusedState& entry : target_->Read().quarantine) {
    got.push_back(std::string(kStates[static_cast<std::size_t>(entry.state)]) + " " +
                  std::string(ToString(entry.verdict)) + " " + std::string(ToString(entry.reason)) +
                  " " + ToText(entry.record));
  }
  const auto joined = [](std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const std::string& one : lines) out += one + "\n";
    return out;
  };
  ExpectText(block.head, joined(got), joined(wanted));
}

void Runner::CheckRewinds(Lexer* line, const Block& block) {
  const std::string source = line->Name();
  std::string wanted;
  for (const Line& text : block.body) wanted += text.text + "\n";
  std::string got;
  for (const RewindEntry& entry : target_->Read().rewinds) {
    if (entry.source != source) continue;
    got += ToText(entry.partition) + " from=" + std::to_string(entry.from) +
           " to=" + std::to_string(entry.to) + " reason=" + script::Quote(entry.reason);
    if (entry.incarnation_before != entry.incarnation_after) {
      got += " life=" + script::Quote(entry.incarnation_after);
    }
    got += "\n";
  }
  ExpectText(block.head, got, wanted);
}

void Runner::CheckGaps(Lexer*, const Block& block) {
  std::string wanted;
  for (const Line& text : block.body) wanted += text.text + "\n";
  std::string got;
  for (const OpenGap& gap : last_gaps_) {
    got += gap.source + "/" + ToText(gap.partition) + " " + RangeText(gap.offsets) + "\n";
  }
  ExpectText(block.head, got, wanted);
}

void Runner::CheckLastCommit(Lexer* line, const Block& block) {
  ExpectText(block.head, std::to_string(target_->Read().commit), std::to_string(line->Integer()));
}

void Runner::RememberDigest(Lexer* line, const Block& block) {
  const std::string name = line->Word();
  digests_[name] = DigestOf(block.head, line->Name());
}

void Runner::CheckSameDigest(Lexer* line, const Block& block) {
  const std::string& remembered = digests_.at(line->Word());
  ExpectText(block.head, DigestOf(block.head, line->Name()), remembered);
}

void Runner::CheckOtherDigest(Lexer* line, const Block& block) {
  const std::string& remembered = digests_.at(line->Word());
  if (DigestOf(block.head, line->Name()) == remembered) Fail(block.head, "the digests are equal");
}

}  // namespace idem::scenario
