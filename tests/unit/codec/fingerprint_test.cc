// SPDX-License-Identifier: Apache-2.0

#include "codec/fingerprint.h"

#include "base/coding.h"
#include "codec/version_bytes.h"

#include <gtest/gtest.h>
#include <idem/limits.h>

#include <set>
#include <string>
#include <vector>

// The library's own copy of the hash, reached through the linker.
#include <xxhash.h>

namespace idem::codec {
namespace {

std::string ToHex(const Fingerprint& fingerprint) {
  return Digest{fingerprint.high, fingerprint.low}.ToHex();
}

std::string Hash(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return Digest{hash.high64, hash.low64}.ToHex();
}

// The bytes as the contract lists them, put together in the plainest way.
std::string RowBytes(std::string_view key, const Version& version, const Fingerprint& fingerprint) {
  std::string bytes;
  base::AppendFixed32(static_cast<std::uint32_t>(key.size()), &bytes);
  bytes.append(key);
  AppendVersion(version, &bytes);
  AppendFingerprint(fingerprint, &bytes);
  return bytes;
}

TEST(FingerprintTest, PublishedVectors) {
  EXPECT_EQ(ToHex(FingerprintOf("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(ToHex(FingerprintOf(std::string_view())), "99aa06d3014798d86001c324468d497f");
}

TEST(FingerprintTest, IsXxh3Of128BitsForEverySize) {
  std::string bytes;
  for (int size = 0; size < 2000; ++size) {
    ASSERT_EQ(ToHex(FingerprintOf(bytes)), Hash(bytes)) << size;
    bytes.push_back(static_cast<char>(size * 31));
  }
}

TEST(FingerprintTest, RowDigestHashesTheListedBytesForEveryKeySize) {
  const Fingerprint payload = FingerprintOf("payload");
  const std::string long_version(kVersionBytesMax, 'v');
  const std::vector<Version> versions = {Version(), 0, -1, INT64_MIN, "", "FFF/ABC", long_version};
  for (std::size_t size = 0; size < 600; ++size) {
    const std::string key(size, 'k');
    for (const Version& version : versions) {
      ASSERT_EQ(RowDigest(key, version, payload).ToHex(), Hash(RowBytes(key, version, payload)));
    }
  }
  const std::string key(kKeyBytesMax, 'k');
  EXPECT_EQ(RowDigest(key, 1, payload).ToHex(), Hash(RowBytes(key, 1, payload)));
}

TEST(FingerprintTest, LongVersionsAreHashedAsTheyAreWritten) {
  for (const std::size_t size : {127u, 128u, 300u, 20'000u}) {
    const std::string version(size, 'v');
    EXPECT_EQ(RowDigest("k", version, {}).ToHex(), Hash(RowBytes("k", version, {}))) << size;
  }
}

TEST(FingerprintTest, EventFingerprintAddsTheOperation) {
  const Fingerprint payload = FingerprintOf("payload");
  EXPECT_EQ(ToHex(EventFingerprint(false, "key", 7, payload)),
            Hash(std::string(1, '\0') + RowBytes("key", 7, payload)));
  EXPECT_EQ(ToHex(EventFingerprint(true, "key", 7, payload)),
            Hash(std::string(1, '\1') + RowBytes("key", 7, payload)));
}

TEST(FingerprintTest, EveryPartOfARowCounts) {
  std::set<Digest> digests;
  digests.insert(RowDigest("ab", Version(), {}));
  digests.insert(RowDigest("a", Version(), {}));
  digests.insert(RowDigest("ab", 0, {}));
  digests.insert(RowDigest("ab", 1, {}));
  digests.insert(RowDigest("ab", "", {}));
  digests.insert(RowDigest("ab", Version(), {0, 1}));
  digests.insert(RowDigest("ab", Version(), {1, 0}));
  EXPECT_EQ(digests.size(), 7u);
}

TEST(PayloadFingerprinterTest, PlainPayloadsCountByTheirBytes) {
  const PayloadFingerprinter plain{TableOptions{}};
  EXPECT_FALSE(plain.needs_json());
  std::string scratch = "kept";
  Fingerprint fingerprint;
  ASSERT_TRUE(plain.Of("{ not json", &scratch, &fingerprint));
  EXPECT_EQ(fingerprint, FingerprintOf("{ not json"));
}

// CASES A4: the same JSON in another order was once another request.
TEST(PayloadFingerprinterTest, EqualJsonHasEqualFingerprints) {
  const PayloadFingerprinter json(TableOptions{.canonical_json = true});
  EXPECT_TRUE(json.needs_json());
  std::string scratch = "left over";
  Fingerprint a;
  Fingerprint b;
  ASSERT_TRUE(json.Of(R"({"id": 7, "name": "x"})", &scratch, &a));
  ASSERT_TRUE(json.Of("{\"name\":\"\\u0078\",\n\t\"id\":7}", &scratch, &b));
  EXPECT_EQ(a, b);
  EXPECT_EQ(a, FingerprintOf(R"({"id":7,"name":"x"})"));
  ASSERT_TRUE(json.Of(R"({"id": 7.0, "name": "x"})", &scratch, &b));
  EXPECT_NE(a, b) << "numbers count by their text";
  EXPECT_FALSE(json.Of("{ not json", &scratch, &b));
}

TEST(PayloadFingerprinterTest, IgnoredMembersDoNotCountWhateverTheirOrder) {
  const PayloadFingerprinter json(TableOptions{.ignored_members = {"z", "meta.ingest_ts", "a"}});
  EXPECT_TRUE(json.needs_json());
  std::string scratch;
  Fingerprint a;
  Fingerprint b;
  ASSERT_TRUE(json.Of(R"({"id":7,"meta":{"ingest_ts":1,"v":2},"z":0})", &scratch, &a));
  ASSERT_TRUE(json.Of(R"({"a":1,"id":7,"meta":{"ingest_ts":99,"v":2}})", &scratch, &b));
  EXPECT_EQ(a, b);
  ASSERT_TRUE(json.Of(R"({"id":7,"meta":{"ingest_ts":1,"v":3}})", &scratch, &b));
  EXPECT_NE(a, b);
}

TEST(FingerprintStreamTest, PiecesAreHashedAsTheWhole) {
  std::string whole;
  FingerprintStream stream;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(stream.Sum(), FingerprintOf(whole)) << i;
    const std::string piece(i * i, static_cast<char>('a' + i % 26));
    stream.Add(piece);
    whole += piece;
  }
}

}  // namespace
}  // namespace idem::codec
