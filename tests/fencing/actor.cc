// SPDX-License-Identifier: Apache-2.0
#include "fencing/actor.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace idem::fencing {
namespace {

constexpr char kTable[] = "rows";
constexpr std::uint32_t kSpareRows = 64;  // for what is written after WriteOn
constexpr std::chrono::seconds kPatience(20);

template <typename T>
bool SendAll(int wire, const T& message) {
  return ::send(wire, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

template <typename T>
bool ReceiveAll(int wire, T* message) {
  return ::recv(wire, message, sizeof *message, 0) == sizeof *message;
}

// No effect, ever, or nobody knows.
Fate FateOf(ErrorCode code) {
  return code == ErrorCode::kCommitUnknown ? Fate::kUnknown : Fate::kRefused;
}

Answer CountRows(const Snapshot& snapshot) {
  const Result<TableInfo> table = snapshot.GetTable(kTable);
  if (!table) return {table.error().code()};
  return {{}, table->rows};
}

}  // namespace

Actor::Actor(std::uint32_t number, const std::filesystem::path& store, Page* page)
    : number_(number), page_(page) {
  int wires[2] = {};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wires) != 0) {
    throw std::runtime_error("socketpair");
  }
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("fork");
  ::close(wires[process_ == 0 ? 0 : 1]);
  wire_ = wires[process_ == 0 ? 1 : 0];
  if (process_ == 0) Serve(store);
}

Actor::~Actor() {
  ::close(wire_);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Actor::Serve(const std::filesystem::path& store) {
  Role role{number_, store, page_};
  for (Deed deed = nullptr; ReceiveAll(wire_, &deed);) {
    if (!SendAll(wire_, deed(&role))) break;
  }
  ::_exit(0);
}

void Actor::Begin(Deed deed) {
  if (!SendAll(wire_, deed)) throw std::runtime_error("an actor is gone");
}

Answer Actor::End() {
  Answer answer;
  if (!ReceiveAll(wire_, &answer)) throw std::runtime_error("an actor ended in its deed");
  return answer;
}

Answer Actor::StopWriting() {
  page_->stop[number_] = true;
  const Answer answer = End();
  page_->stop[number_] = false;
  return answer;
}

void Actor::Kill() { ::kill(process_, SIGKILL); }

void Actor::Freeze() {
  ::kill(process_, SIGSTOP);
  ::waitpid(process_, nullptr, WUNTRACED);
}

void Actor::Thaw() { ::kill(process_, SIGCONT); }

SinkOptions RaceOptions() {
  SinkOptions options;
  options.durability = Durability::kAsync;  // nobody loses power here
  options.background_sync = true;
  options.write_buffer_bytes = 64 << 10;
  options.cache_bytes = 64 << 10;
  options.filter_bytes = 4 << 10;
  return options;
}

Answer Open(Role* role) {
  Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::Open(role->store, RaceOptions());
  if (!sink) return {sink.error().code()};
  role->opening = role->page->openings.fetch_add(1);
  Opening& opening = role->page->opening.at(role->opening);
  opening.actor = role->number;
  opening.opened_ns = NowNanos();
  Result<Table> table = (*sink)->OpenTable(kTable, {.mode = TableMode::kAppend});
  if (!table) return {table.error().code()};
  role->sink = *std::move(sink);
  role->table = *table;
  return {};
}

Answer OpenAtLast(Role* role) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (std::uint64_t asked = 1;; ++asked) {
    Answer answer = Open(role);
    answer.count = asked;
    const bool ended = !answer.Is(ErrorCode::kStoreLocked);
    if (ended || std::chrono::steady_clock::now() > deadline) return answer;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

Answer WriteOne(Role* role) {
  const std::uint32_t row = role->page->tried[role->number].fetch_add(1);
  Attempt& attempt = role->page->attempt[role->number].at(row);
  Batch batch;
  batch.Insert(*role->table, {role->number, row}, "a row of a race");
  attempt.opening = role->opening;
  attempt.begun_ns = NowNanos();
  const Result<CommitReport> report = role->sink->Commit(batch);
  attempt.commit = report ? report->commit() : 0;
  attempt.fate = report ? Fate::kAcked : FateOf(report.error().code());
  if (!report) return {report.error().code()};
  return {{}, 1};
}

Answer Write(Role* role) {
  Answer all;
  while (all.ok() && all.count < 3) {
    const Answer one = WriteOne(role);
    all.code = one.code;
    all.count += one.count;
  }
  return all;
}

Answer WriteOn(Role* role) {
  Answer all;
  const Page& page = *role->page;
  while (all.ok() && !page.stop[role->number] && page.tried[role->number] < kRowsMax - kSpareRows) {
    const Answer one = WriteOne(role);
    all.code = one.code;
    all.count += one.count;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return all;
}

Answer ReadOwn(Role* role) {
  const Result<Snapshot> snapshot = role->sink->NewSnapshot();
  if (!snapshot) return {snapshot.error().code()};
  return CountRows(*snapshot);
}

Answer ReadBeside(Role* role) {
  const Result<std::unique_ptr<StoreReader>> reader = StoreReader::Open(role->store, RaceOptions());
  if (!reader) return {reader.error().code()};
  const Result<Snapshot> snapshot = (*reader)->NewSnapshot();
  if (!snapshot) return {snapshot.error().code()};
  return CountRows(*snapshot);
}

Answer Close(Role* role) {
  role->table.reset();
  role->sink.reset();
  return {};
}

}  // namespace idem::fencing
