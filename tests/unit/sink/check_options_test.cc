// SPDX-License-Identifier: Apache-2.0
#include <idem/idem.h>

#include "support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace idem {
namespace {

// What an opening says about options it refuses; empty when it takes them.
std::string Said(const SinkOptions& options) {
  const auto sink = IdempotentSink::OpenInMemory(options);
  if (sink) return "";
  EXPECT_EQ(sink.error().code(), ErrorCode::kInvalidArgument);
  return sink.error().message();
}

TEST(SinkOptions, AnErrorNamesTheOptionItsValueAndItsRange) {
  const std::string said = Said({.limits = {.key_bytes = 20'000}});
  for (const char* part : {"Limits::key_bytes", "20000", "1 to 16384"}) {
    EXPECT_NE(said.find(part), std::string::npos) << said;
  }
}

TEST(SinkOptions, EachIsChecked) {
  const auto named = [](const SinkOptions& options, const char* name) {
    return Said(options).find(name) != std::string::npos;
  };
  EXPECT_TRUE(named({.limits = {.key_bytes = 0}}, "Limits::key_bytes"));
  EXPECT_TRUE(named({.limits = {.value_bytes = kValueBytesMax + 1}}, "Limits::value_bytes"));
  EXPECT_TRUE(named({.limits = {.batch_bytes = 0}}, "Limits::batch_bytes"));
  EXPECT_TRUE(named({.limits = {.batch_records = 0}}, "Limits::batch_records"));
  EXPECT_TRUE(named({.limits = {.batch_records = UINT32_MAX}}, "Limits::batch_records"));
  EXPECT_TRUE(named({.limits = {.tables = 0}}, "Limits::tables"));
  EXPECT_TRUE(named({.limits = {.source_partitions = 0}}, "Limits::source_partitions"));
  EXPECT_TRUE(named({.stall_wait_ms = kStallWaitMsMax + 1}, "stall_wait_ms"));
  EXPECT_TRUE(named({.write_buffer_bytes = 0}, "write_buffer_bytes"));
  EXPECT_TRUE(named({.write_buffer_bytes = SIZE_MAX}, "write_buffer_bytes"));
  EXPECT_TRUE(named({.cache_bytes = SIZE_MAX}, "cache_bytes"));
  EXPECT_TRUE(named({.identity_bytes = SIZE_MAX}, "identity_bytes"));
  EXPECT_TRUE(named({.filter_bytes = SIZE_MAX}, "filter_bytes"));
  EXPECT_TRUE(named({.fingerprint_bytes = SIZE_MAX}, "fingerprint_bytes"));
}

TEST(SinkOptions, TheEndsOfTheRangesAreTaken) {
  EXPECT_EQ(Said({.limits = {.key_bytes = 1, .value_bytes = 0, .ranges_per_partition = 0},
                  .stall_wait_ms = 0,
                  .write_buffer_bytes = kWriteBufferBytesMin,
                  .cache_bytes = 0,
                  .identity_bytes = 0,
                  .filter_bytes = 0}),
            "");
  EXPECT_EQ(Said({.limits = {.key_bytes = kKeyBytesMax,
                             .value_bytes = kValueBytesMax,
                             .batch_bytes = 2 * kValueBytesMax,
                             .batch_records = UINT32_MAX - 1,
                             .tables = 1,
                             .source_partitions = 1},
                  .stall_wait_ms = kStallWaitMsMax}),
            "");
}

TEST(SinkOptions, TheLargestRecordMustFitABatch) {
  const std::string said = Said({.limits = {.value_bytes = 1 << 20, .batch_bytes = 1 << 20}});
  for (const char* part : {"Limits::batch_bytes", "Limits::value_bytes", "1048576"}) {
    EXPECT_NE(said.find(part), std::string::npos) << said;
  }
  const Limits fits{.value_bytes = 1 << 20, .batch_bytes = (1 << 20) + (16 << 10)};
  EXPECT_EQ(Said({.limits = fits}), "");
  EXPECT_FALSE(Batch(fits).full());
}

TEST(SinkOptions, NothingIsMadeOnTheDiskForOptionsThatAreRefused) {
  const testing::TempDirectory directory;
  const std::filesystem::path store = directory.path() / "store";
  const auto sink = IdempotentSink::Open(store, {.limits = {.tables = 0}});
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(store));
}

}  // namespace
}  // namespace idem
