// SPDX-License-Identifier: Apache-2.0

#include "peers/idem.h"

#include <idem/idem.h>

#include <filesystem>
#include <string>
#include <variant>

namespace idem::bench {
namespace {

constexpr std::string_view kTable = "records";
constexpr std::string_view kSource = "stream";
constexpr std::size_t kSmallIdentityBytes = 4 << 20;
constexpr std::size_t kFingerprintBytes = 64 << 20;

class IdemPeer : public Peer {
 public:
  IdemPeer(const std::filesystem::path& directory, const SinkOptions& options)
      : sink_(IdempotentSink::Open(directory, options).value()),
        table_(sink_->OpenTable(kTable).value()) {}

  void Apply(std::span<const Record> records) override {
    batch_.Clear();
    for (const Record& record : records) {
      if (record.offset) batch_.From({kSource, 0, *record.offset});
      batch_.Upsert(table_, {record.key}, record.value, {.version = record.version});
    }
    static_cast<void>(sink_->Commit(batch_).value());
  }

  void Scan(const RowVisitor& visit) const override {
    const Snapshot snapshot = sink_->NewSnapshot().value();
    RowCursor cursor = snapshot.Scan(kTable).value();
    std::string storage;
    while (cursor.Next().value()) {
      const Row& row = cursor.row();
      visit({row.key.Parts(&storage).at(0).text(),
             row.value,
             std::get<std::int64_t>(row.version),
             {}});
    }
  }

  std::int64_t Next() const override {
    const auto points = sink_->ResumeFrom(kSource).value();
    return points.empty() ? 0 : points.front().next;
  }

 protected:
  IdempotentSink* sink() const { return sink_.get(); }

 private:
  std::unique_ptr<IdempotentSink> sink_;
  Table table_;
  Batch batch_;
};

class IdemBackgroundPeer final : public IdemPeer {
 public:
  explicit IdemBackgroundPeer(const std::filesystem::path& directory)
      : IdemPeer(directory, {.durability = Durability::kAsync, .background_sync = true}) {}

  void Finish() override { sink()->Flush().value(); }
};

}  // namespace

std::unique_ptr<Peer> OpenIdem(const PeerOptions& options) {
  return std::make_unique<IdemPeer>(options.directory,
                                    SinkOptions{.durability = options.durability});
}

std::unique_ptr<Peer> OpenIdemBackground(const PeerOptions& options) {
  return std::make_unique<IdemBackgroundPeer>(options.directory);
}

std::unique_ptr<Peer> OpenIdemSmallIdentities(const PeerOptions& options) {
  return std::make_unique<IdemPeer>(
      options.directory,
      SinkOptions{.durability = options.durability, .identity_bytes = kSmallIdentityBytes});
}

std::unique_ptr<Peer> OpenIdemFingerprints(const PeerOptions& options) {
  return std::make_unique<IdemPeer>(options.directory,
                                    SinkOptions{.durability = options.durability,
                                                .identity_bytes = kSmallIdentityBytes,
                                                .fingerprint_bytes = kFingerprintBytes});
}

std::unique_ptr<Peer> OpenIdemNoIdentities(const PeerOptions& options) {
  return std::make_unique<IdemPeer>(
      options.directory, SinkOptions{.durability = options.durability, .identity_bytes = 0});
}

}  // namespace idem::bench
