// SPDX-License-Identifier: Apache-2.0
//
// Encoded keys from outside: each valid encoding is that of exactly one key.

#include "base/utf8.h"
#include "codec/tuple.h"
#include "fuzz/target.h"

#include <idem/key.h>

using idem::fuzz::Require;

IDEM_FUZZ_TARGET("key") {
  const idem::Result<idem::Key> key = idem::Key::FromEncoded(input);
  Require(key.has_value() == idem::codec::IsValidKey(input), "one answer to what is a key");
  if (!key) return;
  Require(key->encoded() == input, "a key keeps its bytes");
  std::string storage;
  Require(idem::Key(key->Parts(&storage)).encoded() == input, "a key is its parts");
  const std::string text = key->ToString();
  Require(idem::base::IsUtf8(text), "a key can be shown");
}
