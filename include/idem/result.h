// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a T, or the Error that says why there is none.
//
// Result is tl::expected<T, Error> (https://github.com/TartanLlama/expected, the C++11..20 form of
// C++23's std::expected) with three differences: the class itself is [[nodiscard]], so a dropped
// error is a compiler warning wherever it happens; value() on an error throws BadResult, whose
// what() is the error's text rather than "Bad expected access"; and the monadic calls have the
// names of std::expected and give a Result again.
//
//   Result<std::unique_ptr<IdempotentSink>> sink = IdempotentSink::Open(dir);
//   if (!sink) return Report(sink.error());                       // the error path
//   const auto commit = (*sink)->Commit(batch)                    // the value
//                           .transform(&CommitReport::commit);    // a Result<std::uint64_t>
//
// A Result is true where there was no error, whatever its value: of a Result<bool> or of a
// Result<std::optional<Row>> ask value().
//
// No function of idem throws BadResult; only value(), in the host's own code, does. Where a host is
// built without exceptions value() prints the error to stderr and aborts: test the Result and use
// operator* instead.
//
// Thread-safety: that of T. A Result of const methods may be read by many threads.
#pragma once

#include <idem/error.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <tl/expected.hpp>
#include <type_traits>
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
class Result;

// What Result<T> and Result<void> have in common. Not for use by itself.
template <typename T>
class ResultBase : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  ResultBase(tl::expected<T, Error> other)  // NOLINT(runtime/explicit)
      : tl::expected<T, Error>(std::move(other)) {}

#define IDEM_RESULT_CALL(name, Does)                   \
  template <typename F>                                \
  [[nodiscard]] auto name(F&& f)& {                    \
    return Does(*this, std::forward<F>(f));            \
  }                                                    \
  template <typename F>                                \
  [[nodiscard]] auto name(F&& f) const& {              \
    return Does(*this, std::forward<F>(f));            \
  }                                                    \
  template <typename F>                                \
  [[nodiscard]] auto name(F&& f)&& {                   \
    return Does(std::move(*this), std::forward<F>(f)); \
  }
  IDEM_RESULT_CALL(and_then, AndThen)     // f: value -> Result
  IDEM_RESULT_CALL(transform, Transform)  // f: value -> value
  IDEM_RESULT_CALL(map, Transform)
  IDEM_RESULT_CALL(or_else, OrElse)                  // f: error -> Result of the same value
  IDEM_RESULT_CALL(transform_error, TransformError)  // f: error -> error
  IDEM_RESULT_CALL(map_error, TransformError)
#undef IDEM_RESULT_CALL

 protected:
  void Checked() const {
    if (this->has_value()) return;
#ifdef __cpp_exceptions
    throw BadResult(this->error());
#else
    std::fprintf(stderr, "idem: %s\n", this->error().ToString().c_str());
    std::abort();
#endif
  }

 private:
  template <typename U, typename E>
  using Of = std::conditional_t<std::is_same_v<E, Error>, Result<U>, tl::expected<U, E>>;

  // The value is nothing that could be handed on where its type is void.
  template <typename Self, typename F>
  static decltype(auto) Call(Self&& self, F&& f) {
    if constexpr (std::is_void_v<T>) {
      return std::invoke(std::forward<F>(f));
    } else {
      return std::invoke(std::forward<F>(f), *std::forward<Self>(self));
    }
  }

  template <typename Self, typename F>
  static auto AndThen(Self&& self, F&& f) {
    using Next = std::remove_cvref_t<decltype(Call(std::forward<Self>(self), std::forward<F>(f)))>;
    using Answer = Result<typename Next::value_type>;
    if (!self) return Answer(tl::unexpect, std::forward<Self>(self).error());
    return Answer(Call(std::forward<Self>(self), std::forward<F>(f)));
  }

  template <typename Self, typename F>
  static auto Transform(Self&& self, F&& f) {
    using U = std::remove_cvref_t<decltype(Call(std::forward<Self>(self), std::forward<F>(f)))>;
    if (!self) return Result<U>(tl::unexpect, std::forward<Self>(self).error());
    if constexpr (std::is_void_v<U>) {
      Call(std::forward<Self>(self), std::forward<F>(f));
      return Result<U>();
    } else {
      return Result<U>(Call(std::forward<Self>(self), std::forward<F>(f)));
    }
  }

  // The value in a Result of another error type.
  template <typename Answer, typename Self>
  static Answer Kept(Self&& self) {
    if constexpr (std::is_void_v<T>) {
      return Answer();
    } else {
      return Answer(*std::forward<Self>(self));
    }
  }

  template <typename Self, typename F>
  static auto OrElse(Self&& self, F&& f) {
    using Next = std::invoke_result_t<F, decltype(std::forward<Self>(self).error())>;
    using Answer = Of<T, typename std::remove_cvref_t<Next>::error_type>;
    if (self) return Kept<Answer>(std::forward<Self>(self));
    return Answer(std::invoke(std::forward<F>(f), std::forward<Self>(self).error()));
  }

  template <typename Self, typename F>
  static auto TransformError(Self&& self, F&& f) {
    using E =
        std::remove_cvref_t<std::invoke_result_t<F, decltype(std::forward<Self>(self).error())>>;
    using Answer = Of<T, E>;
    if (self) return Kept<Answer>(std::forward<Self>(self));
    return Answer(tl::unexpect, std::invoke(std::forward<F>(f), std::forward<Self>(self).error()));
  }
};

template <typename T>
class [[nodiscard]] Result : public ResultBase<T> {
 public:
  using ResultBase<T>::ResultBase;

  // An Error returned from a function of type Result<T> becomes the error.
  Result(Error error)  // NOLINT(runtime/explicit)
      : ResultBase<T>(tl::unexpect, std::move(error)) {}

  // The value. Throws BadResult when there is none. Returned by value from a temporary, so that
  // `for (auto& x : sink->ResumeFrom("orders").value())` does not dangle.
  T& value() & { return this->Checked(), **this; }
  const T& value() const& { return this->Checked(), **this; }
  T value() && { return this->Checked(), std::move(**this); }
};

template <>
class [[nodiscard]] Result<void> : public ResultBase<void> {
 public:
  using ResultBase<void>::ResultBase;

  Result(Error error)  // NOLINT(runtime/explicit)
      : ResultBase<void>(tl::unexpect, std::move(error)) {}

  // Throws BadResult when the call failed.
  void value() const { Checked(); }
};

}  // namespace idem
