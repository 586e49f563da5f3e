// SPDX-License-Identifier: Apache-2.0
//
// Stage: what a commit has decided becomes the entries of its plan.
#pragma once

#include "pipeline/draft.h"
#include "pipeline/tokens.h"

namespace idem::pipeline {

// The rows and event ids that changed, and the states of their tables.
void StageWork(const WorkingSet& work, std::uint64_t commit, WritePlanBuilder* plan);

// The checkpoints that moved. They get the number of the commit.
void StageSources(std::uint64_t commit, SourcePassResult* sources, WritePlanBuilder* plan);

void StageToken(const TokenLookup& lookup, const std::vector<Outcome>& outcomes,
                std::uint64_t commit, WritePlanBuilder* plan);

// The number of the last commit.
void StageLastCommit(std::uint64_t commit, WritePlanBuilder* plan);

}  // namespace idem::pipeline
