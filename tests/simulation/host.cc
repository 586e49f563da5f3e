// SPDX-License-Identifier: Apache-2.0
#include "simulation/host.h"

#include <utility>

#include "sink/sink_impl.h"
#include "storage/rocks/rocks_store_internal.h"

namespace idem::simulation {

Result<std::unique_ptr<Host>> Host::Open(Machine* machine, const SinkOptions& options,
                                         const power::StoreWrapper& wrapper) {
  std::unique_ptr<Host> host(new Host);
  host->disk_ = machine->file_system();
  host->faults_ = machine->faulty_file_system();
  host->env_ = machine->NewEnv();
  auto opened = storage::OpenRocksStore(machine->directory(), options,
                                        SinkImpl::NewInspection(options), host->env_.get());
  if (!opened) return opened.error();
  std::shared_ptr<storage::Store> store =
      wrapper ? wrapper(*std::move(opened)) : *std::move(opened);
  auto sink = SinkImpl::Open(std::move(store), options);
  if (!sink) return sink.error();
  host->target_ = std::make_unique<script::SinkTarget>(*std::move(sink), options);
  host->found_ = host->commit();
  host->RunJobs();
  return host;
}

Host::~Host() {
  reading.reset();
  RunJobs();
  if (target_) target_->Close();
}

}  // namespace idem::simulation
