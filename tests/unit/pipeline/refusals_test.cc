// SPDX-License-Identifier: Apache-2.0
//
// What the error of a refused batch tells its host.
#include "pipeline_fixture.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace idem {
namespace {

// The message of the error that the batch is refused with.
class Refusals : public testing::PipelineTest {
 protected:
  void ExpectSaid(std::initializer_list<const char*> parts) {
    const auto report = sink_->Commit(batch_);
    ASSERT_FALSE(report);
    for (const char* part : parts) {
      EXPECT_NE(report.error().message().find(part), std::string::npos)
          << part << ": " << report.error().message();
    }
    batch_.Clear();
  }
};

TEST_F(Refusals, OfAWholeBatchSayHowLargeItIsAndMayBe) {
  sink_.reset();
  Open({.limits = {.value_bytes = 100, .batch_bytes = 9'000, .batch_records = 2}});
  for (const char* key : {"a", "b", "c"}) batch_.Insert(*log_, {key}, "1");
  ExpectSaid({"3 records", "Limits::batch_records", "2"});
  batch_.Insert(*log_, {"a"}, std::string(9'500, 'v'));
  ExpectSaid({"95", "Limits::batch_bytes", "9000"});
}

TEST_F(Refusals, OfATooLargeRecordSaySizesAndTheOption) {
  sink_.reset();
  Open({.limits = {.key_bytes = 20, .value_bytes = 100}});
  batch_.Insert(*log_, {std::string(30, 'k')}, "1");
  ExpectSaid({"key_too_large", "32 bytes", "20", "Limits::key_bytes"});
  batch_.Insert(*log_, {"k"}, std::string(101, 'v'));
  ExpectSaid({"value_too_large", "101 bytes", "100", "Limits::value_bytes"});
  batch_ = Batch({.value_bytes = 10});
  batch_.Insert(*log_, {"k"}, std::string(11, 'v'));
  ExpectSaid({"value_too_large", "11 bytes", "of the batch"});
}

TEST_F(Refusals, OfAnOperationSayWhichCallTheTableTakes) {
  batch_.Upsert(*log_, {"k"}, "1");
  ExpectSaid({"operation_not_allowed", "Batch::Insert"});
  batch_.Insert(*rows_, {"k"}, "1", {.version = 1});
  ExpectSaid({"operation_not_allowed", "Batch::Upsert"});
}

}  // namespace
}  // namespace idem
