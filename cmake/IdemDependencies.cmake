# SPDX-License-Identifier: Apache-2.0
#
# What idem stands on. Only tl-expected is seen by a host's compiler; the rest is private to the
# library. The same two modules are installed beside idemConfig.cmake, so that a consumer of the
# static library finds the same things in the same way.

list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")

find_package(Threads REQUIRED)
find_package(tl-expected CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(xxHash MODULE REQUIRED)
include("${CMAKE_CURRENT_LIST_DIR}/IdemRocksDB.cmake")
if(NOT TARGET idem::rocksdb)
  message(FATAL_ERROR "RocksDB was not found (its CMake package has neither of its two targets)")
endif()

# Only the adapter header <idem/spdlog_logger.h> needs spdlog, and only where a host uses it.
find_package(spdlog CONFIG QUIET)

# A dependency list in one place: private to the library, needed again by who links it statically.
set(IDEM_PRIVATE_LIBS idem::rocksdb fmt::fmt simdjson::simdjson xxHash::xxhash Threads::Threads)
