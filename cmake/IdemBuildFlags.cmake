# SPDX-License-Identifier: Apache-2.0
#
# idem_build_flags: warnings, sanitizers and coverage for idem's own targets. Never exported, and
# nothing here touches a global variable, so a parent project keeps its own flags. It is spared the
# warnings too: they are for who works on idem, and with CMAKE_COMPILE_WARNING_AS_ERROR one that a
# new compiler finds would end the build of its host.

add_library(idem_build_flags INTERFACE)

target_compile_features(idem_build_flags INTERFACE cxx_std_20)
target_compile_options(idem_build_flags INTERFACE -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Exported functions may be inlined too: who replaces one at run time is another idem, whose own
  # does the same.
  target_compile_options(idem_build_flags INTERFACE -fno-semantic-interposition)
endif()
if(PROJECT_IS_TOP_LEVEL OR IDEM_WERROR)
  target_compile_options(
    idem_build_flags
    INTERFACE -Wall
              -Wextra
              -Wpedantic
              -Wshadow
              -Wconversion
              -Wnon-virtual-dtor
              -Woverloaded-virtual
              -Wold-style-cast
              -Wcast-qual
              -Wcast-align
              -Wundef
              -Wvla
              -Wextra-semi
              -Wimplicit-fallthrough)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(idem_build_flags INTERFACE -Wlogical-op -Wduplicated-cond
                                                      -Wduplicated-branches -Wsuggest-override)
  endif()
endif()
if(IDEM_WERROR)
  target_compile_options(idem_build_flags INTERFACE -Werror)
endif()

if(IDEM_SANITIZE)
  # The vptr check needs run-time type information from every library that shares a class with us;
  # some builds of RocksDB have none.
  set(_idem_sanitize -fsanitize=${IDEM_SANITIZE} -fno-omit-frame-pointer)
  if(IDEM_SANITIZE MATCHES "undefined")
    list(APPEND _idem_sanitize -fno-sanitize=vptr -fno-sanitize-recover=undefined)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code hides from GCC what is initialized; it then warns of the standard library.
    list(APPEND _idem_sanitize -Wno-maybe-uninitialized)
  endif()
  target_compile_options(idem_build_flags INTERFACE ${_idem_sanitize})
  target_link_options(idem_build_flags INTERFACE ${_idem_sanitize})
endif()
if(IDEM_COVERAGE)
  # Otherwise counters that threads raise at a time lose some, and what two of them say is wrong.
  set(_idem_coverage -fprofile-instr-generate -fcoverage-mapping -fprofile-update=atomic)
  target_compile_options(idem_build_flags INTERFACE ${_idem_coverage})
  target_link_options(idem_build_flags INTERFACE ${_idem_coverage})
endif()

# A RocksDB that was built without run-time type information has no typeinfo to inherit from: our
# subclasses of its types then have to do without as well. They all live in src/storage/rocks/.
include(CheckCXXSourceCompiles)
function(idem_check_rocksdb_rtti out)
  set(CMAKE_REQUIRED_LIBRARIES idem::rocksdb)
  set(CMAKE_REQUIRED_FLAGS "-std=c++20")
  check_cxx_source_compiles(
    "#include <rocksdb/merge_operator.h>
     #include <typeinfo>
     struct Probe : rocksdb::AssociativeMergeOperator {
       bool Merge(const rocksdb::Slice&, const rocksdb::Slice*, const rocksdb::Slice&, std::string*,
                  rocksdb::Logger*) const override { return true; }
       const char* Name() const override { return \"probe\"; }
     };
     int main() { Probe p; return typeid(p).name()[0] == 0; }"
    ${out})
  set(${out} "${${out}}" PARENT_SCOPE)
endfunction()
idem_check_rocksdb_rtti(IDEM_ROCKSDB_HAS_RTTI)
