// SPDX-License-Identifier: Apache-2.0
//
// Canonical JSON, and the fingerprint that is taken of it: "same content" is decided here.

#include "codec/canonical_json.h"
#include "cli/input/json_text.h"
#include "codec/fingerprint.h"
#include "fuzz/input.h"
#include "fuzz/target.h"

using idem::codec::AppendCanonicalJson;
using idem::codec::Fingerprint;
using idem::fuzz::Require;

namespace {

Fingerprint FingerprintOf(const idem::codec::PayloadFingerprinter& fingerprinter,
                          std::string_view json) {
  std::string scratch;
  Fingerprint fingerprint;
  Require(fingerprinter.Of(json, &scratch, &fingerprint), "canonical JSON has a fingerprint");
  return fingerprint;
}

}  // namespace

// The first byte says whether members are ignored.
IDEM_FUZZ_TARGET("canonical_json") {
  idem::fuzz::Input choices(input);
  idem::TableOptions options{.canonical_json = true};
  if (choices.Coin()) options.ignored_members = {"a", "b.c"};
  const std::string_view json = choices.Rest();
  std::string canonical;
  if (!AppendCanonicalJson(json, options.ignored_members, &canonical)) return;
  Require(idem::cli::IsJson(json), "the command's reader takes what the library takes");
  Require(idem::cli::IsJson(canonical), "the canonical form is JSON");
  std::string twice;
  Require(AppendCanonicalJson(canonical, options.ignored_members, &twice), "it has a form itself");
  Require(twice == canonical, "the canonical form stays as it is");
  const idem::codec::PayloadFingerprinter fingerprinter(options);
  Require(FingerprintOf(fingerprinter, json) == FingerprintOf(fingerprinter, canonical),
          "two spellings of one content have one fingerprint");
  Require(
      FingerprintOf(fingerprinter, json) == FingerprintOf(fingerprinter, " " + canonical + "\n"),
      "white space around a value means nothing");
}
