// SPDX-License-Identifier: Apache-2.0
//
// The smallest host that uses every part of the package: headers, library, what the library needs.
// Offers one record twice to a store on disk and expects it to be applied once.

#include <idem/idem.h>
#ifdef WITH_SPDLOG
#include <idem/spdlog_logger.h>
#include <spdlog/sinks/null_sink.h>
#endif

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

namespace {

std::size_t Offer(const std::filesystem::path& directory, idem::Logger* logger,
                  idem::Verdict wanted) {
  auto sink = idem::IdempotentSink::Open(directory, {.logger = logger}).value();
  auto orders = sink->OpenTable("orders", {.mode = idem::TableMode::kUpsert}).value();
  idem::Batch batch;
  batch.Upsert(orders, {"o-1"}, "placed", {.version = 1});
  return sink->Commit(batch).value().count(wanted);
}

}  // namespace

int main() {
  if (std::strcmp(idem::LibraryVersion(), IDEM_VERSION_STRING) != 0) return 1;

  idem::Logger* logger = nullptr;
#ifdef WITH_SPDLOG
  idem::SpdlogLogger spdlog_logger(
      std::make_shared<spdlog::logger>("idem", std::make_shared<spdlog::sinks::null_sink_mt>()));
  logger = &spdlog_logger;
#endif

  std::string name = (std::filesystem::temp_directory_path() / "idem_consumer_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  const std::size_t inserted = Offer(name, logger, idem::Verdict::kInserted);
  const std::size_t duplicates = Offer(name, logger, idem::Verdict::kDuplicate);
  std::filesystem::remove_all(name);

  std::printf("idem %s: inserted %zu, duplicate %zu\n", idem::LibraryVersion(), inserted,
              duplicates);
  return inserted == 1 && duplicates == 1 ? 0 : 1;
}
