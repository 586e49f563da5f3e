// SPDX-License-Identifier: Apache-2.0
//
// Comparisons as text: Markdown tables for people, JSON with every run for programs.
#pragma once

#include <span>
#include <string>

#include "environment.h"
#include "rounds.h"

namespace idem::bench {

// REQUIRES: all comparisons have the same peers and durability.
std::string ToMarkdown(std::span<const Comparison> comparisons, const Environment& environment);

std::string ToJson(std::span<const Comparison> comparisons, const Environment& environment);

}  // namespace idem::bench
