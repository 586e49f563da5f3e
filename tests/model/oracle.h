// SPDX-License-Identifier: Apache-2.0
//
// Oracle: what idem promises, written down a second time as plainly as possible. Maps and loops, no
// storage, no encodings, no shared code but the public words. It follows the contracts in
// include/idem/, never the library: where the two differ, one of them has a bug.
//
// A commit works on a copy of the whole world and throws the copy away when it is rejected, so that
// "no effect" needs no proof here.
#pragma once

#include "script/operation.h"
#include "script/target.h"

#include <idem/options.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idem::model {

// XXH3-128 of the payload, high half first: how ties are ordered is part of the contract.
struct Content {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Content&, const Content&) = default;
};

// Counts the situations that were really met, by name.
using Probes = std::map<std::string, std::uint64_t, std::less<>>;

class Oracle final : public script::Target {
 public:
  explicit Oracle(const SinkOptions& options, Probes* probes = nullptr)
      : options_(options), probes_(probes) {}

  script::Answer Do(const script::Step& step) override;
  script::State Read() override;
  std::string Check() override { return ""; }

  // Open quarantine entries, for a generator that wants to resolve one.
  std::vector<script::RefusedRecord> Refused() const;

  // The offset a source would be read from next; nothing for one never seen.
  std::optional<std::int64_t> NextOffset(const script::Place& place) const;

 private:
  struct Cell {  // a row or, with `tombstone`, the memory of its delete
    bool tombstone = false;
    StoredVersion version;
    std::string value;
    Content content;
    std::uint32_t rank = 0;
    std::uint64_t commit = 0;
  };
  struct Event {
    std::uint64_t commit = 0;
    bool is_delete = false;
    script::Tuple key;
    StoredVersion version;
    Content content;
  };
  struct TableModel {
    TableOptions options;
    std::map<script::Tuple, Cell> cells;
    std::map<script::Tuple, Event> events;
    std::optional<std::int64_t> high;
    std::optional<std::int64_t> floor;
    std::uint64_t last_commit = 0;
    std::set<script::Tuple> collected;  // keys whose tombstones are gone; for the probes alone
  };
  struct Report {
    std::vector<script::Action> actions;
    script::Answer answer;
  };
  using PlaceKey = std::pair<std::string, std::pair<std::optional<std::string>, std::int64_t>>;
  struct World {
    std::uint64_t commit = 0;
    std::map<std::string, TableModel, std::less<>> tables;
    std::map<std::string, SourceOptions, std::less<>> sources;
    std::map<PlaceKey, Checkpoint> checkpoints;
    std::map<script::RefusedRecord, script::RefusedState> quarantine;
    std::map<script::Token, Report> tokens;
    std::map<std::string, std::int64_t, std::less<>> token_floors;
    std::vector<RewindEntry> rewinds;
  };
  // One commit in the making: the world it will leave behind and what is known of the next record.
  struct Draft {
    World world;
    std::uint64_t number = 0;
    bool changed = false;
    bool replayed = false;
    bool bad_offset = false;
    script::Place place;  // without a source: nowhere
    std::uint32_t rank = 0;
    std::map<PlaceKey, bool> touched;
    std::vector<ErrorCode> errors;
  };
  // A record that passed validation.
  struct Record {
    script::Tuple key;
    StoredVersion version;
    std::optional<script::Tuple> event_id;
    std::string value;
    Content content;
    bool is_delete = false;
    std::uint32_t rank = 0;
  };

  // oracle.cc: operations other than Commit
  script::Answer Run(const script::OpenTable& step);
  script::Answer Run(const script::DeclareSource& step);
  script::Answer Run(const script::Commit& step);
  script::Answer Run(const script::Rewind& step);
  script::Answer Run(const script::Resolve& step);
  script::Answer Run(const script::ForgetTokens& step);
  script::Answer Run(const script::ForgetRequests& step);
  script::Answer Run(const script::PurgeQuarantine& step);
  script::Answer Run(const script::Collect& step);
  script::Answer Run(const script::Flush&) const { return {}; }
  script::Answer Run(const script::Reopen&);
  script::Answer Done();                      // a commit of its own, whose number nobody is told
  script::Answer Removed(std::size_t count);  // the same, if that is any
  bool AnswerFromToken(const script::Commit& step, script::Answer* answer) const;
  std::vector<OpenGap> Gaps(const Draft& draft) const;

  // oracle_checkpoints.cc
  const SourceOptions& SourceOf(const World& world, std::string_view source) const;
  Checkpoint* At(Draft* draft, const script::Place& place, std::int64_t first);
  void From(Draft* draft, const script::Place& place);
  void Advance(Draft* draft, const script::Action& action);
  void DeclareEmpty(Draft* draft, const script::Action& action);
  void MarkDone(Draft* draft, Checkpoint* at, OffsetRange range);

  // oracle_rules.cc
  Reason Validate(const TableOptions& table, const script::Action& action, bool bad_offset,
                  Record* record) const;
  Outcome Decide(Draft* draft, const script::Action& action);
  Outcome Refuse(Draft* draft, const script::Action& action, Outcome outcome);
  Outcome ApplyEvent(Draft* draft, TableModel* table, const Record& record);
  void NoteEvent(Draft* draft, TableModel* table, const Record& record);
  Outcome ApplyRow(Draft* draft, TableModel* table, const Record& record);
  Outcome ApplyVersion(Draft* draft, TableModel* table, const Record& record, Cell* cell);
  Outcome ApplyTie(Draft* draft, TableModel* table, const Record& record, Cell* cell);
  void Write(Draft* draft, TableModel* table, const Record& record);
  bool TooLate(const TableModel& table, const Record& record) const;
  void Reach(std::string_view what) const;

  SinkOptions options_;
  Probes* probes_;
  World world_;
};

// --- Words of their own (oracle_words.cc) ---

// The content of a value by the table's fingerprint options; nothing when it should be JSON and is
// not.
std::optional<Content> ContentOf(const TableOptions& options, const std::string& value);

// The bytes a key takes by the table of type codes in docs/reference/keys.md.
std::size_t EncodedSize(const script::Tuple& key);

// Hexadecimal sections in normal form (upper case, no leading zeros); nothing when malformed.
std::optional<std::string> NormalHex(std::string_view text);

// Orders two versions of one kind; hexadecimal ones in normal form.
std::strong_ordering CompareVersions(VersionKind kind, const StoredVersion& a,
                                     const StoredVersion& b);

}  // namespace idem::model
