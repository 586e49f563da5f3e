// SPDX-License-Identifier: Apache-2.0
#include <idem/result.h>

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace idem {
namespace {

using Text = Result<std::string>;

const Text kFailed = Error(ErrorCode::kNotFound, "no such table; open one that is there");

Result<std::size_t> SizeOf(const std::string& text) { return text.size(); }
Result<void> Accept(std::size_t) { return {}; }
Error Renamed(const Error& error) { return Error(ErrorCode::kIoError, error.message()); }

TEST(Result, ChainsCallsThatGiveAResult) {
  const Text text = std::string("four");
  const auto size = text.and_then(SizeOf);
  static_assert(std::same_as<decltype(size), const Result<std::size_t>>);
  EXPECT_EQ(size.value(), 4U);
  EXPECT_TRUE(size.and_then(Accept));
  EXPECT_EQ(size.and_then(Accept).and_then([] { return Text("done"); }).value(), "done");
  EXPECT_EQ(kFailed.and_then(SizeOf).and_then(Accept).error().code(), ErrorCode::kNotFound);
}

TEST(Result, TransformsItsValueAndStaysAResult) {
  const auto size = Text("four").transform(&std::string::size);
  static_assert(std::same_as<decltype(size), const Result<std::size_t>>);
  EXPECT_EQ(size.value(), 4U);
  EXPECT_EQ(Text("four").map(&std::string::size).value(), 4U);
  std::size_t seen = 0;
  const auto nothing = size.transform([&seen](std::size_t n) { seen = n; });
  static_assert(std::same_as<decltype(nothing), const Result<void>>);
  EXPECT_TRUE(nothing);
  EXPECT_EQ(seen, 4U);
  EXPECT_EQ(nothing.transform([] { return 7; }).value(), 7);
  EXPECT_EQ(kFailed.transform(&std::string::size).error().code(), ErrorCode::kNotFound);
}

TEST(Result, GoesOnAfterAnError) {
  const auto instead = [](const Error&) { return Text("instead"); };
  static_assert(std::same_as<decltype(kFailed.or_else(instead)), Text>);
  EXPECT_EQ(kFailed.or_else(instead).value(), "instead");
  EXPECT_EQ(Text("kept").or_else(instead).value(), "kept");
  const Result<void> failed = Error(ErrorCode::kStalled, "later");
  EXPECT_TRUE(failed.or_else([](const Error&) { return Result<void>(); }));
}

TEST(Result, TransformsItsError) {
  static_assert(std::same_as<decltype(kFailed.transform_error(Renamed)), Text>);
  EXPECT_EQ(kFailed.transform_error(Renamed).error().code(), ErrorCode::kIoError);
  EXPECT_EQ(kFailed.map_error(Renamed).error().code(), ErrorCode::kIoError);
  EXPECT_EQ(Text("kept").transform_error(Renamed).value(), "kept");
  const auto code = kFailed.transform_error(&Error::code);
  static_assert(std::same_as<decltype(code), const tl::expected<std::string, ErrorCode>>);
  EXPECT_EQ(code.error(), ErrorCode::kNotFound);
}

TEST(Result, MovesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> number = std::make_unique<int>(7);
  number.transform([](std::unique_ptr<int>& held) { ++*held; }).value();
  const auto taken =
      std::move(number).transform([](std::unique_ptr<int>&& held) { return std::move(held); });
  EXPECT_EQ(*taken.value(), 8);
}

TEST(Result, TakesAPlainExpected) {
  const tl::expected<std::string, Error> plain = "four";
  const auto returned = [&]() -> Text { return plain; };
  EXPECT_EQ(returned().value(), "four");
  const auto nothing = []() -> Result<void> { return tl::expected<void, Error>(); };
  EXPECT_TRUE(nothing());
  EXPECT_EQ(Text("four")
                .and_then([](const std::string& text) {
                  return tl::expected<std::size_t, Error>(text.size());
                })
                .value(),
            4U);
}

TEST(Result, IsTrueWhereThereWasNoError) {
  const Result<bool> no = false;
  EXPECT_TRUE(no);
  EXPECT_FALSE(no.value());
  const Result<std::optional<int>> nothing = std::nullopt;
  EXPECT_TRUE(nothing);
  EXPECT_FALSE(nothing.value());
}

TEST(Result, ThrowsTheTextOfItsError) {
  try {
    static_cast<void>(kFailed.value());
    FAIL() << "there is no value";
  } catch (const BadResult& bad) {
    EXPECT_EQ(bad.code(), ErrorCode::kNotFound);
    EXPECT_EQ(std::string(bad.what()), kFailed.error().ToString());
  }
}

}  // namespace
}  // namespace idem
