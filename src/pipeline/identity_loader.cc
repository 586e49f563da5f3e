// SPDX-License-Identifier: Apache-2.0
#include "pipeline/identity_loader.h"

#include "base/log.h"
#include "codec/keyspace.h"
#include "codec/row_envelope.h"
#include "pipeline/ledger.h"

#include <array>
#include <string>
#include <utility>

namespace idem::pipeline {
namespace {

constexpr std::array kSpaces = {codec::Space::kEvent, codec::Space::kRow};

// Of one step. To tell so many takes well under a millisecond, which is how long a commit waits.
constexpr std::size_t kEntriesAtMost = 4096;
constexpr std::size_t kBytesAtMost = std::size_t{1} << 20;
constexpr std::uint64_t kProgressKeys = 1'000'000;

using HeadBuffer = std::array<char, codec::kRowHeadBytesMax>;

// What is kept of an entry: of a row its head, put together in `buffer`, of an event id all.
Result<std::string_view> HeadOf(std::string_view key, std::string_view value, HeadBuffer* buffer) {
  if (!codec::IsRowKey(key)) return value;
  codec::RowEnvelope row;
  if (!codec::DecodeRow(value, &row)) return Damaged("a row");
  return std::string_view(buffer->data(), codec::PutRowHead(row, buffer->data()));
}

}  // namespace

IdentityLoader::IdentityLoader(std::unique_ptr<storage::StoreView> view, const KeyHash& hash,
                               std::uint64_t keys, Logger* logger)
    : view_(std::move(view)), hash_(hash), keys_(keys), logger_(logger) {}

Result<void> IdentityLoader::Read() {
  read_.clear();
  read_bytes_ = 0;
  arena_.Clear();
  while (read_.size() < kEntriesAtMost && read_bytes_ < kBytesAtMost) {
    auto more = ReadOne();
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

// False: there is nothing left.
Result<bool> IdentityLoader::ReadOne() {
  for (; space_ < kSpaces.size(); ++space_, cursor_.reset()) {
    if (!cursor_) {
      const std::string prefix = codec::SpaceKey(kSpaces[space_]);
      auto cursor = view_->Scan(prefix, codec::PrefixEnd(prefix));
      if (!cursor) return cursor.error();
      cursor_ = *std::move(cursor);
    }
    auto more = cursor_->Next();
    if (!more) return more.error();
    if (!*more) continue;
    HeadBuffer buffer;
    const auto head = HeadOf(cursor_->key(), cursor_->value(), &buffer);
    if (!head) return head.error();
    read_.push_back({arena_.Copy(cursor_->key()), hash_(cursor_->key()), arena_.Copy(*head)});
    read_bytes_ += cursor_->key().size() + head->size();
    return true;
  }
  return false;
}

void IdentityLoader::Tell(Identities* identities) {
  for (const Entry& entry : read_) identities->Learn(entry.key, entry.hash, entry.head);
  const std::uint64_t before = std::exchange(told_, told_ + read_.size());
  if (told_ / kProgressKeys != before / kProgressKeys) {
    base::Log(logger_, LogLevel::kInfo, "loading identities: {} of {}", told_, keys_);
  }
  if (space_ < kSpaces.size()) return;
  identities->FinishLearning();
  done_ = true;
  WarnWhenFull(*identities);
}

void IdentityLoader::WarnWhenFull(const Identities& identities) const {
  if (identities.forgotten() <= identities.filter_capacity()) return;
  base::Log(logger_, LogLevel::kWarning,
            "the filter for new keys is full at {} keys and new keys will be read more often; "
            "raise SinkOptions::identity_bytes or filter_bytes",
            identities.filter_capacity());
}

}  // namespace idem::pipeline
