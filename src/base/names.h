// SPDX-License-Identifier: Apache-2.0
//
// Names: what a host may call its tables, sources, partitions, applications and tokens.
//
// Each check returns kInvalidArgument with what is allowed. What was given is shown escaped and cut
// to 64 bytes where it is a name; tokens and notes are the host's data and never shown.
#pragma once

#include <idem/record.h>
#include <idem/result.h>

#include <string_view>

namespace idem::base {

// Letters, digits, '_', '-', '.'; 1..kTableNameBytesMax bytes; not "." or "..".
Result<void> CheckTableName(std::string_view name);

// 1..kSourceNameBytesMax bytes of UTF-8 without control characters (00-1f, 7f).
Result<void> CheckSourceName(std::string_view name);

// Any number; a name as a source's, up to kPartitionNameBytesMax.
Result<void> CheckPartition(PartitionRef partition);

// Any bytes, up to kIncarnationBytesMax.
Result<void> CheckIncarnation(std::string_view incarnation);

// Any bytes, up to kCheckpointNoteBytesMax.
Result<void> CheckNote(std::string_view note);

// An application name or request token: 1..kTokenBytesMax bytes, none of them 00.
Result<void> CheckTokenName(std::string_view name);

}  // namespace idem::base
