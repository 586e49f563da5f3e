// SPDX-License-Identifier: Apache-2.0
//
// What a store is held against before anything is written to it: its own note of what was durable
// (codec/watermark.h), and what the host has acknowledged to its sources.
#pragma once

#include "codec/watermark.h"
#include "storage/store.h"

#include <idem/checkpoint.h>
#include <idem/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace idem::pipeline {

// The number of the last commit of `view`; 0: none.
Result<std::uint64_t> LastCommitOf(const storage::StoreView& view);

// An empty note says that nothing is known. Errors: kCorruption.
Result<codec::DurableNote> ReadNote(std::string_view note);

// The note that says that all of `view` is durable. Errors: kIoError, kCorruption.
Result<std::string> NoteOf(const storage::StoreView& view);

// Ok when `found` has all commits that the note knows to be durable, and its checkpoints are where
// the host has acknowledged them or beyond. Null is a store that does not exist yet. Errors:
// kStoreBehind, kIoError, kCorruption.
Result<void> CheckNotBehind(const storage::StoreView* found, std::string_view note,
                            const std::vector<AcknowledgedOffset>& acknowledged);

}  // namespace idem::pipeline
