//! One suite for every backend: a function per rule, run against memory, SQLite and PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod appending;
mod copies;
mod fixture;
mod full;
mod keeping;
mod log_keys;
mod postgres_only;
mod reading;
mod showing;
mod sqlite_only;

use fixture::Fixture;

macro_rules! prove {
    ($backend:ident: $($family:ident::$rule:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $rule() {
            if let Some(fixture) = crate::Fixture::$backend().await {
                crate::$family::$rule(fixture).await;
            }
        })+
    };
}

macro_rules! rules_of_every_log {
    ($backend:ident) => {
        prove! { $backend:
            appending::positions_have_no_gaps_under_64_concurrent_callers,
            appending::appends_are_recorded_in_the_order_of_submission,
            appending::conditions_over_several_streams_hold_together_or_nothing_is_recorded,
            appending::of_conflicting_appends_exactly_one_wins,
            appending::an_append_that_fails_in_a_batch_fails_alone,
            appending::a_retry_is_answered_with_the_first_receipt,
            appending::retries_in_flight_together_are_recorded_once,
            appending::another_content_under_a_used_key_is_refused,
            appending::the_time_of_recording_never_goes_back,
            appending::a_full_queue_makes_callers_wait,
            appending::what_can_never_be_recorded_is_refused,
            appending::what_stands_around_an_event_is_recorded_with_it,
            appending::a_closed_store_records_what_was_submitted_and_nothing_after,
            reading::a_log_begins_with_its_own_creation,
            reading::a_checkpoint_commits_to_exactly_the_entries_of_the_log,
            reading::a_stream_is_read_as_soon_as_it_is_appended,
            reading::followers_see_every_event_once_and_in_order_while_appends_race,
            reading::a_follower_of_a_closed_store_is_told_so,
            log_keys::a_new_key_signs_from_the_entry_of_its_change_on,
            showing::tiles_hold_the_entries_and_hashes_of_the_newest_checkpoint,
            showing::what_is_shown_can_be_proven,
            keeping::contents_are_there_when_the_append_is,
            keeping::secrets_are_kept_by_namespace_and_name,
            keeping::what_was_sealed_for_a_person_opens_until_their_key_is_destroyed,
        }
    };
}

macro_rules! rules_of_durable_logs {
    ($backend:ident) => {
        prove! { $backend:
            appending::a_retry_finds_its_receipt_after_a_restart_and_when_memory_has_forgotten_it,
            keeping::contents_and_secrets_survive_a_restart,
            keeping::a_log_goes_on_where_it_was_closed,
            keeping::an_older_log_is_read_only_until_an_operator_accepts_it,
            keeping::nothing_is_sealed_for_a_person_who_is_being_forgotten,
            keeping::another_log_of_the_same_length_is_noticed,
            showing::tiles_are_those_of_the_log_after_a_restart,
            showing::tiles_of_a_history_that_was_lost_are_made_anew,
            log_keys::a_key_that_is_not_the_logs_opens_nothing,
            log_keys::a_change_that_was_begun_and_not_recorded_leaves_the_old_key,
            log_keys::a_log_restored_to_before_the_change_goes_on_with_the_old_key,
        }
    };
}

mod memory {
    rules_of_every_log! { memory }
}

mod sqlite {
    rules_of_every_log! { sqlite }
    rules_of_durable_logs! { sqlite }
    prove! { sqlite:
        sqlite_only::a_second_store_on_the_same_directory_is_told_who_has_it,
        sqlite_only::a_deleted_index_is_built_anew,
        sqlite_only::a_changed_entry_after_the_last_checkpoint_is_found_at_the_start,
        sqlite_only::who_reads_a_damaged_table_is_told_and_skips_nothing,
    }
}

mod postgres {
    rules_of_every_log! { postgres }
    rules_of_durable_logs! { postgres }
    prove! { postgres:
        postgres_only::one_leads_and_another_takes_over_when_it_is_gone,
        postgres_only::a_leader_that_was_overtaken_writes_nothing,
        postgres_only::what_was_decided_in_a_term_that_is_over_is_not_recorded_in_the_next,
        postgres_only::a_session_that_is_cut_loses_and_doubles_nothing,
        postgres_only::an_append_after_the_session_was_cut_is_recorded,
        postgres_only::an_append_whose_session_is_cut_while_it_is_written_is_recorded_once,
    }
}
