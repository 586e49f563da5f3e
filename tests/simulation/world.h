// SPDX-License-Identifier: Apache-2.0
//
// World: a source, a wire, a machine with a store, and a host that ingests from the one into the
// other, while adversaries do what they can. One thread runs it all, one act after the other, and
// the seed decides everything: a world can be run again to the byte.
//
// It has two phases. In the first everything may go wrong, and nothing that idem promises may break
// (safety). Then all troubles end, and within a few reopenings everything must be ingested, with
// the content of an undisturbed run (liveness).
//
// What each call on the store must answer is asked of the oracle (tests/model), which shares no
// code with the library; what a reopening may find, of the history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/oracle.h"
#include "power/session.h"
#include "simulation/clock.h"
#include "simulation/conditions.h"
#include "simulation/history.h"
#include "simulation/host.h"
#include "simulation/machine.h"
#include "simulation/probes.h"
#include "simulation/source.h"
#include "simulation/trace.h"
#include "simulation/wire.h"
#include "support/random.h"

namespace idem::simulation {

class World {
 public:
  // `probes` must outlive the world. `wrapper` puts a bug into the store; unset: none.
  World(const Conditions& conditions, const std::filesystem::path& directory, ProbeBoard* probes,
        const power::StoreWrapper& wrapper = {});

  // Throws Violation, with what came before it.
  void Run();

  // Equal for two runs of one seed.
  std::uint64_t Fingerprint() const;

  // Changes of disks, since the power was last lost.
  std::size_t operations() const { return machine_.operations(); }

  // --- What actors see ---

  const Conditions& conditions() const { return conditions_; }
  const Source& source() const { return source_; }
  Wire& wire() { return wire_; }
  Machine& machine() { return machine_; }
  SimulatedClock& clock() { return clock_; }
  const History& history() const { return history_; }
  testing::Random& chance() { return chance_; }
  const SinkOptions& options() const { return options_; }

  Host* host() { return host_.get(); }          // null: no process has the store open
  std::uint64_t life() const { return life_; }  // counts the openings
  std::uint64_t power_losses() const { return power_losses_; }
  std::uint64_t rejects() const { return rejects_; }  // in a row, of a disk that fails

  // --- What actors do ---

  void Note(std::string what);
  void Reach(Probe probe) { probes_->Reach(probe); }

  // The operator starts a host, which defines its tables. REQUIRES: there is none.
  void Open();
  void Close() { host_.reset(); }

  // One call on the host, compared with what must come of it. The host may be closed afterwards.
  // `durability` is that of a commit.
  void Offer(const script::Step& step, Durability durability = Durability::kAsync);

  // Lets the host's work in the background run.
  void RunJobs();

  // The host stops where it is, and another one may take over, in a directory that was replaced.
  // REQUIRES: there is one.
  std::unique_ptr<Host> Freeze();

  // idem's file that says what the directory is, and whether somebody wrote over it.
  void DamageFormat();
  bool FormatIsDamaged() const;
  void RestoreFormat();

 private:
  // world.cc
  void LiveDangerously();
  void Settle();
  void OpenFailed(const Error& error, std::uint64_t failed_before);
  bool CheckFound(Host* host);
  // recovery.cc
  void LiveOn();
  bool AllDone();
  void OfferEverything();
  void CheckEnd();
  // offer.cc
  script::Answer Perform(const script::Step& step, Durability durability);
  void Trouble(const script::Answer& got, const script::Answer& wanted, const script::Step& step,
               model::Oracle next);
  void CheckRejected();
  void Applied(const script::Step& step, const script::Answer& answer, model::Oracle next);
  void MakeDurable(const script::Step& step, const script::Answer& got, Durability durability);
  void NoteSituations();
  void NoteOutcomes(const script::Step& step, const script::Answer& answer);

  const Conditions conditions_;
  ProbeBoard* const probes_;
  const power::StoreWrapper wrapper_;
  testing::Random chance_;
  SimulatedClock clock_;
  SinkOptions options_;
  Source source_;
  Wire wire_;
  Trace trace_;
  Machine machine_;
  model::Probes situations_;  // that the oracle met in the last step
  History history_;
  std::unique_ptr<Host> host_;

  std::uint64_t life_ = 0;
  std::uint64_t power_losses_ = 0;
  std::uint64_t rejects_ = 0;  // in a row
  bool unknown_ = false;       // the last life ended with a commit of unknown outcome
  bool refused_ = false;       // the last opening was refused
  bool found_gaps_ = false;    // this life began with holes in its checkpoints
  std::string format_bytes_;
  std::vector<std::string> notes_;
};

}  // namespace idem::simulation
