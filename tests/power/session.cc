// SPDX-License-Identifier: Apache-2.0
#include "power/session.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store_internal.h"

namespace idem::power {

Result<std::unique_ptr<Session>> Session::Open(const Workload* workload, const Place& place) {
  std::unique_ptr<Session> session(new Session(workload, place));
  const SinkOptions options = Workload::Options();
  auto store = storage::OpenRocksStore(place.directory, options, SinkImpl::NewInspection(options),
                                       place.env);
  if (!store) return store.error();
  auto pairing = std::make_unique<Pairing>(*std::move(store), place.patience);
  session->pairing_ = pairing.get();
  if (place.wrapper) {
    session->store_ = place.wrapper(std::move(pairing));
  } else {
    session->store_ = std::move(pairing);
  }
  auto content = session->Content();
  if (!content) return content.error();
  session->found_ = content->commit;
  if (session->found_ > workload->commits()) {
    session->wrong_ = "it holds commit " + std::to_string(session->found_) + " of " +
                      std::to_string(workload->commits());
  } else if (*content != workload->MarkAfter(session->found_)) {
    session->wrong_ = session->DifferenceFrom(session->found_);
  }
  auto sink = SinkImpl::Open(session->store_, options);
  if (!sink) return sink.error();
  session->sink_ = *std::move(sink);
  place.env->RunJobs();
  return session;
}

Session::~Session() {
  env_->RunJobs();
  tables_.reset();
  sink_.reset();
}

Result<void> Session::Define() {
  Result<crash::Tables> tables = Workload::Define(sink_.get());
  if (!tables) return tables.error();
  tables_ = *tables;
  env_->RunJobs();
  return {};
}

Result<void> Session::CommitNext(const Acknowledge& acknowledge) {
  const std::uint64_t commit = committed() + 1;
  if (workload_->IsPaired(commit)) return CommitTwo(commit, acknowledge);
  workload_->Fill(commit, *tables_, &batch_);
  const bool waited = env_->HasJobs();
  const Result<CommitReport> report = workload_->Commit(commit, batch_, sink_.get());
  if (report) acknowledge(commit);
  if (waited || !workload_->LetsJobsWaitAfter(commit)) env_->RunJobs();
  if (!report) return report.error();
  return {};
}

// Files of a bulk commit are made by work in the background, which is for one thread alone.
Pairing::Turn Session::TurnOf(std::uint64_t commit) const {
  const bool bulk = workload_->IsBulk(commit) || workload_->IsBulk(commit + 1);
  if (as_it_comes_ && !bulk) return Pairing::Turn::kAsItComes;
  return static_cast<Pairing::Turn>(workload_->Choice(commit, Pairing::kTurns));
}

Result<void> Session::CommitTwo(std::uint64_t commit, const Acknowledge& acknowledge) {
  workload_->Fill(commit, *tables_, &batch_);
  workload_->Fill(commit + 1, *tables_, &second_batch_);
  std::mutex returning;  // the second one may be the first to return
  const auto make = [&](std::uint64_t number, const Batch& batch) -> Result<void> {
    const Result<CommitReport> report = workload_->Commit(number, batch, sink_.get());
    const std::lock_guard lock(returning);
    if (!report && report.error().code() == ErrorCode::kCommitUnknown) {
      unknown_ = std::max(unknown_, number);
    }
    if (!report) return report.error();
    if (report->commit() != number) {
      return Error(ErrorCode::kInvalidArgument, "commit " + std::to_string(number) +
                                                    " was told it is " +
                                                    std::to_string(report->commit()));
    }
    acknowledge(number);
    return {};
  };
  Result<void> first, second;
  pairing_->Run({.first = [&] { first = make(commit, batch_); },
                 .second = [&] { second = make(commit + 1, second_batch_); },
                 .second_is_published = [&] { return committed() > commit; },
                 .turn = TurnOf(commit)});
  env_->RunJobs();
  return first ? second : first;
}

std::string Session::Audit() const {
  const auto snapshot = sink_->NewSnapshot();
  if (!snapshot) return snapshot.error().ToString();
  const auto verified = snapshot->Verify();
  if (!verified) return "Verify: " + verified.error().ToString();
  if (!verified->ok()) return "Verify: " + verified->findings.front().what;
  const std::string resume = ResumePoints(*sink_);
  const std::string& expected = workload_->ResumeAfter(committed());
  if (resume != expected) return "resumes at " + resume + "instead of " + expected;
  return {};
}

std::string Session::OfferAllAgain() {
  const std::string before = Digests(*sink_) + ResumePoints(*sink_);
  Batch batch;
  workload_->FillAll(*tables_, &batch);
  const Result<CommitReport> report = sink_->Commit(batch);
  if (!report) return "offering everything again: " + report.error().ToString();
  const std::string after = Digests(*sink_) + ResumePoints(*sink_);
  if (after != before) return "offered again: " + after + "instead of " + before;
  return {};
}

}  // namespace idem::power
