//! Which promises are there?

mod delivery;
mod lifetime;
mod power;
mod programs;
mod prompts;
mod snapshots;
mod watching;

use crate::runner::Journey;
use edgecoder_events::task::{Language, WorkKind};
use edgecoder_wire::{tasks::SourceFile, work::Work};

/// Lists functions as journeys under their own names.
macro_rules! journeys {
    ($($module:ident::$name:ident),+ $(,)?) => {
        vec![$(Journey { name: stringify!($name), steps: |house| Box::pin($module::$name(house)) }),+]
    };
}

pub fn all() -> Vec<Journey> {
    journeys![
        programs::a_program_is_run_and_its_report_is_signed_and_sealed,
        programs::a_failing_test_fails_the_program_and_is_named,
        programs::entry_and_tests_are_both_run,
        programs::a_submission_that_no_machine_could_run_is_a_failed_report,
        programs::an_envelope_for_somebody_else_is_returned_as_unable,
        prompts::a_model_repairs_its_code_until_the_tests_pass,
        prompts::the_model_that_is_named_for_the_server_that_answers_is_asked,
        prompts::the_tests_of_the_submitter_are_never_overwritten,
        prompts::without_a_model_a_prompt_is_returned_as_unable_with_a_line_for_the_operator,
        delivery::a_retry_is_signed_anew,
        delivery::a_result_is_delivered_once_when_the_coordinator_comes_back,
        delivery::a_result_survives_the_crash_of_its_worker,
        delivery::a_result_that_the_disk_does_not_take_is_brought_at_once,
        delivery::a_result_that_is_too_late_is_given_up_and_told,
        snapshots::an_archive_is_run_when_its_pin_fits,
        snapshots::an_archive_with_another_pin_is_refused,
        snapshots::an_archive_is_followed_through_a_redirect,
        snapshots::a_redirect_into_a_private_network_is_refused,
        snapshots::addresses_of_this_machine_are_refused_outside_of_development,
        snapshots::a_commit_is_fetched_from_a_repository_and_nothing_of_it_is_executed,
        snapshots::a_commit_that_is_not_there_is_refused,
        snapshots::a_link_in_a_commit_is_refused,
        watching::what_was_done_is_measured_and_a_worker_with_a_coordinator_is_well,
        power::a_machine_rests_as_its_owner_wishes_and_says_why,
        power::no_more_work_is_held_at_once_than_the_owner_wishes,
        lifetime::a_worker_registers_once_and_again_only_when_told,
        lifetime::javascript_is_worked_on_while_python_is_prepared,
        lifetime::a_worker_never_holds_more_leases_than_it_has_slots,
        lifetime::an_ended_lease_stops_its_run,
        lifetime::a_worker_that_stops_finishes_what_it_holds,
        lifetime::what_outlasts_the_grace_is_given_back,
        lifetime::the_next_coordinator_is_asked_when_one_is_gone,
        lifetime::what_dns_said_last_time_is_tried_first_and_a_stranger_gets_nothing,
    ]
}

/// A Python program.
fn program(files: &[(&str, &str)]) -> Work {
    let file = |(path, content): &(&str, &str)| SourceFile { path: (*path).to_owned(), content: (*content).to_owned() };
    Work {
        work: WorkKind::Program,
        language: Language::Python,
        timeout_ms: 50_000,
        prompt: None,
        files: files.iter().map(file).collect(),
        entry: None,
        tests: Vec::new(),
        args: Vec::new(),
        stdin: None,
        snapshot: None,
        requested_model: None,
        context: Vec::new(),
    }
}

/// A program that never ends by itself.
fn endless() -> Work {
    program(&[("main.py", "while True:\n    pass\n")])
}
