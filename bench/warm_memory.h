// SPDX-License-Identifier: Apache-2.0
//
// Memory that is there when it is asked for. A virtual machine may hand free memory back to its
// host within seconds and then waits for each page that it takes again, up to thirty times as long
// as for one that it still has. Who was measured first, or took larger pages, would pay for that.
#pragma once

namespace idem::bench {

// Takes and touches 256 MiB in large pages and as much in small ones, and gives them back. The
// system hands out first what was given back last.
void WarmMemory();

}  // namespace idem::bench
