// SPDX-License-Identifier: Apache-2.0
#include "simulation/checks/order_free.h"

#include <algorithm>
#include <string>

#include "model/oracle.h"
#include "script/text.h"
#include "simulation/violation.h"

namespace idem::simulation {
namespace {

script::State Undisturbed(const Source& source) {
  model::Oracle oracle(OptionsOf({}));
  for (const script::Step& step : Source::Definitions()) oracle.Do(step);
  for (const Partition& partition : source.partitions()) {
    for (std::int64_t offset = 0; offset < source.positions(); ++offset) {
      script::Commit commit;
      source.Append({std::string(kSource), partition, offset, ""}, &commit.actions);
      oracle.Do(commit);
    }
  }
  return oracle.Read();
}

// Keys, versions and values; by which commit they came depends on the cut into batches.
std::string RowsOf(const script::State& state) {
  std::string rows;
  for (const script::TableState& table : state.tables) {
    const auto* begin = std::begin(kOrderFreeTables);
    const auto* end = std::end(kOrderFreeTables);
    if (std::find(begin, end, table.name) == end) continue;
    for (const script::RowState& row : table.live) {
      rows += table.name + " " + script::ToText(row.key) + " " + script::ToText(row.version) + " " +
              script::Quote(row.value) + "\n";
    }
  }
  return rows;
}

}  // namespace

void CheckOrderFree(const Source& source, const script::State& state) {
  if (RowsOf(state) == RowsOf(Undisturbed(source))) return;
  throw Violation("the end is not that of an undisturbed run");
}

}  // namespace idem::simulation
