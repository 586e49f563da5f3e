// SPDX-License-Identifier: Apache-2.0
//
// What is stored about rows, tables, events and the store itself. The exact bytes are pinned by
// docs_vectors_test.cc.

#include "base/coding.h"
#include "unit/codec/decoder_check.h"
#include "unit/codec/samples.h"

#include <idem/limits.h>

#include <gtest/gtest.h>

#include <vector>

namespace idem::codec {
namespace {

std::string Encoded(const RowEnvelope& row) {
  std::string bytes;
  AppendRow(row, &bytes);
  return bytes;
}

std::string Encoded(const TableDefinition& table) {
  std::string bytes;
  AppendTableDefinition(table, &bytes);
  return bytes;
}

std::string Encoded(const TableState& state) {
  std::string bytes;
  AppendTableState(state, &bytes);
  return bytes;
}

template <typename T, bool (*decode)(std::string_view, T*)>
std::optional<std::string> RecodeAs(std::string_view bytes) {
  T value{};
  if (!decode(bytes, &value)) return std::nullopt;
  return Encoded(value);
}

std::vector<RowEnvelope> Rows() {
  const RowEnvelope sample = SampleRow();
  RowEnvelope unversioned = sample;
  unversioned.version = Version();
  RowEnvelope text = sample;
  text.version = "FFF/ABC";
  RowEnvelope bare;
  RowEnvelope tombstone;
  tombstone.tombstone = true;
  tombstone.version = -1;
  tombstone.commit = UINT64_MAX;
  tombstone.rank = UINT32_MAX;
  std::vector<RowEnvelope> rows = {sample, unversioned, text, bare, tombstone};
  for (std::size_t i = 0, stored = rows.size(); i < stored; ++i) {
    rows.push_back(rows[i]);
    rows.back().fingerprint_derived = true;
  }
  return rows;
}

TEST(RowEnvelopeTest, ReadsBackAndNothingElseDoes) {
  for (const RowEnvelope& row : Rows()) {
    CheckDecoder(Encoded(row), RecodeAs<RowEnvelope, DecodeRow>);
  }
}

std::optional<std::string> RecodedHead(std::string_view head) {
  RowEnvelope row;
  row.payload = "of an earlier row";
  if (!DecodeRowHead(head, &row)) return std::nullopt;
  EXPECT_TRUE(row.payload.empty());
  char bytes[kRowHeadBytesMax];
  return std::string(bytes, PutRowHead(row, bytes));
}

TEST(RowEnvelopeTest, AHeadReadsBackAndNothingElseDoes) {
  for (const RowEnvelope& row : Rows()) {
    char head[kRowHeadBytesMax];
    const std::size_t bytes = PutRowHead(row, head);
    EXPECT_EQ(Encoded(row).size() - row.payload.size(), StoredBytes(row, bytes));
    CheckDecoder({head, bytes}, RecodedHead);
  }
}

bool SameVersion(const Version& a, const Version& b) {
  return a.has_value() == b.has_value() && a.is_integer() == b.is_integer() &&
         a.integer() == b.integer();
}

// What StampIfSame says, from all that the head says.
RowStamp StampByDecoding(std::string_view head, const RowEnvelope& content) {
  RowEnvelope row;
  const bool same = DecodeRowHead(head, &row) && !row.tombstone && row.version.text().empty() &&
                    SameVersion(row.version, content.version) &&
                    row.fingerprint == content.fingerprint;
  return same ? RowStamp{row.commit, row.rank} : RowStamp();
}

void CheckStamp(std::string_view head) {
  for (const RowEnvelope& content : Rows()) {
    if (!content.version.text().empty()) continue;
    const RowStamp stamp = StampIfSame(head, content.version, content.fingerprint);
    const RowStamp expected = StampByDecoding(head, content);
    EXPECT_EQ(stamp.commit, expected.commit);
    EXPECT_TRUE(stamp.commit == 0 || stamp.rank == expected.rank);
  }
}

TEST(RowEnvelopeTest, AHeadHasAStampForItsOwnContentAlone) {
  std::size_t same = 0;
  for (const RowEnvelope& row : Rows()) {
    char head[kRowHeadBytesMax];
    const std::string bytes(head, PutRowHead(row, head));
    CheckStamp(bytes);
    same += StampIfSame(bytes, row.version, row.fingerprint).commit != 0 ? 1 : 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) CheckStamp(bytes.substr(0, size));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      for (int bit = 0; bit < 8; ++bit) {
        damaged[at] = static_cast<char>(bytes[at] ^ 1 << bit);
        CheckStamp(damaged);
      }
    }
  }
  EXPECT_EQ(same, 4u) << "with an integer and without a version, stored and derived fingerprints";
}

TEST(RowEnvelopeTest, ADerivedFingerprintIsComputedWhereItIsAskedFor) {
  RowEnvelope sample = SampleRow();
  sample.fingerprint_derived = true;
  const std::string bytes = Encoded(sample);
  RowEnvelope row;
  ASSERT_TRUE(DecodeRow(bytes, &row));
  EXPECT_EQ(row.fingerprint, FingerprintOf(sample.payload));
  ASSERT_TRUE(DecodeRowUnhashed(bytes, &row));
  EXPECT_EQ(row.fingerprint, Fingerprint{});
  EXPECT_EQ(row.payload, sample.payload);
  ASSERT_TRUE(DecodeRowUnhashed(Encoded(SampleRow()), &row));
  EXPECT_EQ(row.fingerprint, FingerprintOf(sample.payload)) << "this one is stored";
  RowEnvelope tombstone{.tombstone = true, .fingerprint_derived = true};
  ASSERT_TRUE(DecodeRow(Encoded(tombstone), &row));
  EXPECT_EQ(row.fingerprint, Fingerprint{}) << "not that of an empty payload";
}

TEST(RowEnvelopeTest, KeepsEveryField) {
  const std::string bytes = Encoded(SampleRow());
  RowEnvelope row;
  row.tombstone = true;
  ASSERT_TRUE(DecodeRow(bytes, &row));
  EXPECT_FALSE(row.tombstone);
  EXPECT_EQ(row.commit, 300u);
  EXPECT_EQ(row.rank, 2u);
  EXPECT_TRUE(row.version.is_integer());
  EXPECT_EQ(row.version.integer(), 1718000000);
  EXPECT_EQ(row.fingerprint, FingerprintOf(row.payload));
  EXPECT_EQ(row.payload, "{\"total\":12.50}");
  EXPECT_GE(row.payload.data(), bytes.data()) << "a view of what was decoded";
  EXPECT_LE(row.payload.data() + row.payload.size(), bytes.data() + bytes.size());
}

TEST(RowEnvelopeTest, AVersionHasALimitThere) {
  const std::string longest(kVersionBytesMax, 'F'), longer = longest + "F";
  RowEnvelope row;
  row.version = longest;
  EXPECT_TRUE(DecodeRow(Encoded(row), &row));
  std::string bytes = "\x04";  // a text for a version
  bytes.append(2, '\0');       // commit and rank
  base::AppendSized(longer, &bytes);
  bytes.append(16, '\0');
  EXPECT_FALSE(DecodeRow(bytes, &row));
}

TEST(RowEnvelopeTest, ATombstoneHasNeitherPayloadNorFingerprint) {
  RowEnvelope tombstone;
  tombstone.tombstone = true;
  const std::string bytes = Encoded(tombstone);
  RowEnvelope row;
  EXPECT_TRUE(DecodeRow(bytes, &row));
  EXPECT_FALSE(DecodeRow(bytes + "x", &row));
  std::string marked = bytes;
  marked.back() = 1;  // the last byte of the fingerprint
  EXPECT_FALSE(DecodeRow(marked, &row));
}

TEST(CatalogTest, DefinitionsReadBackAndNothingElseDoes) {
  CheckDecoder(Encoded(SampleDefinition()), RecodeAs<TableDefinition, DecodeTableDefinition>);
  CheckDecoder(Encoded(TableDefinition{}), RecodeAs<TableDefinition, DecodeTableDefinition>);
  const TableDefinition append{.id = UINT32_MAX,
                               .name = "a",
                               .options = {.mode = TableMode::kAppend, .canonical_json = true}};
  CheckDecoder(Encoded(append), RecodeAs<TableDefinition, DecodeTableDefinition>);
}

TEST(CatalogTest, DefinitionsKeepEveryOption) {
  TableDefinition table;
  ASSERT_TRUE(DecodeTableDefinition(Encoded(SampleDefinition()), &table));
  EXPECT_EQ(table.id, 1u);
  EXPECT_EQ(table.name, "orders");
  EXPECT_EQ(table.options.mode, TableMode::kUpsert);
  EXPECT_EQ(table.options.version, VersionKind::kInteger);
  EXPECT_EQ(table.options.tie, TieRule::kConflict);
  EXPECT_TRUE(table.options.canonical_json) << "implied by the ignored members";
  EXPECT_EQ(table.options.ignored_members, (std::vector<std::string>{"meta.seen", "ts"}));
  EXPECT_EQ(table.options.horizon, 3600);
  EXPECT_EQ(table.options.version_max, -1);
}

// A rule takes the distance off a version, which no sum may overflow.
TEST(CatalogTest, ANegativeHorizonDoesNotDecode) {
  TableDefinition table;
  table.options.horizon = -1;
  EXPECT_FALSE(DecodeTableDefinition(Encoded(table), &table));
}

TEST(CatalogTest, TheDefaultVersionKindIsWrittenOut) {
  TableDefinition table;
  ASSERT_TRUE(DecodeTableDefinition(Encoded(TableDefinition{}), &table));
  EXPECT_EQ(table.options.version, VersionKind::kInteger);
  TableDefinition append;
  append.options.mode = TableMode::kAppend;
  ASSERT_TRUE(DecodeTableDefinition(Encoded(append), &table));
  EXPECT_EQ(table.options.version, VersionKind::kNone);
}

TEST(CatalogTest, TheOrderOfIgnoredMembersMeansNothing) {
  TableDefinition a;
  TableDefinition b;
  a.options.ignored_members = {"x", "a", "x"};
  b.options.ignored_members = {"a", "x"};
  EXPECT_EQ(Encoded(a), Encoded(b));
  EXPECT_EQ(DescribeDifference(a.options, b.options), "");
}

TEST(CatalogTest, AnUnknownNumberOfPathsTakesNoMemory) {
  std::string bytes = Encoded(TableDefinition{});
  bytes.pop_back();
  base::AppendVarint32(UINT32_MAX, &bytes);
  TableDefinition table;
  EXPECT_FALSE(DecodeTableDefinition(bytes, &table));
}

TEST(CatalogTest, StatesReadBackAndNothingElseDoes) {
  CheckDecoder(Encoded(SampleState()), RecodeAs<TableState, DecodeTableState>);
  CheckDecoder(Encoded(TableState{}), RecodeAs<TableState, DecodeTableState>);
  TableState high;
  high.high_version = INT64_MIN;
  CheckDecoder(Encoded(high), RecodeAs<TableState, DecodeTableState>);
}

TEST(CatalogTest, StatesKeepEveryField) {
  TableState state;
  ASSERT_TRUE(DecodeTableState(Encoded(SampleState()), &state));
  EXPECT_EQ(state.rows, 300u);
  EXPECT_EQ(state.tombstones, 2u);
  EXPECT_EQ(state.event_ids, 1u);
  EXPECT_EQ(state.digest.ToHex(), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(state.last_commit, 7u);
  EXPECT_EQ(state.high_version, 1718000000);
  EXPECT_EQ(state.floor, -1);
  ASSERT_TRUE(DecodeTableState(Encoded(TableState{}), &state));
  EXPECT_FALSE(state.high_version || state.floor) << "what was there before is gone";
}

TEST(CatalogTest, DifferencesAreNamed) {
  const TableOptions defaults;
  EXPECT_EQ(DescribeDifference(defaults, defaults), "");
  EXPECT_EQ(DescribeDifference({.tie = TieRule::kFirstWins},
                               {.mode = TableMode::kAppend, .version = VersionKind::kInteger}),
            "mode: stored upsert, asked append; tie: stored first, asked converge");
  EXPECT_EQ(DescribeDifference(defaults, {.version = VersionKind::kHex}),
            "version: stored integer, asked hex");
  EXPECT_EQ(DescribeDifference(defaults, {.version = VersionKind::kInteger}), "") << "the default";
  EXPECT_EQ(DescribeDifference({.horizon = 5}, {.version_max = -1}),
            "horizon: stored 5, asked unset; version_max: stored unset, asked -1");
  EXPECT_EQ(DescribeDifference(defaults, {.canonical_json = true}),
            "canonical_json: stored false, asked true");
  EXPECT_EQ(DescribeDifference({.ignored_members = {"a", "b"}}, {.ignored_members = {"a,b\n"}}),
            "ignored_members: stored [\"a\", \"b\"], asked [\"a,b\\n\"]");
}

TEST(CatalogTest, TheTieRuleOfAnAppendTableMeansNothing) {
  EXPECT_EQ(DescribeDifference({.mode = TableMode::kAppend}, {.tie = TieRule::kFirstWins}),
            "mode: stored append, asked upsert; version: stored none, asked integer; "
            "tie: stored converge, asked first");
  EXPECT_EQ(DescribeDifference({.mode = TableMode::kAppend},
                               {.mode = TableMode::kAppend, .tie = TieRule::kLastWins}),
            "");
}

TEST(EventRecordTest, ReadsBackAndNothingElseDoes) {
  const auto recode = [](std::string_view bytes) -> std::optional<std::string> {
    EventRecord event;
    if (!DecodeEvent(bytes, &event)) return std::nullopt;
    std::string again;
    AppendEvent(event, &again);
    return again;
  };
  std::string bytes;
  AppendEvent({300, SampleFingerprint()}, &bytes);
  CheckDecoder(bytes, recode);
  EventRecord event;
  ASSERT_TRUE(DecodeEvent(bytes, &event));
  EXPECT_EQ(event.commit, 300u);
  EXPECT_EQ(event.event, SampleFingerprint());
}

TEST(StoreHeaderTest, ReadsBackAndNothingElseDoes) {
  const auto recode = [](std::string_view bytes) -> std::optional<std::string> {
    FormatHeader header;
    if (!DecodeFormatHeader(bytes, &header)) return std::nullopt;
    if (header.format_version != kFormatVersion) return std::string(bytes);  // not read further
    std::string again;
    AppendFormatHeader(header, &again);
    return again;
  };
  std::string bytes;
  AppendFormatHeader({.store_id = SampleUuid()}, &bytes);
  CheckDecoder(bytes, recode);
  FormatHeader header;
  ASSERT_TRUE(DecodeFormatHeader(bytes, &header));
  EXPECT_EQ(header.store_id, SampleUuid());
}

// CASES A5: an encoding that changed once made 200 rows of 100.
TEST(StoreHeaderTest, AnotherFormatVersionIsNamedAndNotMisread) {
  using std::string_view_literals::operator""sv;
  FormatHeader header;
  header.store_id = SampleUuid();
  ASSERT_TRUE(DecodeFormatHeader("IDEM\0\0\0\2 and whatever comes then"sv, &header));
  EXPECT_EQ(header.format_version, 2u);
  EXPECT_EQ(header.store_id, Uuid{});
  ASSERT_TRUE(DecodeFormatHeader("IDEM\0\0\0\2"sv, &header));
  EXPECT_FALSE(DecodeFormatHeader("IDEM\0\0\0"sv, &header));
  EXPECT_FALSE(DecodeFormatHeader("IDEN\0\0\0\2"sv, &header));
  EXPECT_FALSE(DecodeFormatHeader("", &header));
}

TEST(StoreHeaderTest, Fixed64) {
  const auto recode = [](std::string_view bytes) -> std::optional<std::string> {
    std::uint64_t value = 0;
    if (!DecodeFixed64(bytes, &value)) return std::nullopt;
    std::string again;
    AppendFixed64(value, &again);
    return again;
  };
  CheckDecoder(std::string("\0\0\0\0\0\0\1\x2c", 8), recode);
}

}  // namespace
}  // namespace idem::codec
