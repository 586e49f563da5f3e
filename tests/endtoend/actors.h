// SPDX-License-Identifier: Apache-2.0
//
// The processes of the end-to-end test. Each returns its exit status, if it gets that far; what a
// failure was stands in Broker::failure.
#pragma once

#include <cstdint>
#include <string>

#include "endtoend/broker.h"

namespace idem::endtoend {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 2;
inline constexpr int kLockedOut = 3;  // another sink has the store open
inline constexpr int kWasFenced = 4;  // another sink has taken the store over

// Sends events 0, 1, 2, ... and now and then some of the last ones again, as one that missed an
// answer. A new life begins with what was confirmed.
int Produce(Broker* broker, std::uint32_t partition, std::uint64_t seed);

// Reads from its checkpoints on, commits, flushes now and then and acknowledges what is durable.
int Sink(Broker* broker, const std::string& directory, std::uint64_t seed);

// Looks at the store all the time. In every snapshot each partition must show its events in order,
// none twice and none missing, exactly as many as its checkpoint says.
int Read(Broker* broker, const std::string& directory);

// The same once, and that everything is there.
int CheckEnd(Broker* broker, const std::string& directory);

}  // namespace idem::endtoend
