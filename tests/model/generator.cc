// SPDX-License-Identifier: Apache-2.0

#include "model/generator.h"

#include "model/oracle.h"
#include "model/record_maker.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace idem::model {

using script::Action;
using script::Commit;
using script::Place;
using script::Step;
using script::Token;

namespace {

// What distinguishes long episodes from short ones.
struct Style {
  // How often, in thousandths, a step is what; the others are commits.
  std::uint64_t reopen, resolve, rewind, forget, collect, flush, table, source;
  std::uint64_t tables;  // open from the start
  std::uint64_t groups;  // of one commit, at most
  std::uint64_t token_percent, repeat_percent, labels;
  std::int64_t sequences;
  std::uint64_t spoilt, spoilt_strict;  // of a thousand records
  std::uint64_t front_step_percent;     // see record_maker.h
};
constexpr Style kLong = {.reopen = 8,
                         .resolve = 24,
                         .rewind = 10,
                         .forget = 6,
                         .collect = 16,
                         .flush = 3,
                         .table = 3,
                         .source = 4,
                         .tables = 6,
                         .groups = 6,
                         .token_percent = 12,
                         .repeat_percent = 4,
                         .labels = 12,
                         .sequences = 40,
                         .spoilt = 50,
                         .spoilt_strict = 5,
                         .front_step_percent = 2};
constexpr Style kShort = {.reopen = 50,
                          .resolve = 120,
                          .rewind = 60,
                          .forget = 50,
                          .collect = 80,
                          .flush = 30,
                          .table = 50,
                          .source = 40,
                          .tables = 3,
                          .groups = 4,
                          .token_percent = 25,
                          .repeat_percent = 10,
                          .labels = 2,
                          .sequences = 5,
                          .spoilt = 70,
                          .spoilt_strict = 20,
                          .front_step_percent = 20};
constexpr std::uint64_t kStepsMin = 5;
constexpr std::uint64_t kStepsMax = 30;
constexpr std::uint64_t kCommitsABulkOne = 11;

class Maker {
 public:
  Maker(std::uint64_t seed, const Random& random, const Profile& profile, const Style& style)
      : random_(random),
        profile_(profile),
        style_(style),
        options_(MakeOptions()),
        oracle_(options_),
        records_(&random_, {random_.Between(10, kVersionMax), style.front_step_percent}),
        episode_{.seed = seed, .options = options_},
        commits_(seed) {
    Setup();
  }

  Episode MakeRecords(std::size_t records) {
    while (episode_.records < records) Add(NextStep());
    return std::move(episode_);
  }

  Episode MakeSteps() {
    const std::uint64_t spread = kStepsMax - kStepsMin + 1;
    const std::uint64_t more = std::min(random_.Below(spread), random_.Below(spread));
    for (std::uint64_t i = 0; i < kStepsMin + more; ++i) Add(NextStep());
    return std::move(episode_);
  }

 private:
  SinkOptions MakeOptions() {
    SinkOptions options;
    options.durability = Durability::kAsync;
    options.limits.key_bytes = kSmall;
    options.limits.value_bytes = kSmall;
    options.write_buffer_bytes = 1 << 20;
    options.cache_bytes = 1 << 20;
    // None, room for a handful of entries, room for all.
    constexpr std::size_t kIdentityBytes[] = {0, 512, 1 << 16};
    options.identity_bytes = kIdentityBytes[random_.Below(3)];
    // The rows come into that memory while the sink is opened, or beside the commits after it.
    if (options.identity_bytes == kIdentityBytes[1]) options.load_at_open_rows = 0;
    options.filter_bytes = random_.Percent(20) ? 0 : 1 << 16;
    // None, room for four rows, room for all.
    constexpr std::size_t kFingerprintBytes[] = {0, 64, 1 << 16};
    options.fingerprint_bytes = kFingerprintBytes[random_.Below(3)];
    options.on_invalid = InvalidPolicy::kQuarantine;
    if (!profile_.rejections) return options;
    if (random_.Percent(30)) options.on_invalid = InvalidPolicy::kRejectBatch;
    if (random_.Percent(15)) {
      options.limits.batch_records = Short() ? 5 : 12;
      options.limits.source_partitions = Short() ? 2 : 7;
      options.limits.ranges_per_partition = 1;
    }
    return options;
  }

  TieRule AnyTie() {
    for (;;) {
      const auto tie = static_cast<TieRule>(random_.Below(4));
      if (tie != TieRule::kLastWins || profile_.last_wins) return tie;
    }
  }

  void DefineTables() {
    TableOptions append{.mode = TableMode::kAppend};
    TableOptions converge{};
    TableOptions horizon{.tie = AnyTie(), .horizon = kHorizon, .version_max = kVersionMax};
    TableOptions text{.version = random_.Percent(60) ? VersionKind::kHex : VersionKind::kBytes,
                      .tie = AnyTie()};
    TableOptions none{.version = VersionKind::kNone, .tie = TieRule::kFirstWins};
    if (random_.Percent(60)) none.tie = TieRule::kConflict;
    if (profile_.last_wins && random_.Percent(40)) none.tie = TieRule::kLastWins;
    TableOptions json{.ignored_members = {"meta.ts"}};
    if (random_.Percent(30)) json = {.mode = TableMode::kAppend, .canonical_json = true};
    definitions_ = {{"append", append}, {"converge", converge}, {"horizon", horizon},
                    {"json", json},     {"none", none},         {"text", text}};
  }

  void Setup() {
    DefineTables();
    if (Short()) random_.Shuffle(&definitions_);
    const std::uint64_t tables = Short() ? 1 + random_.Below(style_.tables) : style_.tables;
    for (std::size_t i = 0; i < tables; ++i) Add(definitions_[i]);
    const GapPolicy refuse = profile_.rejections ? GapPolicy::kRefuse : GapPolicy::kTrack;
    sources_ = {{"legal", {.gaps = GapPolicy::kLegal, .rank = 2}},
                {"refuse", {.gaps = refuse, .rank = 1}},
                {"start", {.start = 5}}};
    for (const script::DeclareSource& source : sources_) {
      if (!Short() || random_.Percent(70)) Add(source);
    }
  }

  void Add(Step step) {
    const script::Answer answer = oracle_.Do(step);
    last_commit_ = std::max(last_commit_, answer.commit);
    if (const auto* table = std::get_if<script::OpenTable>(&step);
        table != nullptr && answer.ok()) {
      tables_[table->name] = table->options;
    }
    if (const auto* commit = std::get_if<Commit>(&step)) {
      for (const Action& action : commit->actions) {
        if (!action.is_record()) continue;
        ++episode_.records;
        history_.push_back(action);
      }
      if (commit->token && answer.ok()) with_token_.push_back(*commit);
    }
    episode_.steps.push_back(std::move(step));
  }

  Step NextStep() {
    if (!profile_.upkeep) return NextCommit();
    std::uint64_t dice = random_.Below(1000);
    const auto falls = [&dice](std::uint64_t often) {
      if (dice < often) return true;
      dice -= often;
      return false;
    };
    if (falls(style_.reopen)) return script::Reopen{};
    if (falls(style_.resolve)) return NextResolve();
    if (falls(style_.rewind)) return NextRewind();
    if (falls(style_.forget)) return NextForget();
    if (falls(style_.collect)) return NextCollect();
    if (falls(style_.flush)) return script::Flush{};
    if (falls(style_.table)) return NextTable();
    if (falls(style_.source)) return NextSource();
    return NextCommit();
  }

  // One that is open, or is opened now; now and then by another definition than it has.
  Step NextTable() {
    script::OpenTable table = random_.Of(definitions_);
    const auto open = tables_.find(table.name);
    if (open != tables_.end()) table.options = open->second;
    if (open != tables_.end() && random_.Percent(25)) table.options.ignored_members = {"other"};
    return table;
  }

  Step NextSource() {
    if (Short() && random_.Percent(60)) return random_.Of(sources_);
    return script::DeclareSource{
        "start", {.start = random_.Between(3, 6), .rank = random_.Percent(80) ? 0U : 9U}};
  }

  Step NextForget() {
    const std::uint64_t below = random_.Below(last_commit_ + 3);
    if (random_.Percent(25)) return script::ForgetRequests{below};
    if (random_.Percent(33)) return script::PurgeQuarantine{below};
    return script::ForgetTokens{Application(), random_.Between(0, 4)};
  }

  Step NextCollect() {
    const bool horizon = tables_.contains("horizon") && random_.Percent(90);
    return script::Collect{horizon ? "horizon" : AnyTable()->first};
  }

  Step NextResolve() {
    const std::vector<script::RefusedRecord> refused = oracle_.Refused();
    if (refused.empty()) return NextCommit();
    const bool accept = profile_.accept && random_.Percent(50);
    return script::Resolve{accept ? Resolution::kAccept : Resolution::kDiscard,
                           random_.Of(refused)};
  }

  Step NextRewind() {
    Place place = AnyPlace();
    place.offset = random_.Between(0, 20);
    place.incarnation = random_.Percent(50) ? "second" : "";
    return script::Rewind{place, "again", random_.Percent(40)};
  }

  std::string Application() { return random_.Percent(50) ? "app" : "other"; }

  Commit NextCommit() {
    if (!with_token_.empty() && random_.Percent(style_.repeat_percent)) {
      return random_.Of(with_token_);
    }
    Commit commit;
    commit.bulk = ++commits_ % kCommitsABulkOne == 0;
    if (random_.Percent(style_.token_percent)) {
      commit.token = Token{Application(), random_.Between(0, style_.sequences)};
      if (random_.Percent(30)) {
        commit.token = Token{"label-" + std::to_string(random_.Below(style_.labels)), {}};
      }
    }
    cursors_.clear();
    // Without a single group now and then: an empty batch.
    const std::size_t groups = random_.Percent(2) ? 0 : 1 + random_.Below(style_.groups);
    for (std::size_t i = 0; i < groups; ++i) AddGroup(&commit.actions);
    return commit;
  }

  // A position, or none, and the records that were read there.
  void AddGroup(std::vector<Action>* actions) {
    Action head;
    head.place = AnyPlace();
    std::int64_t& cursor = Cursor(head.place);
    const std::uint64_t dice = random_.Below(100);
    if (dice < 11) {
      if (dice < 6) {
        head.kind = Action::Kind::kAdvance;
        head.place.offset = std::max<std::int64_t>(cursor + random_.Between(-2, 2), 0);
        head.note = random_.Percent(50) ? "note-" + std::to_string(random_.Below(3)) : "";
        cursor = std::max(cursor, head.place.offset);
      } else {
        head.kind = Action::Kind::kEmpty;
        head.range.begin = std::max<std::int64_t>(cursor + random_.Between(-2, 2), 0);
        head.range.end = head.range.begin + random_.Between(1, 3);
      }
      actions->push_back(head);
      // What follows still belongs to the position before it.
      if (random_.Percent(30)) actions->push_back(AnyRecord());
      return;
    }
    if (dice < 35) {
      head.kind = Action::Kind::kNowhere;
      head.place = {};
    } else {
      head.kind = Action::Kind::kFrom;
      ChooseOffset(&head.place, &cursor);
    }
    actions->push_back(head);
    const std::size_t records = random_.Below(4);
    for (std::size_t i = 0; i < records; ++i) actions->push_back(AnyRecord());
  }

  Place AnyPlace() {
    static const std::vector<std::string> kSources = {"legal", "refuse", "start", "track"};
    Place place;
    place.source = random_.Of(kSources);
    if (random_.Percent(40)) place.partition.name = "p";
    return place;
  }

  std::int64_t& Cursor(const Place& place) {
    const auto key = std::make_pair(place.source, place.partition.name.value_or(""));
    const auto found = cursors_.find(key);
    if (found != cursors_.end()) return found->second;
    const std::int64_t next = oracle_.NextOffset(place).value_or(random_.Between(5, 8));
    return cursors_.emplace(key, next).first->second;
  }

  void ChooseOffset(Place* place, std::int64_t* cursor) {
    const bool refuses = place->source == "refuse" && profile_.rejections;
    const std::uint64_t dice = random_.Below(100);
    std::int64_t offset = *cursor;
    if (dice < 15) offset -= random_.Between(1, 4);
    if (dice >= 85 && (!refuses || dice >= 98)) offset += random_.Between(1, 4);
    place->offset = std::max<std::int64_t>(offset, 0);
    if (offset == *cursor) ++*cursor;
    const bool known = oracle_.NextOffset(*place).has_value();
    if (!known) place->offset += 6;
    if (known && random_.Below(1000) < 4) {
      place->offset = -1;
      return;
    }
    if (!profile_.rejections) return;
    if (random_.Percent(15)) place->incarnation = "first";
    if (random_.Below(1000) < 4) place->incarnation = "second";
  }

  Action AnyRecord() {
    if (!history_.empty() && random_.Percent(25)) {
      const std::size_t back = std::min<std::size_t>(history_.size(), random_.Percent(30) ? 6 : 80);
      return history_[history_.size() - 1 - random_.Below(back)];
    }
    const auto table = AnyTable();
    const bool strict = options_.on_invalid == InvalidPolicy::kRejectBatch;
    return records_.Make(table->first, table->second,
                         strict ? style_.spoilt_strict : style_.spoilt);
  }

  std::map<std::string, TableOptions>::const_iterator AnyTable() {
    return std::next(tables_.begin(), static_cast<std::ptrdiff_t>(random_.Below(tables_.size())));
  }

  bool Short() const { return &style_ == &kShort; }

  Random random_;
  const Profile profile_;
  const Style& style_;
  const SinkOptions options_;
  Oracle oracle_;
  RecordMaker records_;
  Episode episode_;
  std::vector<script::OpenTable> definitions_;
  std::vector<script::DeclareSource> sources_;
  std::map<std::string, TableOptions> tables_;  // that are open
  std::map<std::pair<std::string, std::string>, std::int64_t> cursors_;
  std::vector<Action> history_;
  std::vector<Commit> with_token_;
  std::uint64_t commits_;  // made so far, begun at the seed so that each is bulk in some episode
  std::uint64_t last_commit_ = 0;
};

}  // namespace

Episode MakeEpisode(std::uint64_t seed, std::size_t records, const Profile& profile) {
  return Maker(seed, Random(seed), profile, kLong).MakeRecords(records);
}

Episode MakeEpisode(std::string_view choices, std::size_t records, const Profile& profile) {
  return Maker(0, Random(choices), profile, kLong).MakeRecords(records);
}

Episode MakeSequence(std::uint64_t seed) {
  return Maker(seed, Random(seed), {}, kShort).MakeSteps();
}

}  // namespace idem::model
