// SPDX-License-Identifier: Apache-2.0
//
// Workload: what a host commits, as a pure function of a seed, and what a store holds after each
// of its commits. What is expected comes from a run on the memory store: a mark a commit, and the
// entries themselves from one more run where somebody asks for them.
//
// A commit number says everything about the state: the definitions are the first commits, each
// batch is one more. So a host that finds commit k in a store knows which batch comes next.
//
// Of two writers (crash/stream.h) each has every second batch, and two batches, one of each, may be
// committed side by side. What they leave is what one after the other would, to the byte.
#pragma once

#include <idem/idem.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crash/stream.h"
#include "power/content.h"

namespace idem::power {

// The next offsets of the only source, as text.
std::string ResumePoints(const IdempotentSink& sink);

// The tables' digests, as text.
std::string Digests(const IdempotentSink& sink);

class Workload {
 public:
  Workload(std::uint64_t seed, std::size_t batches, std::size_t writers = 1);

  static SinkOptions Options();

  // How often a sink with these options asked for the time, which every decision does that gets to
  // its end.
  static std::uint64_t Decisions();

  std::uint64_t seed() const { return seed_; }
  std::uint64_t commits() const { return marks_.size() - 1; }

  // Commits the definitions that are not there yet.
  static Result<crash::Tables> Define(IdempotentSink* sink) { return crash::OpenTables(sink); }

  // The batch that makes commit `commit`. REQUIRES: it is not one of a definition.
  void Fill(std::uint64_t commit, const crash::Tables& tables, Batch* batch) const;
  bool IsBatch(std::uint64_t commit) const { return commit > definitions_; }
  bool IsBulk(std::uint64_t commit) const;
  Durability DurabilityOf(std::uint64_t commit) const;  // that it has, whatever it asks for
  bool FlushesAfter(std::uint64_t commit) const;
  // It and the next one are made side by side.
  bool IsPaired(std::uint64_t commit) const;
  // One of so many things that a workload may do at a commit.
  std::uint64_t Choice(std::uint64_t commit, std::uint64_t choices) const {
    return Dice(commit, 6, choices);
  }
  // Work in the background waits for the next commit.
  bool LetsJobsWaitAfter(std::uint64_t commit) const;

  // Commits it, with its durability and its token.
  Result<CommitReport> Commit(std::uint64_t commit, const Batch& batch, IdempotentSink* sink) const;

  // Everything that all batches offer.
  void FillAll(const crash::Tables& tables, Batch* batch) const;

  const ContentMark& MarkAfter(std::uint64_t commit) const { return marks_[commit]; }
  Entries ContentAfter(std::uint64_t commit) const;

  // Where the store differs from the state after that commit.
  std::string DifferenceFrom(std::uint64_t commit, const storage::Store& store) const;

  const std::string& ResumeAfter(std::uint64_t commit) const { return resumes_[commit]; }
  const std::string& final_digests() const { return digests_; }

 private:
  struct Steps {
    std::size_t writer;
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::uint64_t Dice(std::uint64_t commit, std::uint64_t which, std::uint64_t sides) const;
  void RunInMemory();

  std::uint64_t seed_;
  std::vector<Steps> batches_;
  std::vector<crash::Stream> streams_;  // by writer
  std::uint64_t definitions_ = 0;       // the commits before the first batch
  std::vector<ContentMark> marks_;      // by commit
  std::vector<std::string> resumes_;
  std::string digests_;
};

}  // namespace idem::power
