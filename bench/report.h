// SPDX-License-Identifier: Apache-2.0
//
// Results as text: Markdown tables for people, one JSON object for programs, a chart for a page.
//
// The JSON object
//   date, cpu, compiler, versions   where and with what
//   missing       what could not be measured here, and why
//   goals         each with must, aim and what was found: {median, least, most}, or null. Where
//                 must and aim are null the figure is there for comparison
//   below_must    the names of those that were measured and do not reach their must
//   not_measured  the names of those that these results do not answer
//   ratios        each peer on each stream, to the blind put in the same round; CPU and bytes
//                 written a record (0: into a map of the file, which nobody counts), and seconds to
//                 open the store before that
//   figures       what is no ratio of that kind (probe.h)
//   runs          every run of every peer
#pragma once

#include <string>
#include <string_view>

#include "goals.h"
#include "peers/registry.h"
#include "results.h"

namespace idem::bench {

std::string ToMarkdown(const Results& results);
std::string ToJson(const Results& results);

// What the texts have in common.
std::string_view ToString(Durability durability);
Spread CpuMicrosPerRecord(const Comparison& comparison, const Series& series);
Spread WrittenBytesPerRecord(const Comparison& comparison, const Series& series);
Spread OpeningSeconds(const Series& series);

}  // namespace idem::bench
