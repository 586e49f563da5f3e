// SPDX-License-Identifier: Apache-2.0
#include "storage/rocks/rocks_process.h"

#include <rocksdb/version.h>

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#ifdef __ELF__
#include <dlfcn.h>
#include <link.h>
#endif

namespace idem::storage {
namespace {

// The process that used RocksDB first; 0: none yet. A child inherits it with the dead pool.
constinit std::atomic<pid_t> first_user = 0;

#ifdef __ELF__

// A function that every user of RocksDB links. By its name and not by its address, which is in the
// program where that was linked to fixed addresses and takes the address of a shared function.
constexpr char kEnvDefault[] = "_ZN7rocksdb3Env7DefaultEv";

struct Search {
  std::uintptr_t used = 0;  // an address in the RocksDB that is called
  std::string other;        // a RocksDB that is not that one
};

bool IsRocks(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with("librocksdb.so");
}

bool Holds(const dl_phdr_info& object, std::uintptr_t address) noexcept {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz) {
      return true;
    }
  }
  return false;
}

int LookForOther(dl_phdr_info* object, std::size_t, void* argument) {
  auto* const search = static_cast<Search*>(argument);
  if (!IsRocks(object->dlpi_name) || Holds(*object, search->used)) return 0;
  search->other = object->dlpi_name;
  return 1;
}

// The path of a shared RocksDB whose calls of itself end in another one; empty: there is none.
std::string OtherRocks() {
  // Where nobody but its own object sees it, as with -Wl,--exclude-libs, nothing can be mixed.
  Search search{reinterpret_cast<std::uintptr_t>(::dlsym(RTLD_DEFAULT, kEnvDefault)), {}};
  if (search.used != 0) ::dl_iterate_phdr(LookForOther, &search);
  return search.other;
}

#else

std::string OtherRocks() { return {}; }

#endif

}  // namespace

Result<void> CheckNotForked() {
  const pid_t process = ::getpid();
  pid_t first = 0;
  if (first_user.compare_exchange_strong(first, process) || first == process) return {};
  return Error(ErrorCode::kUnsupported,
               "this process was forked from process " + std::to_string(first) +
                   ", which had opened a store, and has none of the threads that do the work of "
                   "one; run a program with exec, or fork before a store is opened for the first "
                   "time");
}

Result<void> CheckRocks() {
  const std::string compiled = std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR);
  const std::string linked = rocksdb::GetRocksVersionAsString(false);
  if (linked != compiled) {
    return Error(ErrorCode::kUnsupported, "idem was compiled against RocksDB " + compiled +
                                              " and runs with " + linked + "; install " + compiled +
                                              " or build idem again");
  }
  const std::string other = OtherRocks();
  if (other.empty()) return {};
  return Error(ErrorCode::kUnsupported,
               "two RocksDBs are mixed in this process, " + other +
                   " and another one; link the program and idem with the same one, as "
                   "docs/install.md says");
}

}  // namespace idem::storage
