// SPDX-License-Identifier: Apache-2.0

#include "report.h"

namespace idem::bench {

std::string_view ToString(Durability durability) {
  return durability == Durability::kSync ? "sync" : "async";
}

Spread CpuMicrosPerRecord(const Comparison& comparison, const Series& series) {
  const auto records = static_cast<double>(comparison.settings.records);
  return SpreadOf(series, [&](const Measurement& m) { return m.cpu_s * 1e6 / records; });
}

Spread WrittenBytesPerRecord(const Comparison& comparison, const Series& series) {
  const auto records = static_cast<double>(comparison.settings.records);
  return SpreadOf(
      series, [&](const Measurement& m) { return static_cast<double>(m.written_bytes) / records; });
}

Spread OpeningSeconds(const Series& series) {
  return SpreadOf(series, [](const Measurement& m) { return m.opening_s; });
}

}  // namespace idem::bench
