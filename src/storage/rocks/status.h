// SPDX-License-Identifier: Apache-2.0
//
// From a RocksDB Status to an Error with its remedy.
#pragma once

#include <idem/result.h>

#include <rocksdb/status.h>

#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace idem::storage {

// `status` is of a read. REQUIRES: it is not ok.
Error ReadError(const rocksdb::Status& status);

// `status` is of opening `directory`, which holds a store. A file that is missing there is damage,
// not absence. REQUIRES: it is not ok.
Error OpenError(const rocksdb::Status& status, std::string_view directory);

Error CorruptionError(std::string_view what);

// The system refused something about `path`; the second of these, with errno, just now.
Error SystemError(std::string_view path, const std::error_code& why);
Error LastSystemError(std::string_view path);

// kStoreLocked: files of `directory`, whose lock this process holds, were changed by another one.
Error ChangedByAnother(std::string_view directory);

// Runs `body`, which returns a Result, and turns an exception (out of memory, a thread that cannot
// be started) into an Error: none crosses the seam.
template <typename Body>
auto Guarded(Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& exception) {
    return Error(ErrorCode::kIoError, std::string("the system refused a resource: ") +
                                          exception.what() + "; free some and try again");
  } catch (...) {
    return Error(ErrorCode::kIoError, "the system refused a resource; free some and try again");
  }
}

}  // namespace idem::storage
