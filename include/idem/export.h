// SPDX-License-Identifier: Apache-2.0
// Copyright the idem authors.
//
// IDEM_EXPORT marks what the shared library offers. Everything else of idem's own stays hidden, but
// for rocksdb::crc32c::Extend (IDEM_FAST_CHECKSUMS, docs/install.md) and templates of the standard
// library. A host's shared library that holds the static idem offers the same, unless it is linked
// with -Wl,--exclude-libs,ALL.
//
// Contract: a name that is declared in a header under <idem/...> with IDEM_EXPORT is part of the
// binary interface of this major.minor version. A name without it may vanish in any release, even
// when a debugger shows it. Header-only types (plain structs, enums) need no mark.
//
// Define nothing before including this header: on ELF and Mach-O the same mark serves the builder
// and the user of the library, static or shared.

#pragma once

#if __cplusplus < 202002L
#error "idem needs C++20: compile with -std=c++20, or link idem::idem with CMake, which asks for it"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define IDEM_EXPORT __attribute__((visibility("default")))
#else
#define IDEM_EXPORT
#endif
