# SPDX-License-Identifier: Apache-2.0
#
# Install rules, the CMake package with the components static, shared, spdlog and testing, idem.pc
# and idem-static.pc.

include(CMakePackageConfigHelpers)

set(_idem_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/idem")

if(IDEM_BUILD_STATIC)
  install(
    TARGETS idem_static
    EXPORT idem-static-targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  list(APPEND _idem_exports idem-static-targets)
endif()
if(IDEM_BUILD_SHARED)
  install(
    TARGETS idem_shared
    EXPORT idem-shared-targets
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            COMPONENT runtime
            NAMELINK_COMPONENT development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  list(APPEND _idem_exports idem-shared-targets)
endif()
if(TARGET idem_spdlog)
  install(
    TARGETS idem_spdlog
    EXPORT idem-spdlog-targets
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  list(APPEND _idem_exports idem-spdlog-targets)
endif()
if(TARGET idem_testing)
  install(
    TARGETS idem_testing
    EXPORT idem-testing-targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  list(APPEND _idem_exports idem-testing-targets)
endif()
if(TARGET idem_cli)
  install(TARGETS idem_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
endif()

foreach(_export IN LISTS _idem_exports)
  install(EXPORT ${_export} NAMESPACE idem:: DESTINATION "${_idem_package_dir}"
          COMPONENT development)
endforeach()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/idemConfig.cmake.in" "${PROJECT_BINARY_DIR}/idemConfig.cmake"
  INSTALL_DESTINATION "${_idem_package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/idemConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/idemConfig.cmake"
        "${PROJECT_BINARY_DIR}/idemConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/IdemRocksDB.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/FindxxHash.cmake"
  DESTINATION "${_idem_package_dir}"
  COMPONENT development)

# Files of pkg-config find their prefix from their own place, however deep the library folder is
# (lib, lib/x86_64-linux-gnu), so an installed tree can be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(IDEM_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
  set(IDEM_PC_LIBDIR "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(IDEM_PC_INCLUDEDIR "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH _idem_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" _idem_up "${_idem_up}")
  set(IDEM_PC_PREFIX "\${pcfiledir}/${_idem_up}")
  set(IDEM_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(IDEM_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
function(idem_install_pc file)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/idem.pc.in" "${PROJECT_BINARY_DIR}/${file}" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${file}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
          COMPONENT development)
endfunction()

# One file for each library. In one file alone the static library's needs would have to be private
# ones, whose own files pkg-config asks for as well when somebody wants the shared library, which
# needs none of them. Where only the static library is built, idem.pc is that of it, too.
if(IDEM_BUILD_SHARED)
  set(IDEM_PC_NAME idem)
  set(IDEM_PC_KIND "")
  set(IDEM_PC_REQUIRES "")
  set(IDEM_PC_LIBS "-lidem")
  idem_install_pc(idem.pc)
endif()
if(IDEM_BUILD_STATIC)
  set(IDEM_PC_NAME idem-static)
  set(IDEM_PC_KIND " (static library)")
  set(IDEM_PC_REQUIRES " rocksdb fmt simdjson libxxhash")
  # Where both libraries are installed -lidem would be the shared one.
  set(IDEM_PC_LIBS "-l:libidem.a -lpthread")
  # rocksdb.pc names none of what a static RocksDB needs.
  if(IDEM_ROCKSDB_TARGET STREQUAL "RocksDB::rocksdb")
    string(APPEND IDEM_PC_LIBS " -lrocksdb -lgflags -lsnappy -lz -lbz2 -llz4 -lzstd -ldl")
  endif()
  idem_install_pc(idem-static.pc)
  if(NOT IDEM_BUILD_SHARED)
    idem_install_pc(idem.pc)
  endif()
endif()

# Whoever takes a part of the package takes the licence with it.
foreach(_component runtime development)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}"
          COMPONENT ${_component})
endforeach()
