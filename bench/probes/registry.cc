// SPDX-License-Identifier: Apache-2.0

#include "probe.h"
#include "probes/allocations.h"
#include "probes/identity_bytes.h"
#include "probes/ingest.h"
#include "probes/reopen.h"
#include "probes/two_threads.h"

namespace idem::bench {
namespace {

constexpr Probe kProbes[] = {
    {"identity_bytes", "memory for each row whose identity is resident", "B", IdentityBytes},
    {"fingerprint_bytes", "memory for each row that is known by its fingerprint alone", "B",
     FingerprintBytes},
    {"allocations", "calls of operator new for each record more in a commit", "", Allocations},
    {"two_threads", "two threads on one sink, times the rate of one", "x", TwoThreads},
    {"reopen", "from the death of the process to the next one's first commit", "s", Reopen},
    {"ingest", "`idem ingest`, times the rate of parsing the same fields alone", "x", Ingest},
};

}  // namespace

std::span<const Probe> AllProbes() { return kProbes; }

}  // namespace idem::bench
