// SPDX-License-Identifier: Apache-2.0
#include <idem/table.h>

#include "pipeline/table_entry.h"
#include "sink/sink_impl.h"

namespace idem {

const std::string& Table::name() const noexcept { return entry_->definition.name; }
const TableOptions& Table::options() const noexcept { return entry_->definition.options; }
TableInfo Table::Info() const {
  return entry_->open ? sink_->InfoOf(*entry_) : MakeInfo(entry_->definition, entry_->state);
}
idem::Digest Table::Digest() const { return Info().digest; }

Result<std::optional<Row>> Table::Get(KeyRef key) const {
  if (!entry_->open) {
    return Error(ErrorCode::kInvalidArgument,
                 "the sink of this table was closed; open the table on the sink that is open now");
  }
  auto snapshot = sink_->NewSnapshot();
  if (!snapshot) return snapshot.error();
  return snapshot->Get(name(), key);
}

}  // namespace idem
