// SPDX-License-Identifier: Apache-2.0
//
// Operation: one call on a sink, as plain data. The model test makes operations at random and
// compares what they do to two stores and to the oracle; scenario files spell them as text
// (text.h writes it, parse.h reads it), so a failure of the one can become a file of the other.
//
// Nothing here uses the library's code: keys are lists of parts, not encodings, so that a wrong
// encoding cannot hide behind itself.
#pragma once

#include <idem/checkpoint.h>
#include <idem/commit_report.h>
#include <idem/key.h>
#include <idem/quarantine.h>
#include <idem/record.h>
#include <idem/row.h>
#include <idem/table_options.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace idem::script {

// --- Keys ---

// Ordered as keys.md says: numerically, -0.0 equal to 0.0, one NaN above all.
struct Number {
  double value = 0;
  friend std::strong_ordering operator<=>(const Number& a, const Number& b) noexcept {
    const bool a_nan = a.value != a.value;
    const bool b_nan = b.value != b.value;
    if (a_nan || b_nan) return a_nan <=> b_nan;
    if (a.value < b.value) return std::strong_ordering::less;
    return a.value > b.value ? std::strong_ordering::greater : std::strong_ordering::equal;
  }
  friend bool operator==(const Number& a, const Number& b) noexcept { return (a <=> b) == 0; }
};

struct Blob {
  std::string data = {};
  friend auto operator<=>(const Blob&, const Blob&) = default;
};

// The alternatives stand in key order: comparing the index first orders the types.
using Part = std::variant<std::monostate, bool, std::int64_t, Number, std::string, Blob, Uuid>;
using Tuple = std::vector<Part>;

// --- What a batch is filled with ---

struct Place {
  std::string source = {};
  Partition partition = {};
  std::int64_t offset = 0;
  std::string incarnation = {};

  friend bool operator==(const Place&, const Place&) = default;
};

// What a scenario says must become of one record. The model leaves it out.
struct Expected {
  Verdict verdict = Verdict::kInvalid;
  std::optional<Reason> reason = {};
  std::optional<std::uint64_t> commit = {};
};

struct Action {
  enum class Kind : std::uint8_t {
    kFrom,
    kNowhere,
    kAdvance,
    kEmpty,  // where records come from
    kInsert,
    kUpsert,
    kDelete,
    kReject,  // records
  };
  Kind kind = Kind::kNowhere;
  Place place = {};        // from, advance (offset: the next one), empty
  OffsetRange range = {};  // empty
  std::string note = {};   // advance
  std::string table = {};  // records
  Tuple key = {};
  StoredVersion version = {};
  std::optional<Tuple> event_id = {};
  std::string value = {};
  std::string why = {};  // reject
  std::optional<Expected> expected = {};

  bool is_record() const noexcept { return kind >= Kind::kInsert; }
};

struct Token {
  std::string name = {};
  std::optional<std::int64_t> sequence = {};  // unset: an opaque label
  friend auto operator<=>(const Token&, const Token&) = default;
};

// --- Operations ---

struct OpenTable {
  std::string name = {};
  TableOptions options = {};
};

struct DeclareSource {
  std::string name = {};
  SourceOptions options = {};
};

struct Commit {
  std::optional<Token> token = {};
  std::vector<Action> actions = {};
  bool bulk = false;
};

struct Rewind {
  Place place = {};  // offset: where to
  std::string reason = {};
  bool new_life = false;  // take place.incarnation over
};

// A quarantine entry is named by the record it holds: its id is for the store to choose.
struct RefusedRecord {
  std::string table = {};
  Operation operation = Operation::kInsert;
  Tuple key = {};
  StoredVersion version = {};
  std::optional<Tuple> event_id = {};
  std::string value = {};
  std::string why = {};
  friend auto operator<=>(const RefusedRecord&, const RefusedRecord&) = default;
};

struct Resolve {
  Resolution resolution = Resolution::kAccept;
  RefusedRecord record = {};
};

struct ForgetTokens {
  std::string application = {};
  std::int64_t below = 0;
};

struct ForgetRequests {
  std::uint64_t below_commit = 0;
};

struct PurgeQuarantine {
  std::uint64_t below_commit = 0;
};

struct Collect {
  std::string table = {};
};

struct Flush {};
struct Reopen {};  // closes the sink and opens it again; nothing for a store in memory

using Step = std::variant<OpenTable, DeclareSource, Commit, Rewind, Resolve, ForgetTokens,
                          ForgetRequests, PurgeQuarantine, Collect, Flush, Reopen>;

// Where an action's record would stand in quarantine, were it refused.
inline RefusedRecord AsRefused(const Action& action) {
  RefusedRecord record{.table = action.table,
                       .key = action.key,
                       .version = action.version,
                       .event_id = action.event_id,
                       .value = action.value,
                       .why = action.why};
  if (action.kind == Action::Kind::kUpsert) record.operation = Operation::kUpsert;
  if (action.kind == Action::Kind::kDelete) record.operation = Operation::kDelete;
  if (action.kind == Action::Kind::kReject) record.operation = Operation::kReject;
  return record;
}

// What tells one refused record from another: of a text that was rejected, not the reason.
inline RefusedRecord IdentityOf(RefusedRecord record) {
  const bool has_text = !record.value.empty();
  if (record.operation == Operation::kReject && has_text) record.why.clear();
  return record;
}

}  // namespace idem::script
