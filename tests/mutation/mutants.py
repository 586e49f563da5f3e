# SPDX-License-Identifier: Apache-2.0
"""Mistakes that somebody could make in src/: one each, as the text to replace and what with.

The text must stand in its file exactly once, so that a mutant cannot rot unseen.
"""

from collections import namedtuple

Mutant = namedtuple("Mutant", "name path old new")


def _in(path, *mutants):
    return [Mutant(name, path, old, new) for name, old, new in mutants]


MUTANTS = (
    _in("src/rules/append.cc",
        ("append_takes_every_payload_for_the_same",
         "stored.fingerprint == incoming.fingerprint", "true"),
        ("append_forgets_what_is_stored", "if (!stored.exists)", "if (true)"),
        ) +
    _in("src/rules/events.cc",
        ("event_with_other_content_passes", "applied->event == event", "true"),
        ("event_ids_are_not_looked_at", "if (!applied)", "if (true)"),
        ) +
    _in("src/rules/horizon.cc",
        ("horizon_forgets_the_floor", "return std::max(floor, state.floor.value_or(kLowest));",
         "return floor;"),
        ("horizon_is_one_too_far", "version.integer() < *floor", "version.integer() <= *floor"),
        ("horizon_wraps_around", "high < kLowest + reach ? kLowest : high - reach", "high - reach"),
        ("high_version_goes_back", "version.integer() > *state->high_version", "true"),
        ) +
    _in("src/rules/upsert.cc",
        ("tombstone_equals_its_row", "if (stored.tombstone != incoming.is_delete) return false;",
         ""),
        ("older_version_wins", "if (order < 0) return", "if (order > 0) return"),
        ("equal_version_is_stale", "if (order < 0)", "if (order <= 0)"),
        ("rank_is_not_asked",
         "if (incoming.rank != stored.rank) return incoming.rank > stored.rank;", ""),
        ("lower_rank_wins", "incoming.rank > stored.rank", "incoming.rank < stored.rank"),
        ("delete_loses_a_tie",
         "if (incoming.is_delete != stored.tombstone) return incoming.is_delete;", ""),
        ("smaller_fingerprint_wins", "incoming.fingerprint > stored.fingerprint",
         "incoming.fingerprint < stored.fingerprint"),
        ("first_wins_like_last", "case TieRule::kFirstWins:\n      return kStays;",
         "case TieRule::kFirstWins:\n      return replaces;"),
        ("resurrection_is_an_update",
         "stored.tombstone ? Verdict::kInserted : Verdict::kUpdated", "Verdict::kUpdated"),
        ) +
    _in("src/rules/checkpoints.cc",
        ("start_is_ignored", "checkpoint->start = options.start.value_or(offset);",
         "checkpoint->start = offset;"),
        ("touching_ranges_stay_apart", "it->begin <= checkpoint->next",
         "it->begin < checkpoint->next"),
        ("replay_is_off_by_one", "if (offset < checkpoint->next)",
         "if (offset <= checkpoint->next)"),
        ("done_ranges_are_not_looked_at", "if (after != done.begin() && offset",
         "if (false && offset"),
        ("end_of_a_range_is_inside", "offset < (after - 1)->end", "offset <= (after - 1)->end"),
        ("gap_is_never_refused", "offset > checkpoint->next && options.gaps",
         "false && options.gaps"),
        ("checkpoint_is_the_last_offset", "MarkDone(options, {offset, end}, checkpoint);",
         "MarkDone(options, {offset, offset}, checkpoint);"),
        ("a_run_is_replayed_beyond_next", "until(checkpoint->next)", "run.end"),
        ("a_run_is_unknown_beyond_the_start", "until(checkpoint->start)", "run.end"),
        ("a_run_is_replayed_beyond_a_range", "until((after - 1)->end)", "run.end"),
        ("a_run_is_new_into_a_range", "after == done.end() ? run.end : until(after->begin)",
         "run.end"),
        ("advance_moves_back", "if (next <= checkpoint->next) return;", ""),
        ("rewind_keeps_what_was_done", "checkpoint->done.clear();", ""),
        ("rewind_keeps_the_start", "checkpoint->start = std::min(checkpoint->start, to);", ""),
        ) +
    _in("src/rules/validate.cc",
        ("far_future_is_let_in", "version.integer() > *options.version_max",
         "version.integer() > *options.version_max + 1"),
        ("append_tables_take_upserts", "append ? Operation::kInsert : Operation::kUpsert",
         "append ? Operation::kUpsert : Operation::kUpsert"),
        ("negative_horizon_is_let_in", "*options.horizon < 0", "false"),
        ) +
    _in("src/pipeline/decide.cc",
        ("replay_before_invalid",
         "if (candidate.invalid != Reason::kNone) return {Verdict::kInvalid, candidate.invalid, 0};"
         "\n  if (candidate.replayed) return {Verdict::kReplayed, Reason::kNone, 0};",
         "if (candidate.replayed) return {Verdict::kReplayed, Reason::kNone, 0};\n"
         "  if (candidate.invalid != Reason::kNone) "
         "return {Verdict::kInvalid, candidate.invalid, 0};"),
        ("replays_are_decided_again",
         "if (candidate.replayed) return {Verdict::kReplayed, Reason::kNone, 0};", ""),
        ("horizon_forgets_known_keys", "if (!slot.exists &&\n      rules::BeyondHorizon",
         "if (rules::BeyondHorizon"),
        ("duplicate_does_not_raise_the_rank",
         "if (RaisesRank(decision, options, candidate, slot.row)) RaiseRank(candidate, work);", ""),
        ("a_raised_rank_is_settled",
         " || RaisesRank(decision, options, candidate, row)) return {};", ") return {};"),
        ("what_is_applied_is_settled", "IsApplied(decision.verdict) || RaisesRank(",
         "RaisesRank("),
        ("digest_keeps_the_old_row",
         "state->digest.Remove(codec::RowDigest(record.key(), slot->row.version, "
         "slot->row.fingerprint));", ""),
        ("tombstones_are_counted_as_rows",
         "const bool was_live = slot->exists && !slot->row.tombstone;",
         "const bool was_live = slot->exists;"),
        ("event_id_is_not_kept", "event.dirty = true;", ""),
        ("row_is_not_written", "slot->exists = true;\n  slot->dirty = true;",
         "slot->exists = true;"),
        ("raised_rank_loses_the_payload",
         "if (slot.payload_unread) work->kept_payloads.push_back(candidate.row);", ""),
        ("high_version_stands_still", "rules::RaiseHighVersion(candidate.version, &state);", ""),
        ) +
    _in("src/pipeline/gather.cc",
        ("rank_of_the_source_is_lost", "candidate.rank = sources.rank[record.delivery];", ""),
        ("event_id_is_not_read", "if (record.event_key.empty()) continue;", "continue;"),
        ("a_record_is_settled_by_an_overwritten_row",
         " && !work->index.Contains(key, candidate->hash);", ";"),
        ("event_ids_are_not_asked_first", "record.event_key.empty() && !work->index",
         "!work->index"),
        ("what_is_accepted_is_decided_again", "alone && afterwards == Afterwards::kDecide",
         "alone"),
        ("hex_versions_stay_as_they_came",
         "candidate->version = Version(work->versions.Copy(work->scratch));", ""),
        ("bad_offset_is_let_in", "sources.out_of_range[record.delivery] != 0", "false"),
        ) +
    _in("src/pipeline/identities.cc",
        ("half_a_hash_is_a_key", " && EntryAt(slots()[at].place - 1)->key() == key", ""),
        ("forgotten_keys_are_new", "learned_ && !MayBeForgotten(hash)", "learned_"),
        ("keys_not_learned_are_new", "learned_ && !MayBeForgotten(hash)", "!MayBeForgotten(hash)"),
        ("what_was_told_is_learned_again",
         "if (slot_count_ > 0 && slots()[SlotOf(key, FragmentOf(hash))].place != 0) return;", ""),
        ("what_was_forgotten_is_learned_again", "if (MayBeForgotten(hash)) return;", ""),
        ("what_was_erased_is_learned_again",
         "learned_ ? Remove(key, hash) : Put(key, hash, key.substr(0, 0));", "Remove(key, hash);"),
        ("a_changed_head_is_not_taken",
         "std::memcpy(known->bytes() + key.size(), head.data(), head.size());", ""),
        ("erased_keys_stay", "if (slots()[at].place != 0) RemoveSlot(at);", ""),
        ("what_does_not_fit_is_forgotten_untold", "Remove(key, hash);\n    Forget(hash);",
         "Remove(key, hash);"),
        ("what_makes_room_is_forgotten_untold", "RemoveSlot(at);\n    Forget(hash);",
         "RemoveSlot(at);"),
        ) +
    _in("src/pipeline/source_pass.cc",
        ("replaced_source_is_let_in",
         "if (given.empty() || given == stored) return {};", "return {};"),
        ("first_incarnation_is_not_kept", "stored = given;\n      at_->changed = true;",
         "stored = given;"),
        ("a_new_offset_is_not_written", "case rules::Delivery::kNew:\n        at_->changed = true;",
         "case rules::Delivery::kNew:"),
        ("note_alone_is_not_written",
         "at_->checkpoint.note = std::string(step.note);\n      at_->changed = true;",
         "at_->checkpoint.note = std::string(step.note);"),
        ) +
    _in("src/pipeline/tokens.cc",
        ("token_takes_any_records", "if (record.batch != lookup.batch)", "if (false)"),
        ("forgotten_token_applies_again",
         "if (*token.sequence() >= static_cast<std::int64_t>(floor)) return {};", "return {};"),
        ) +
    _in("src/pipeline/quarantine_stage.cc",
        ("resolved_entry_comes_back", "if (entry.resolved) outcome", "if (false) outcome"),
        ("entry_is_written_again", "if (entry.stored) continue;", ""),
        ) +
    _in("src/pipeline/committer.cc",
        ("checkpoints_are_not_written", "StageSources();\n  if (token)", "if (token)"),
        ("poisoned_sink_goes_on",
         "written.error().code() == ErrorCode::kCommitUnknown) ledger_->poisoned = true;",
         "false) ledger_->poisoned = true;"),
        ("commits_are_not_remembered", "if (written) Remember(*plan);", ""),
        ("erased_rows_are_remembered", "identities_.Erase(key, identities_.hash()(key));", ""),
        ("half_a_batch_is_quarantined",
         "if (auto ok = RejectInvalid(batch, outcomes); !ok) return ok.error();", ""),
        ("fenced_writer_says_seen_before",
         "it must not even say \"seen before\".\n"
         "    if (auto ok = store_->CheckWriter(ledger_->epoch); !ok) return ok.error();",
         "it must not even say \"seen before\"."),
        ("token_report_is_not_written", "if (token) StageToken(*token, *outcomes);", ""),
        ("checkpoints_are_not_published", "PublishSources();\n", "\n"),
        ) +
    _in("src/codec/tuple.cc",
        ("zero_is_escaped_by_another_byte", "*out++ = kEscaped;", "*out++ = '\\x01';"),
        ("minus_zero_is_another_key", "if (number == 0) bits = 0;", ""),
        ("nans_are_many_keys", "if (std::isnan(number)) bits = kCanonicalNan;", ""),
        ("other_nans_are_read", "return OrderedBits(*number) == ordered;", "return true;"),
        ) +
    _in("src/codec/fingerprint.cc",
        ("key_runs_into_the_version", "hasher->AddFixed32(key.size());", ""),
        ("delete_has_the_events_fingerprint", "hasher.AddByte(is_delete ? 1 : 0);", ""),
        ("ignored_members_are_not_sorted", "std::sort(ignored_.begin(), ignored_.end());", ""),
        ) +
    _in("src/codec/row_envelope.cc",
        ("unknown_flags_are_read", "flags >> kVersionTagShift",
         "(flags >> kVersionTagShift) & 3"),
        ("tombstones_may_have_a_payload",
         "!row->tombstone || (row->payload.empty() && row->fingerprint == Fingerprint{})",
         "true"),
        ) +
    _in("src/codec/token_records.cc",
        ("outcomes_take_any_memory", "if (total > outcomes_max) return true;", ""),
        ("runs_have_many_forms", "if (!first && outcome == before) return false;", ""),
        ) +
    _in("src/codec/source_records.cc",
        ("ranges_may_touch", "range.begin == at ||", ""),
        ("steps_may_pass_the_end", " || step > kNextMax - from", ""),
        )
)
