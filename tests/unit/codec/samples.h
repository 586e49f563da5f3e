// SPDX-License-Identifier: Apache-2.0
//
// One value of every stored kind. docs/reference/format.md shows the bytes of each.
#pragma once

#include "codec/catalog.h"
#include "codec/event_record.h"
#include "codec/keyspace.h"
#include "codec/quarantine_record.h"
#include "codec/recovery_record.h"
#include "codec/row_envelope.h"
#include "codec/source_records.h"
#include "codec/store_header.h"
#include "codec/token_records.h"
#include "codec/watermark.h"
#include "codec/watermark_image.h"

#include <idem/key.h>

#include <string>

namespace idem::codec {

inline Uuid SampleUuid() { return Uuid::Parse("63d9586d-899f-4d33-b8a7-52739781b3fc").value(); }

inline Key SampleKey() { return Key("user-7", 42); }

inline Fingerprint SampleFingerprint() { return {0x0011223344556677, 0x8899aabbccddeeff}; }

inline RowEnvelope SampleRow() {
  return {.commit = 300,
          .rank = 2,
          .version = 1718000000,
          .fingerprint = FingerprintOf("{\"total\":12.50}"),
          .payload = "{\"total\":12.50}"};
}

inline TableDefinition SampleDefinition() {
  return {.id = 1,
          .name = "orders",
          .options = {.mode = TableMode::kUpsert,
                      .version = VersionKind::kInteger,
                      .tie = TieRule::kConflict,
                      .ignored_members = {"meta.seen", "ts"},
                      .horizon = 3600,
                      .version_max = -1}};
}

inline TableState SampleState() {
  return {.rows = 300,
          .tombstones = 2,
          .event_ids = 1,
          .digest = {0x0011223344556677, 0x8899aabbccddeeff},
          .last_commit = 7,
          .high_version = 1718000000,
          .floor = -1};
}

inline Checkpoint SampleCheckpoint() {
  return {.source = "orders-topic",
          .partition = Partition(3),
          .start = 100,
          .next = 110,
          .done = {{115, 120}, {400, 700}},
          .incarnation = "life-1",
          .note = "n",
          .commit = 300};
}

inline RewindEntry SampleRewind() {
  return {.source = "orders-topic",
          .partition = Partition("part-0"),
          .from = 300,
          .to = 100,
          .incarnation_before = "life-1",
          .incarnation_after = "life-2",
          .reason = "restored",
          .commit = 9,
          .wall_micros = 1718000000000000};
}

inline std::string SampleNote() {
  std::string note;
  AppendNoteBegin(300, &note);
  AppendNoteEntry(CheckpointKey("orders-topic", 3), 110, &note);
  AppendNoteEntry(CheckpointKey("orders-topic", "part-0"), 300, &note);
  return note;
}

inline WatermarkImage SampleImage() {
  return {.sequence = 300,
          .store_id = SampleUuid(),
          .manifests = {{"MANIFEST-000005", 117, SampleFingerprint()}},
          .logs = {{"000004.log", 300, FingerprintOf("")}},
          .note = SampleNote()};
}

inline RecoveryEntry SampleRecovery() {
  return {.writer_epoch = 9, .commit = 7, .durable_commit = 300, .wall_micros = 1718000000000000};
}

inline TokenRecord SampleToken() {
  TokenRecord record{.commit = 7, .batch = SampleFingerprint(), .outcomes = {}};
  record.outcomes.assign(300, {Verdict::kInserted, Reason::kNone, 7});
  record.outcomes.push_back({Verdict::kDuplicate, Reason::kSameKey, 5});
  record.outcomes.push_back({Verdict::kInserted, Reason::kNone, 7});
  return record;
}

inline QuarantineEntry SampleQuarantine() {
  return {.id = {0x0011223344556677, 0x8899aabbccddeeff},
          .table = "orders",
          .state = QuarantineState::kOpen,
          .verdict = Verdict::kConflict,
          .reason = Reason::kSameKey,
          .operation = Operation::kUpsert,
          .key = std::string(SampleKey().encoded()),
          .version = std::string("FFF/B"),
          .event_id = std::string(Key(1).encoded()),
          .value = "{}",
          .value_bytes = 300,
          .why = "w",
          .source = "s",
          .partition = Partition(3),
          .offset = -1,
          .commit = 7,
          .winning_commit = 5,
          .wall_micros = 1718000000000000};
}

}  // namespace idem::codec
