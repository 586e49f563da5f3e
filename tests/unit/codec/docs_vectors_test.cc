// SPDX-License-Identifier: Apache-2.0
//
// The pages docs/reference/keys.md and format.md hold lines of the form `vector NAME = HEX`. Each
// must be what the code writes, and everything the code is asked for here must stand there.

#include "base/coding.h"
#include "base/hex.h"
#include "codec/keyspace.h"
#include "unit/codec/samples.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace idem::codec {
namespace {

using Vectors = std::map<std::string, std::string>;

Vectors ReadVectors(const std::string& page) {
  Vectors vectors;
  std::ifstream file(std::string(IDEM_DOCS_DIR) + "/reference/" + page);
  EXPECT_TRUE(file.is_open()) << page;
  constexpr std::string_view kBegin = "vector ";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kBegin)) continue;
    const std::size_t equals = line.rfind(" = ");
    EXPECT_NE(equals, std::string::npos) << line;
    const std::string name = line.substr(kBegin.size(), equals - kBegin.size());
    EXPECT_TRUE(vectors.emplace(name, line.substr(equals + 3)).second) << "twice: " << name;
  }
  return vectors;
}

template <typename Append>
std::string Hex(Append append) {
  std::string bytes;
  append(&bytes);
  return base::ToHex(bytes);
}

std::string Hex(const Fingerprint& fingerprint) {
  return Hex([&](std::string* out) { AppendFingerprint(fingerprint, out); });
}

TEST(DocsVectorsTest, Keys) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string nul(1, '\0');
  const std::vector<std::pair<std::string, Key>> named = {
      {"-0.0", Key(-0.0)},  // its text is that of 0.0
      {"\"a\\u0000b\"", Key("a" + nul + "b")},
  };
  const std::vector<Key> plain = {Key(nullptr),     Key(false),
                                  Key(true),        Key(0),
                                  Key(1),           Key(-1),
                                  Key(INT64_MIN),   Key(INT64_MAX),
                                  Key(0.0),         Key(1.0),
                                  Key(-1.0),        Key(kInfinity),
                                  Key(-kInfinity),  Key(std::numeric_limits<double>::quiet_NaN()),
                                  Key(""),          Key("a"),
                                  Key(nul),         Key(Bytes{""}),
                                  Key(Bytes{"a"}),  Key(Bytes{std::string_view("\0\xff", 2)}),
                                  Key(SampleUuid())};
  Vectors vectors;
  for (const auto& [name, key] : named) vectors[name] = base::ToHex(key.encoded());
  // The name of a single part is the key's text without its parentheses.
  for (const Key& key : plain) {
    const std::string text = key.ToString();
    vectors[text.substr(1, text.size() - 2)] = base::ToHex(key.encoded());
  }
  for (const Key& key : {SampleKey(), Key("a", "bc"), Key("ab", "c"), Key(nullptr, "")}) {
    vectors[key.ToString()] = base::ToHex(key.encoded());
  }
  EXPECT_EQ(ReadVectors("keys.md"), vectors);
}

void AddKeyVectors(Vectors* vectors) {
  const auto add = [vectors](const std::string& name, const std::string& key) {
    (*vectors)["key " + name] = base::ToHex(key);
  };
  add("format", SpaceKey(Space::kFormat));
  add("epoch", SpaceKey(Space::kEpoch));
  add("last commit", SpaceKey(Space::kLastCommit));
  add("recovery 9", RecoveryKey(9));
  add("table \"orders\"", TableKey("orders"));
  add("table state 1", TableStateKey(1));
  add("source \"s\"", SourceKey("s"));
  add("checkpoint \"s\" 3", CheckpointKey("s", 3));
  add("checkpoint \"s\" \"p\"", CheckpointKey("s", "p"));
  add("rewind \"s\" 3 commit 9", RewindKey("s", 3, 9));
  add("request \"load-1\"", RequestTokenKey("load-1"));
  add("sequence \"app\" -1", SequenceTokenKey("app", -1));
  add("token floor \"app\"", TokenFloorKey("app"));
  add("quarantine", QuarantineKey(SampleQuarantine().id));
  std::string key;
  AppendEventKey(1, Key(1).encoded(), &key);
  add("event 1 (1)", key);
  key.clear();
  AppendRowKey(1, SampleKey().encoded(), &key);
  add("row 1 (\"user-7\", 42)", key);
}

void AddValueVectors(Vectors* vectors) {
  const auto add = [vectors](const std::string& name, auto append) {
    (*vectors)[name] = Hex(append);
  };
  using Out = std::string*;
  add("varint 300", [](Out out) { base::AppendVarint64(300, out); });
  add("ordered64 -1", [](Out out) { base::AppendOrderedInt64(-1, out); });
  add("fixed64 300", [](Out out) { AppendFixed64(300, out); });
  add("header", [](Out out) { AppendFormatHeader({.store_id = SampleUuid()}, out); });
  add("recovery", [](Out out) { AppendRecovery(SampleRecovery(), out); });
  add("note", [](Out out) { out->append(SampleNote()); });
  add("image", [](Out out) { AppendWatermarkImage(SampleImage(), out); });
  add("definition", [](Out out) { AppendTableDefinition(SampleDefinition(), out); });
  add("state", [](Out out) { AppendTableState(SampleState(), out); });
  add("source options", [](Out out) {
    AppendSourceOptions({.gaps = GapPolicy::kRefuse, .start = 300, .rank = 2}, out);
  });
  add("checkpoint", [](Out out) { AppendCheckpoint(SampleCheckpoint(), out); });
  add("rewind", [](Out out) { AppendRewind(SampleRewind(), out); });
  add("token record", [](Out out) { AppendTokenRecord(SampleToken(), out); });
  add("quarantine entry", [](Out out) { AppendQuarantineEntry(SampleQuarantine(), out); });
  add("event record", [](Out out) { AppendEvent({300, SampleFingerprint()}, out); });
  RowEnvelope row = SampleRow();
  RowEnvelope tombstone{.tombstone = true, .commit = 7, .version = "FFF/B"};
  add("row", [&row](Out out) { AppendRow(row, out); });
  add("tombstone", [&tombstone](Out out) { AppendRow(tombstone, out); });
  row.fingerprint_derived = tombstone.fingerprint_derived = true;
  add("derived row", [&row](Out out) { AppendRow(row, out); });
  add("derived tombstone", [&tombstone](Out out) { AppendRow(tombstone, out); });
}

void AddHashVectors(Vectors* vectors) {
  const RowEnvelope row = SampleRow();
  const Key key = SampleKey();
  std::string input;
  base::AppendFixed32(static_cast<std::uint32_t>(key.encoded().size()), &input);
  input.append(key.encoded());
  base::AppendByte(1, &input);
  base::AppendOrderedInt64(row.version.integer(), &input);
  AppendFingerprint(row.fingerprint, &input);
  (*vectors)["digest input"] = base::ToHex(input);
  (*vectors)["digest"] = RowDigest(key.encoded(), row.version, row.fingerprint).ToHex();
  EXPECT_EQ((*vectors)["digest"], Hex(FingerprintOf(input)));
  (*vectors)["event fingerprint"] =
      Hex(EventFingerprint(false, key.encoded(), row.version, row.fingerprint));
  EXPECT_EQ((*vectors)["event fingerprint"], Hex(FingerprintOf(std::string(1, '\0') + input)));
  (*vectors)["xxh3-128 of nothing"] = Hex(FingerprintOf(""));
}

TEST(DocsVectorsTest, Format) {
  Vectors vectors;
  AddKeyVectors(&vectors);
  AddValueVectors(&vectors);
  AddHashVectors(&vectors);
  EXPECT_EQ(ReadVectors("format.md"), vectors);
}

}  // namespace
}  // namespace idem::codec
