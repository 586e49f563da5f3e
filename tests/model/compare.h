// SPDX-License-Identifier: Apache-2.0
//
// Says where an answer or a state differs from what the oracle wants. Empty: nowhere.
#pragma once

#include "script/target.h"

#include <string>

namespace idem::model {

// The first line in which two texts differ, of both.
std::string FirstDifference(const std::string& wanted, const std::string& got);

// `wanted` is the oracle's answer, which holds every error that is allowed.
std::string CompareAnswers(const script::Answer& wanted, const script::Answer& got);

// Digests are left out: those of the oracle are of another kind.
std::string CompareStates(const script::State& wanted, const script::State& got);

}  // namespace idem::model
