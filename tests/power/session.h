// SPDX-License-Identifier: Apache-2.0
//
// Session: one opening of a store by a host that ingests a workload, until it closes the store or
// the host gives it up.
#pragma once

#include <idem/idem.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "power/pairing.h"
#include "power/still_env.h"
#include "power/workload.h"
#include "storage/store.h"

namespace idem::power {

// Puts another store in front of the one that was opened: how a bug is put back into a test.
using StoreWrapper =
    std::function<std::shared_ptr<storage::Store>(std::unique_ptr<storage::Store>)>;

// One that makes a `Front`, which takes the store and these arguments.
template <typename Front, typename... Arguments>
StoreWrapper Wrapper(Arguments... arguments) {
  return [=](std::unique_ptr<storage::Store> inner) {
    return std::make_shared<Front>(std::move(inner), arguments...);
  };
}

struct Place {
  std::filesystem::path directory;
  StillEnv* env = nullptr;
  StoreWrapper wrapper = {};  // unset: none
  // With what may be decided beside a write (Pairing). Whether it is, the disk does not tell.
  std::chrono::milliseconds patience{2};
  bool as_it_comes = false;  // pairs are written and synced in any order
};

class Session {
 public:
  // All must outlive the session. Reads the whole content before the sink opens it.
  static Result<std::unique_ptr<Session>> Open(const Workload* workload, const Place& place);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // What the opening found.
  std::uint64_t found() const { return found_; }
  // Why that is not the state after commit found(); empty: it is.
  const std::string& wrong() const { return wrong_; }

  // The last commit that returned ok.
  std::uint64_t committed() const { return sink_->ReadMetrics().commit; }

  Result<void> Define();
  // Told of each commit when it has returned.
  using Acknowledge = std::function<void(std::uint64_t)>;
  // The next commit, or the next two where they are paired; REQUIRES: Define was ok and not all are
  // done.
  Result<void> CommitNext(const Acknowledge& acknowledge = [](std::uint64_t) {});
  // The last commit of which nobody can tell whether it is there; 0: none.
  std::uint64_t unknown() const { return unknown_; }
  // How many commits were decided while another one was written.
  std::uint64_t decided_beside() const { return pairing_->decided_beside(); }
  std::uint64_t written_beside_a_sync() const { return pairing_->written_beside_a_sync(); }
  Result<void> Flush() { return sink_->Flush(); }

  // What the store holds now.
  Result<ContentMark> Content() const { return MarkOf(*store_); }
  std::string DifferenceFrom(std::uint64_t commit) const {
    return workload_->DifferenceFrom(commit, *store_);
  }

  // Why the store does not bear Verify, or does not resume where it should; empty: it does.
  std::string Audit() const;
  // Offers everything once more. Why that has an effect; empty: it has none.
  std::string OfferAllAgain();

 private:
  Session(const Workload* workload, const Place& place)
      : workload_(workload), env_(place.env), as_it_comes_(place.as_it_comes) {}
  Pairing::Turn TurnOf(std::uint64_t commit) const;
  Result<void> CommitTwo(std::uint64_t commit, const Acknowledge& acknowledge);

  const Workload* workload_;
  StillEnv* env_;
  const bool as_it_comes_;
  std::shared_ptr<storage::Store> store_;
  Pairing* pairing_ = nullptr;  // within store_
  std::unique_ptr<IdempotentSink> sink_;
  std::optional<crash::Tables> tables_;
  Batch batch_;
  Batch second_batch_;
  std::uint64_t found_ = 0;
  std::uint64_t unknown_ = 0;
  std::string wrong_;
};

}  // namespace idem::power
