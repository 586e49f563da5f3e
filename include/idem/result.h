// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a T, or the Error that says why there is none.
//
// Result is tl::expected<T, Error> (https://github.com/TartanLlama/expected, the C++11..20 form of
// C++23's std::expected) with two differences: the class itself is [[nodiscard]], so a dropped
// error is a compiler warning wherever it happens, and value() on an error throws BadResult, whose
// what() is the error's text rather than "Bad expected access".
//
//   Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::Open(dir);
//   if (!sink) return Report(sink.error());       // the error path
//   (*sink)->Commit(batch);                       // the value
//
// No function of idem throws BadResult; only value(), in the host's own code, does. A host built
// without exceptions tests the Result and uses operator* instead.
//
// Thread-safety: that of T. A Result of const methods may be read by many threads.
#pragma once

#include <idem/error.h>

#include <stdexcept>
#include <tl/expected.hpp>
#include <utility>

namespace idem {

class BadResult : public std::runtime_error {
 public:
  explicit BadResult(const Error& error)
      : std::runtime_error(error.ToString()), code_(error.code()) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;

  // An Error returned from a function of type Result<T> becomes the error.
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT(runtime/explicit)

  // The value. Throws BadResult when there is none. Returned by value from a temporary, so that
  // `for (auto& x : sink->ResumeFrom("orders").value())` does not dangle.
  T& value() & { return Checked(), **this; }
  const T& value() const& { return Checked(), **this; }
  T value() && { return Checked(), std::move(**this); }

 private:
  void Checked() const {
    if (!this->has_value()) throw BadResult(this->error());
  }
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
  using Base = tl::expected<void, Error>;

 public:
  using Base::Base;

  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT(runtime/explicit)

  // Throws BadResult when the call failed.
  void value() const {
    if (!this->has_value()) throw BadResult(this->error());
  }
};

}  // namespace idem
