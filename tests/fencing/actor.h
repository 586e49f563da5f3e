// SPDX-License-Identifier: Apache-2.0
//
// Actor: a process that opens the store, writes and reads as it is told. It is forked from the
// referee, so a deed is a function of this program, named by its address.
//
//   holder.Do(Open);                        waits for the answer
//   holder.Begin(WriteOn);                  goes on while others act
//   challenger.Do(Open).code                what the opening said
//   holder.End();                           the answer of WriteOn
#pragma once

#include <idem/idem.h>

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "fencing/page.h"

namespace idem::fencing {

// What became of a deed: the code of the first error, or none.
struct Answer {
  std::optional<ErrorCode> code = {};
  std::uint64_t count = 0;  // what it counts is the deed's business

  bool ok() const { return !code.has_value(); }
  bool Is(ErrorCode wanted) const { return code == wanted; }
};

// What an actor has in its memory.
struct Role {
  std::uint32_t number = 0;
  std::filesystem::path store;  // by the path that this actor uses
  Page* page = nullptr;

  std::uint32_t opening = 0;
  std::unique_ptr<IdempotentSink> sink = nullptr;
  std::optional<Table> table = {};
};

using Deed = Answer (*)(Role*);

class Actor {
 public:
  // `page` is shared memory.
  Actor(std::uint32_t number, const std::filesystem::path& store, Page* page);
  ~Actor();  // kills it
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  void Begin(Deed deed);
  Answer End();  // of the deed begun last
  Answer Do(Deed deed) {
    Begin(deed);
    return End();
  }

  // Ends WriteOn, and says how it ended.
  Answer StopWriting();

  void Kill();    // SIGKILL, and does not wait for its end
  void Freeze();  // SIGSTOP; returns when it stands still
  void Thaw();

  pid_t process() const { return process_; }

 private:
  [[noreturn]] void Serve(const std::filesystem::path& store);

  const std::uint32_t number_;
  Page* const page_;
  int wire_ = -1;
  pid_t process_ = 0;
};

// --- Deeds ---

SinkOptions RaceOptions();

Answer Open(Role* role);
Answer OpenAtLast(Role* role);  // asks again while the store is locked; count: how often
Answer Write(Role* role);       // three commits; count: those acknowledged
Answer WriteOn(Role* role);     // until StopWriting or the first error
Answer ReadOwn(Role* role);     // through the sink it holds; count: rows
Answer ReadBeside(Role* role);  // with a StoreReader; count: rows
Answer Close(Role* role);

// Writes one row more, as a writer does that goes on. Returns what Commit said.
Answer WriteOne(Role* role);

}  // namespace idem::fencing
