// SPDX-License-Identifier: Apache-2.0
//
// A timer of the kernel's whose signal is SIGKILL: it ends the process that winds it when the time
// is up, wherever each thread is then.
#pragma once

#include <cstdint>

namespace idem::crash {

void WindTheTimer(std::uint64_t micros);

}  // namespace idem::crash
