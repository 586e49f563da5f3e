// SPDX-License-Identifier: Apache-2.0
//
// That each probe does what it measures, and what it is made of. No figure is judged but those that
// do not depend on time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <ostream>
#include <string>
#include <thread>

#include "heap.h"
#include "probe.h"
#include "probes/identity_bytes.h"
#include "process.h"
#include "record_batch.h"
#include "scratch.h"
#include "values.h"

namespace idem::bench {

// The name of a test case must not hold addresses.
void PrintTo(const Probe& probe, std::ostream* out) { *out << probe.name; }

namespace {

using testing::HasSubstr;

class ProbesTest : public testing::TestWithParam<Probe> {};

// Each throws where the rows are not those that it wrote.
TEST_P(ProbesTest, FindsAFigure) {
  const double found = GetParam().measure({20'000, std::filesystem::temp_directory_path()});
  EXPECT_TRUE(std::isfinite(found)) << found;
}

INSTANTIATE_TEST_SUITE_P(All, ProbesTest, testing::ValuesIn(AllProbes().begin(), AllProbes().end()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(IdentityBytesTest, ThrowsWhereTooManyRowsAreUnknown) {
  constexpr std::size_t kRows = 20'000;
  const ProbeSettings settings{kRows, std::filesystem::temp_directory_path()};
  EXPECT_THROW(BytesForEachKnownRow(settings, {.identity_bytes = kRows * 40, .filter_bytes = 0},
                                    &SinkOptions::identity_bytes),
               std::runtime_error);
  EXPECT_THROW(BytesForEachKnownRow(
                   settings,
                   {.identity_bytes = 0, .filter_bytes = kRows * 2, .fingerprint_bytes = kRows * 7},
                   &SinkOptions::fingerprint_bytes),
               std::runtime_error);
}

TEST(HeapTest, CountsThisThreadAlone) {
  const std::uint64_t before = AllocationsOfThread();
  ::operator delete(::operator new(1));
  EXPECT_EQ(AllocationsOfThread(), before + 1);
  constexpr std::uint64_t kMany = 1000;
  std::thread([] {
    for (std::uint64_t i = 0; i < kMany; ++i) ::operator delete(::operator new(1));
  }).join();
  EXPECT_LT(AllocationsOfThread(), before + kMany);
}

class ProcessTest : public testing::Test {
 protected:
  const ScratchDirectory directory_{std::filesystem::temp_directory_path()};
  const std::filesystem::path log_ = directory_.path() / "log";
};

TEST_F(ProcessTest, TellsHowItEnded) {
  EXPECT_EQ(RunProcess({"sh", "-c", "echo said; exit 3"}, log_), 3);
  std::string said;
  std::getline(std::ifstream(log_), said);
  EXPECT_EQ(said, "said");
  EXPECT_EQ(RunProcess({"/nowhere/nothing"}, log_), 127);
  ChildProcess sleeping({"sleep", "1000"}, log_);
  EXPECT_FALSE(sleeping.Ended());
  sleeping.Signal(SIGTERM);
  EXPECT_EQ(sleeping.Wait(), 128 + SIGTERM);
}

TEST_F(ProcessTest, IsKilledWithItsObject) {
  pid_t pid = 0;
  {
    const ChildProcess sleeping({"sleep", "1000"}, log_);
    pid = sleeping.pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(ProcessTest, UseIsThatOfItsChildrenToo) {
  const std::filesystem::path done = directory_.path() / "done";
  const ChildProcess writing(
      {"sh", "-c",
       "sh -c 'head -c 1000000 /dev/zero >" + (directory_.path() / "zeros").string() + "; echo >" +
           done.string() + "; exec sleep 1000' & wait"},
      log_);
  while (!std::filesystem::exists(done)) usleep(1000);
  // head has ended, and with it what it wrote; its parent wrote a line.
  EXPECT_GT(UseOfFamily(writing.pid()).written_bytes, 0U);
  EXPECT_GT(UseOfFamily(writing.pid()).cpu_s, 0);
}

TEST_F(ProcessTest, ValuesAreTheLinesOfAFile) {
  const std::string file = directory_.path() / "lines";
  std::ofstream(file) << "first\n\nsecond one\n";
  const Values values = ReadValues(file);
  EXPECT_EQ(ToString(values), "lines");
  EXPECT_EQ(values.bytes_max(), 10U);
  RecordBatch batch(2, values);
  batch.Add({2, 1, {}});
  batch.Add({3, 1, {}});
  EXPECT_EQ(batch.records()[0].value, "second one");
  EXPECT_EQ(batch.records()[1].value, "first");
  EXPECT_EQ(batch.records()[0].key.size(), kKeyBytes);
  ASSERT_EQ(RunProcess({"gzip", file}, log_), 0);
  EXPECT_EQ(*ReadValues(file + ".gz").lines, *values.lines);
  EXPECT_THROW(ReadValues(directory_.path() / "none"), std::runtime_error);
}

}  // namespace
}  // namespace idem::bench
