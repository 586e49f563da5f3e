// SPDX-License-Identifier: Apache-2.0
//
// A line of the input as the command makes a record of it: exactly one, or a reason why not.

#include "cli/ingest/record_mapper.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

#include <memory>

using idem::cli::MappedRecord;
using idem::cli::MemberPath;
using idem::cli::RecordMapper;
using idem::fuzz::Require;

namespace {

idem::cli::IngestOptions Options(bool positions) {
  idem::cli::IngestOptions options;
  options.key = MemberPath::ParseList("k,m.id").value();
  options.event_id = MemberPath::ParseList("e").value();
  options.version = MemberPath::Parse("v").value();
  options.value = MemberPath::Parse("x").value();
  options.delete_when = {MemberPath::Parse("op").value(), "d"};
  if (!positions) return options;
  options.source_field = MemberPath::Parse("s").value();
  options.partition = MemberPath::Parse("p").value();
  options.offset = MemberPath::Parse("o").value();
  return options;
}

// Mappers of all kinds: they keep nothing of one line for the next.
struct Mapper {
  idem::cli::IngestOptions options;
  std::unique_ptr<RecordMapper> mapper;
};

Mapper& MapperFor(bool positions, bool csv) {
  static Mapper mappers[2][2];
  Mapper& mapper = mappers[positions ? 1 : 0][csv ? 1 : 0];
  if (mapper.mapper == nullptr) {
    mapper.options = Options(positions);
    std::optional<std::string> header;
    if (csv) header = "k,m.id,e,v,x,op,s,p,o";
    mapper.mapper = RecordMapper::Make(mapper.options, header).value();
  }
  return mapper;
}

}  // namespace

IDEM_FUZZ_TARGET("ingest_line") {
  idem::fuzz::Input choices(input);
  const bool positions = choices.Coin();
  Mapper& mapper = MapperFor(positions, choices.Coin());
  mapper.mapper->set_version_kind(static_cast<idem::VersionKind>(choices.Below(4)));
  const std::string_view line = choices.Rest();
  MappedRecord record;
  if (const auto error = mapper.mapper->Map(line, &record)) {
    Require(error->column <= line.size() && !error->reason.empty(), "a refusal says where and why");
    return;
  }
  Require(record.key.empty() || record.key.size() == 2, "a key has all its parts or none");
  Require(record.event_id.size() <= 1, "an event id has all its parts or none");
  const std::string key(idem::Key(record.key).encoded());
  MappedRecord again;
  Require(!mapper.mapper->Map(line, &again), "a line means the same every time");
  Require(idem::Key(again.key).encoded() == key, "a line means the same every time");
}
