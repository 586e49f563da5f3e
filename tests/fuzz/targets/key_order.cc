// SPDX-License-Identifier: Apache-2.0
//
// Two keys made of the input: their encodings are ordered as they are, equal only when they are
// equal, and the keys that begin with given parts are one range.

#include "fuzz/input.h"
#include "fuzz/target.h"
#include "unit/codec/key_model.h"

#include <bit>

using idem::codec::CompareModel;
using idem::codec::ModelKey;
using idem::codec::ModelPart;
using idem::fuzz::Input;
using idem::fuzz::Require;

namespace {

ModelPart PartOf(Input* input) {
  switch (input->Below(7)) {
    case 0:
      return std::monostate();
    case 1:
      return input->Coin();
    case 2:
      return input->Integer();
    case 3:
      return std::bit_cast<double>(input->Number());
    case 4:
      return std::string(input->Bytes(input->Below(8)));
    case 5:
      return idem::codec::ModelBytes{std::string(input->Bytes(input->Below(8)))};
    default: {
      idem::Uuid uuid;
      for (std::uint8_t& byte : uuid.bytes) byte = input->Byte();
      return uuid;
    }
  }
}

void AppendParts(std::uint8_t count, Input* input, ModelKey* key) {
  for (; count > 0; --count) key->push_back(PartOf(input));
}

std::string Encoded(const ModelKey& key) {
  return std::string(idem::Key(idem::codec::ToKeyParts(key)).encoded());
}

bool BeginsWith(const ModelKey& key, const ModelKey& with) {
  return with.size() <= key.size() &&
         CompareModel(ModelKey(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(with.size())),
                      with) == 0;
}

}  // namespace

// The two keys begin alike, so that their differences come late.
IDEM_FUZZ_TARGET("key_order") {
  Input choices(input);
  ModelKey a;
  AppendParts(choices.Below(3), &choices, &a);
  ModelKey b = a;
  AppendParts(choices.Below(3), &choices, &a);
  AppendParts(choices.Below(3), &choices, &b);
  const std::string left = Encoded(a);
  const std::string right = Encoded(b);
  Require((left <=> right) == CompareModel(a, b), "encodings are ordered as their keys");
  // No type code is ff, which after the 00 that ends a string is a 00 of a longer one.
  Require((right <= left && left < right + '\xff') == BeginsWith(a, b),
          "the keys that begin alike are one range");
  Require(left.empty() || idem::codec::IsValidKey(left), "an encoded key is a valid one");
}
