// SPDX-License-Identifier: Apache-2.0

#include "model/generator.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace idem::model {

using script::Action;
using script::Commit;
using script::Place;
using script::Step;
using script::Token;
using script::Tuple;

std::uint64_t Random::Next() noexcept {
  if (choices_.size() >= 2) {
    const auto high = static_cast<std::uint8_t>(choices_[0]);
    const auto low = static_cast<std::uint8_t>(choices_[1]);
    choices_.remove_prefix(2);
    return std::uint64_t{high} << 8U | low;
  }
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

namespace {

constexpr std::int64_t kHorizon = 6;
constexpr std::int64_t kVersionMax = 60;
constexpr std::size_t kSmall = 64;  // bytes of a key or value, so that a larger one is cheap

std::vector<Tuple> Keys() {
  return {{std::string("a")},  {std::string("a"), std::string("b")},
          {std::string("ab")}, {std::monostate{}},
          {std::int64_t{1}},   {script::Number{1.0}, std::string("a\0b", 3)}};
}

class Maker {
 public:
  Maker(const Random& random, const Profile& profile)
      : random_(random), profile_(profile), options_(MakeOptions()), oracle_(options_) {}

  Episode Make(std::uint64_t seed, std::size_t records) {
    Episode episode{.seed = seed, .options = options_};
    for (Step& step : Setup()) Add(&episode, std::move(step));
    while (episode.records < records) Add(&episode, NextStep());
    return episode;
  }

 private:
  SinkOptions MakeOptions() {
    SinkOptions options;
    options.durability = Durability::kAsync;
    options.limits.key_bytes = kSmall;
    options.limits.value_bytes = kSmall;
    options.write_buffer_bytes = 1 << 20;
    options.cache_bytes = 1 << 20;
    options.filter_bytes = random_.Percent(20) ? 0 : 1 << 16;
    options.on_invalid = InvalidPolicy::kQuarantine;
    if (!profile_.rejections) return options;
    if (random_.Percent(30)) options.on_invalid = InvalidPolicy::kRejectBatch;
    if (random_.Percent(15)) {
      options.limits.batch_records = 12;
      options.limits.source_partitions = 7;
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

  std::vector<Step> Setup() {
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
    tables_ = {{"append", append}, {"converge", converge}, {"horizon", horizon},
               {"json", json},     {"none", none},         {"text", text}};
    std::vector<Step> steps;
    for (const auto& [name, options] : tables_) steps.push_back(script::OpenTable{name, options});
    const GapPolicy refuse = profile_.rejections ? GapPolicy::kRefuse : GapPolicy::kTrack;
    steps.push_back(script::DeclareSource{"legal", {.gaps = GapPolicy::kLegal, .rank = 2}});
    steps.push_back(script::DeclareSource{"refuse", {.gaps = refuse, .rank = 1}});
    steps.push_back(script::DeclareSource{"start", {.start = 5}});
    return steps;
  }

  void Add(Episode* episode, Step step) {
    const script::Answer answer = oracle_.Do(step);
    if (const auto* commit = std::get_if<Commit>(&step)) {
      for (const Action& action : commit->actions) {
        if (!action.is_record()) continue;
        ++episode->records;
        history_.push_back(action);
      }
      if (commit->token && answer.ok()) with_token_.push_back(*commit);
    }
    episode->steps.push_back(std::move(step));
  }

  Step NextStep() {
    if (!profile_.upkeep) return NextCommit();
    const std::uint64_t dice = random_.Below(1000);
    if (dice < 8) return script::Reopen{};
    if (dice < 32) return NextResolve();
    if (dice < 42) return NextRewind();
    if (dice < 48) return script::ForgetTokens{Application(), random_.Between(0, 4)};
    if (dice < 64) return script::Collect{random_.Percent(90) ? "horizon" : "converge"};
    if (dice < 67) return script::Flush{};
    if (dice < 70) return script::OpenTable{"converge", tables_.at("converge")};
    if (dice < 74) {
      return script::DeclareSource{
          "start", {.start = random_.Between(3, 6), .rank = random_.Percent(80) ? 0U : 9U}};
    }
    return NextCommit();
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
    if (!with_token_.empty() && random_.Percent(4)) return random_.Of(with_token_);
    Commit commit;
    if (random_.Percent(12)) {
      commit.token = Token{Application(), random_.Between(0, 40)};
      if (random_.Percent(30))
        commit.token = Token{"label-" + std::to_string(random_.Below(12)), {}};
    }
    cursors_.clear();
    const std::size_t groups = 1 + random_.Below(6);
    for (std::size_t i = 0; i < groups; ++i) AddGroup(&commit.actions);
    return commit;
  }

  // A position, or none, and the records that were read there.
  void AddGroup(std::vector<Action>* actions) {
    Action head;
    head.place = AnyPlace();
    std::int64_t& cursor = Cursor(head.place);
    const std::uint64_t dice = random_.Below(100);
    if (dice < 6) {
      head.kind = Action::Kind::kAdvance;
      head.place.offset = cursor + random_.Between(-2, 2);
      head.note = random_.Percent(50) ? "note-" + std::to_string(random_.Below(3)) : "";
      head.place.offset = std::max<std::int64_t>(head.place.offset, 0);
      cursor = std::max(cursor, head.place.offset);
      actions->push_back(head);
      return;
    }
    if (dice < 11) {
      head.kind = Action::Kind::kEmpty;
      head.range.begin = std::max<std::int64_t>(cursor + random_.Between(-2, 2), 0);
      head.range.end = head.range.begin + random_.Between(1, 3);
      actions->push_back(head);
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
    auto table = tables_.begin();
    std::advance(table, static_cast<std::ptrdiff_t>(random_.Below(tables_.size())));
    Action action = ValidRecord(table->first, table->second);
    const bool strict = options_.on_invalid == InvalidPolicy::kRejectBatch;
    if (random_.Below(1000) < (strict ? 5U : 50U)) Spoil(table->second, &action);
    return action;
  }

  Action ValidRecord(const std::string& name, const TableOptions& options) {
    Action action;
    action.table = name;
    action.key = random_.Of(Keys());
    if (options.horizon || name == "append") action.key.push_back(random_.Between(0, 9));
    action.version = AnyVersion(options);
    if (random_.Percent(15)) action.event_id = Tuple{std::string("e"), random_.Between(0, 30)};
    action.kind =
        options.mode == TableMode::kAppend ? Action::Kind::kInsert : Action::Kind::kUpsert;
    if (options.mode == TableMode::kUpsert && random_.Percent(25)) {
      action.kind = Action::Kind::kDelete;
      return action;
    }
    action.value = std::string(1, static_cast<char>('x' + random_.Below(3)));
    if (name == "json") action.value = AnyJson();
    return action;
  }

  // Three contents in several spellings.
  std::string AnyJson() {
    const std::string a = "\"a\":" + std::to_string(random_.Below(3));
    const std::string b = R"("b":"\u0078")";
    const std::string ts = "\"meta\": {\"ts\":" + std::to_string(random_.Below(3)) + "}";
    switch (random_.Below(3)) {
      case 0:
        return "{" + a + "," + b + "," + ts + "}";
      case 1:
        return "{ " + ts + ", " + a + ", \"b\":\"x\" }";
      default:
        return "{" + b + "," + a + "}";
    }
  }

  StoredVersion AnyVersion(const TableOptions& options) {
    static const std::vector<std::string> kHex = {"1", "01", "A", "a/1", "A/0", "FF/B", "FF/ABC"};
    static const std::vector<std::string> kBytes = {"2024-01", "2024-02", "2024-02-01", "B", "a"};
    switch (options.version_kind()) {
      case VersionKind::kNone:
        return {};
      case VersionKind::kHex:
        return random_.Of(kHex);
      case VersionKind::kBytes:
        return random_.Of(kBytes);
      case VersionKind::kInteger:
        break;
    }
    if (!options.horizon) return random_.Between(-2, 5);
    // The horizon moves through the episode, now and then.
    if (random_.Percent(2)) front_ = std::min(front_ + random_.Between(1, 3), kVersionMax - 1);
    return random_.Percent(70) ? random_.Between(front_ - 5, front_)
                               : random_.Between(front_ - 12, front_);
  }

  // Makes a valid record INVALID, in one way at a time.
  void Spoil(const TableOptions& options, Action* action) {
    switch (random_.Below(9)) {
      case 0:
        action->key.clear();
        return;
      case 1:
        action->key = {std::string(kSmall, 'k')};
        return;
      case 2:
        if (action->kind == Action::Kind::kDelete) return;
        action->value = "\"" + std::string(kSmall, 'v') + "\"";
        return;
      case 3:
        action->version =
            options.version_kind() == VersionKind::kNone ? StoredVersion(1) : StoredVersion();
        return;
      case 4:
        SpoilVersion(options, action);
        return;
      case 6:
        if (options.mode != TableMode::kAppend) return;
        action->kind = Action::Kind::kDelete;
        action->value.clear();
        return;
      case 7:
        if (action->table == "json" && action->kind != Action::Kind::kDelete) action->value = "{";
        return;
      default:
        *action = {.kind = Action::Kind::kReject, .table = action->table, .value = "torn"};
        action->why = "no end";
    }
  }

  void SpoilVersion(const TableOptions& options, Action* action) {
    switch (options.version_kind()) {
      case VersionKind::kNone:
        return;
      case VersionKind::kInteger:
        action->version = std::string("7");
        if (options.version_max && random_.Percent(70)) action->version = *options.version_max + 1;
        return;
      case VersionKind::kBytes:
        action->version = std::int64_t{7};
        return;
      case VersionKind::kHex:
        action->version = std::string(random_.Percent(50) ? "1//2" : "G");
        return;
    }
  }

  Random random_;
  Profile profile_;
  SinkOptions options_;
  Oracle oracle_;
  std::map<std::string, TableOptions> tables_;
  std::map<std::pair<std::string, std::string>, std::int64_t> cursors_;
  std::vector<Action> history_;
  std::vector<Commit> with_token_;
  std::int64_t front_ = 10;
};

}  // namespace

Episode MakeEpisode(std::uint64_t seed, std::size_t records, const Profile& profile) {
  return Maker(Random(seed), profile).Make(seed, records);
}

Episode MakeEpisode(std::string_view choices, std::size_t records, const Profile& profile) {
  return Maker(Random(choices), profile).Make(0, records);
}

}  // namespace idem::model
