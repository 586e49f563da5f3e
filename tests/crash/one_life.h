// SPDX-License-Identifier: Apache-2.0
//
// OneLife: a process that lives one life of a victim, and how it ended.
#pragma once

#include <functional>
#include <string>

namespace idem::crash {

struct Ending {
  bool killed = false;  // by SIGKILL
  std::string wrong;    // neither that nor to the end of its life; else empty
};

// `live` runs in a process of its own and says whether it got to its end; `fail` is told there what
// it threw instead. The caller must have no thread.
Ending LiveOneLife(const std::function<bool()>& live,
                   const std::function<void(const std::string&)>& fail);

}  // namespace idem::crash
