// SPDX-License-Identifier: Apache-2.0

#include "cli/output/row_writer.h"

#include "cli/input/csv.h"
#include "cli/output/key_text.h"

namespace idem::cli {

void AppendRowJson(const Row& row, std::string* out) {
  out->append("{\"key\":");
  AppendKeyJson(row.key, out);
  out->append(",\"version\":");
  AppendVersionJson(row.version, out);
  out->append(",\"commit\":").append(std::to_string(row.commit)).append(",\"value\":");
  AppendValueJson(row.value, out);
  out->push_back('}');
}

void RowWriter::Begin(std::string* out) const {
  if (format_ == RowFormat::kCsv) out->append("key,version,value\r\n");
  if (format_ == RowFormat::kJson) out->append("{\"rows\":[");
}

void RowWriter::Append(const Row& row, std::string* out) {
  switch (format_) {
    case RowFormat::kNdjson:
      AppendRowJson(row, out);
      out->push_back('\n');
      break;
    case RowFormat::kTsv:
      AppendKeyText(row.key, out);
      out->push_back('\t');
      AppendVersionText(row.version, out);
      out->append(1, '\t').append(row.value).push_back('\n');
      break;
    case RowFormat::kCsv:
      field_.clear();
      AppendKeyText(row.key, &field_);
      AppendCsvField(field_, out);
      out->push_back(',');
      field_.clear();
      AppendVersionText(row.version, &field_);
      AppendCsvField(field_, out);
      out->push_back(',');
      AppendCsvField(row.value, out);
      out->append("\r\n");
      break;
    case RowFormat::kJson:
      if (!first_) out->push_back(',');
      first_ = false;
      AppendRowJson(row, out);
      break;
  }
}

void RowWriter::End(std::string* out) const {
  if (format_ == RowFormat::kJson) out->append("]}\n");
}

}  // namespace idem::cli
