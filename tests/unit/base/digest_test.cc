// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>
#include <idem/digest.h>

#include <random>

namespace idem {
namespace {

Digest Sum(Digest a, const Digest& b) {
  a.Add(b);
  return a;
}

TEST(DigestTest, AddCarriesIntoTheHighHalf) {
  EXPECT_EQ(Sum({1, UINT64_MAX}, {2, 1}), (Digest{4, 0}));
  EXPECT_EQ(Sum({1, UINT64_MAX - 1}, {2, 1}), (Digest{3, UINT64_MAX}));
  EXPECT_EQ(Sum({UINT64_MAX, UINT64_MAX}, {0, 1}), (Digest{0, 0})) << "modulo 2^128";
}

TEST(DigestTest, RemoveBorrowsFromTheHighHalf) {
  Digest digest{4, 0};
  digest.Remove({2, 1});
  EXPECT_EQ(digest, (Digest{1, UINT64_MAX}));
  digest = {0, 0};
  digest.Remove({0, 1});
  EXPECT_EQ(digest, (Digest{UINT64_MAX, UINT64_MAX}));
}

TEST(DigestTest, AddingAndRemovingInAnyOrderEndsWhereItBegan) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    const Digest a{random(), random()};
    const Digest b{random(), random()};
    Digest digest;
    digest.Add(a);
    digest.Add(b);
    EXPECT_EQ(digest, Sum(b, a));
    digest.Remove(a);
    EXPECT_EQ(digest, b);
    digest.Remove(b);
    EXPECT_EQ(digest, Digest{});
  }
}

TEST(DigestTest, HexIsHighHalfFirst) {
  EXPECT_EQ((Digest{0x0123456789abcdef, 1}).ToHex(), "0123456789abcdef0000000000000001");
  EXPECT_EQ(Digest{}.ToHex(), std::string(32, '0'));
}

}  // namespace
}  // namespace idem
