// SPDX-License-Identifier: Apache-2.0
//
// The smallest host: is what was compiled against also what was linked?

#include <idem/version.h>

#include <cstdio>
#include <cstring>

int main() {
  std::printf("idem %s\n", idem::LibraryVersion());
  return std::strcmp(idem::LibraryVersion(), IDEM_VERSION_STRING) == 0 ? 0 : 1;
}
