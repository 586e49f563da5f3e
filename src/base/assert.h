// SPDX-License-Identifier: Apache-2.0
//
// IDEM_ASSERT(condition, "I-CODEC-1"): an invariant of our own, never a check of the host's input.
//
// On in Debug builds and under sanitizers, nothing otherwise. A failure traps: the debugger and the
// core file stand at the line, and the library neither prints nor calls abort(). The second operand
// names the invariant where it is written down, so that a reader finds it from here.
#pragma once

#if !defined(NDEBUG) || defined(IDEM_ASSERTIONS)
#define IDEM_ASSERT(condition, id) (static_cast<bool>(condition) ? void(0) : __builtin_trap())
#else
#define IDEM_ASSERT(condition, id) (void(sizeof(static_cast<bool>(condition))))
#endif
