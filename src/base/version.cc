// SPDX-License-Identifier: Apache-2.0
// Copyright the idem authors.

#include <idem/version.h>

namespace idem {

// Out of line on purpose: an inline function would answer with the version of the header that the
// host was compiled with, which the host knows already.
const char* LibraryVersion() noexcept { return IDEM_VERSION_STRING; }

}  // namespace idem
