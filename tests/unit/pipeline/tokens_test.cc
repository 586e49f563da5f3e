// SPDX-License-Identifier: Apache-2.0
#include "pipeline_fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace idem {
namespace {

using Tokens = testing::PipelineTest;

CommitOptions With(BatchToken token) { return {.token = std::move(token)}; }

TEST_F(Tokens, ATokenOutlivesTheTextItWasMadeOf) {
  std::string name = "load-2024-06-11";
  const BatchToken request = BatchToken::Request(name);
  const BatchToken sequence = BatchToken::Sequence(name, 7);
  name.assign(name.size(), 'x');
  EXPECT_EQ(request.name(), "load-2024-06-11");
  EXPECT_EQ(sequence.name(), "load-2024-06-11");
}

TEST_F(Tokens, ARepeatReturnsTheFirstReportAlsoAfterReopening) {
  const CommitOptions token = With(BatchToken::Sequence("app", 7));
  batch_.Insert(*log_, {"k"}, "1");
  const CommitReport first = sink_->Commit(batch_, token).value();
  EXPECT_FALSE(first.repeated());
  for (int i = 0; i < 2; ++i) {
    const CommitReport again = sink_->Commit(batch_, token).value();
    EXPECT_TRUE(again.repeated());
    EXPECT_EQ(again.commit(), first.commit());
    EXPECT_EQ(again.outcomes(), first.outcomes());
    batch_.Clear();
    sink_.reset();
    Open();
    batch_.Insert(*log_, {"k"}, "1");
  }
}

TEST_F(Tokens, OtherRecordsUnderTheSameTokenAreAnError) {
  const CommitOptions token = With(BatchToken::Request("label"));
  batch_.Insert(*log_, {"k"}, "1");
  ASSERT_TRUE(sink_->Commit(batch_, token));
  batch_.Insert(*log_, {"l"}, "1");
  EXPECT_EQ(CommitError(token), ErrorCode::kTokenReused);
  batch_.Clear();
  EXPECT_EQ(CommitError(token), ErrorCode::kTokenReused);
  EXPECT_EQ(log_->Info().rows, 1U);
}

TEST_F(Tokens, ForgottenOnesAreNeverAppliedAgain) {
  batch_.Insert(*log_, {"k"}, "1");
  for (const std::int64_t sequence : {-3, 4, 5}) {
    ASSERT_TRUE(sink_->Commit(batch_, With(BatchToken::Sequence("app", sequence))));
  }
  ASSERT_TRUE(sink_->ForgetTokens("app", 5));
  ASSERT_TRUE(sink_->ForgetTokens("app", 1));  // a floor never falls
  for (const std::int64_t sequence : {-3, 0, 4}) {
    EXPECT_EQ(CommitError(With(BatchToken::Sequence("app", sequence))), ErrorCode::kTokenForgotten);
  }
  EXPECT_TRUE(sink_->Commit(batch_, With(BatchToken::Sequence("app", 5))).value().repeated());
  EXPECT_FALSE(sink_->Commit(batch_, With(BatchToken::Sequence("apq", 4))).value().repeated());
}

TEST_F(Tokens, NamesAreChecked) {
  for (const auto& name :
       {std::string(), std::string(kTokenBytesMax + 1, 't'), std::string(1, 0)}) {
    EXPECT_EQ(CommitError(With(BatchToken::Request(name))), ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace idem
