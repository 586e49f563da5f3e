# SPDX-License-Identifier: Apache-2.0
#
# Defines idem::rocksdb, whichever of the two names a distribution gives to RocksDB.
#
# Two traps are handled here. RocksDB's package appends its own folder to CMAKE_MODULE_PATH for
# good, so the variable is restored. And it may carry a static and a shared target: linking both
# into one process gives two engines with two sets of globals, so exactly one is chosen.

if(NOT TARGET idem::rocksdb)
  set(_idem_saved_module_path "${CMAKE_MODULE_PATH}")
  find_package(RocksDB CONFIG QUIET)
  set(CMAKE_MODULE_PATH "${_idem_saved_module_path}")
  unset(_idem_saved_module_path)

  foreach(_idem_candidate RocksDB::rocksdb-shared RocksDB::rocksdb)
    if(TARGET ${_idem_candidate})
      add_library(idem::rocksdb INTERFACE IMPORTED GLOBAL)
      set_target_properties(idem::rocksdb PROPERTIES INTERFACE_LINK_LIBRARIES ${_idem_candidate})
      set(IDEM_ROCKSDB_TARGET ${_idem_candidate})
      break()
    endif()
  endforeach()
  unset(_idem_candidate)
endif()
