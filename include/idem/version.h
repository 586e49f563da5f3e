// SPDX-License-Identifier: Apache-2.0
// Copyright the idem authors.
//
// The version of the library: as macros for the compiler, as a function for the running process.
//
// The macros tell what the host was compiled against, LibraryVersion() tells what it was linked
// with. While the major version is 0, a library of another minor version is another library: the
// shared object carries MAJOR.MINOR in its name and the CMake package refuses the mismatch.
// These three numbers are the only place where the version is written; the build reads them here.
//
//   if (idem::LibraryVersion() != std::string_view(IDEM_VERSION_STRING)) Warn("mixed builds");
//
// Thread safety: LibraryVersion() may be called from any thread, also before main().
// Lifetime: the returned string is never freed.
// The version of the *store format* is another number; see docs/reference/format.md.

#pragma once

#include <idem/export.h>

#define IDEM_VERSION_MAJOR 0
#define IDEM_VERSION_MINOR 1
#define IDEM_VERSION_PATCH 0

#define IDEM_VERSION_QUOTE_(x) #x
#define IDEM_VERSION_TEXT_(x) IDEM_VERSION_QUOTE_(x)

/// "0.1.0": what the including code was compiled against.
#define IDEM_VERSION_STRING              \
  IDEM_VERSION_TEXT_(IDEM_VERSION_MAJOR) \
  "." IDEM_VERSION_TEXT_(IDEM_VERSION_MINOR) "." IDEM_VERSION_TEXT_(IDEM_VERSION_PATCH)

/// 100: major * 10000 + minor * 100 + patch, for #if.
#define IDEM_VERSION_NUMBER \
  (IDEM_VERSION_MAJOR * 10000 + IDEM_VERSION_MINOR * 100 + IDEM_VERSION_PATCH)

namespace idem {

/// The version of the library that is linked in, as "MAJOR.MINOR.PATCH". Never null, never fails.
[[nodiscard]] IDEM_EXPORT const char* LibraryVersion() noexcept;

}  // namespace idem
