// SPDX-License-Identifier: Apache-2.0
//
// What a process must be for RocksDB to work in it.
#pragma once

#include <idem/result.h>

namespace idem::storage {

// kUnsupported in a process that was forked from one which had asked this before. RocksDB keeps one
// pool of threads for the whole process and believes in a child that they run: whoever waits there
// for one of them waits for ever. Asked before each opening on the environment that uses the pool.
Result<void> CheckNotForked();

// kUnsupported where the RocksDB of this process is not the one that idem was compiled against,
// whose classes may have another layout; and where two are in it whose functions and statics are
// mixed: a static one in the program beside the shared one that idem asks for, or two shared ones.
Result<void> CheckRocks();

}  // namespace idem::storage
