//! Watching: live events over connections that break, the end, and the number it ends with.

use crate::{
    scenes::{accepted, all_sent, event, failed, passed, sample, sent, view},
    service::Service,
    typed::{person, program},
};
use axum::{body::Body, response::IntoResponse};
use edgecoder_command_line::ExitCode;
use edgecoder_events::{
    MicroCredits,
    task::{FailReason, ReturnReason},
};
use edgecoder_wire::tasks::{Report, TaskEventView, TaskState};
use futures_util::{StreamExt, stream};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::Semaphore;

const EVENTS: &str = "GET /tasks/01-primes/events";

fn story(ending: &str) -> Vec<TaskEventView<Value>> {
    vec![
        sample(3, "task.submitted"),
        sample(4, "task.planned"),
        sample(5, "task.subtask_leased"),
        sample(6, "task.subtask_returned"),
        event(7, "task.subtask_leased", |fields| fields["attempt"] = json!(2)),
        sample(8, "task.subtask_finished"),
        sample(9, ending),
    ]
}

#[tokio::test]
async fn a_watched_task_is_told_from_submission_to_result() {
    let service = Service::start().await;
    service.on_stream(EVENTS, &all_sent(&story("task.completed")), false);
    service.on_json("GET /tasks/01-primes?after=9", &view(TaskState::Completed, None, Some(passed())));
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert_snapshot!(outcome.out);
    assert_eq!(outcome.err, "");
}

/// Events of a task, of which those from `waits_from` on happen when somebody asked for the status `asks` times.
fn taken_after(asks: usize, service: &Service, told: &Value, story: &[TaskEventView<Value>], waits_from: usize) {
    let asked = Arc::new(Semaphore::new(0));
    let counted = Arc::clone(&asked);
    let told = told.to_string();
    service.on("GET /status", move || {
        counted.add_permits(1);
        told.clone().into_response()
    });
    let (before, after) = story.split_at(waits_from);
    let (before, after) = (all_sent(before).concat(), all_sent(after).concat());
    service.on(EVENTS, move || {
        let (asked, after) = (Arc::clone(&asked), after.clone());
        let later = stream::once(async move {
            asked.acquire_many(u32::try_from(asks).unwrap()).await.unwrap().forget();
            Ok::<_, Infallible>(after)
        });
        Body::from_stream(stream::iter([Ok(before.clone())]).chain(later)).into_response()
    });
    service.on_json("GET /tasks/01-primes?after=9", &view(TaskState::Completed, None, Some(passed())));
}

#[tokio::test]
async fn what_a_task_waits_for_is_told_once() {
    let service = Service::start().await;
    let preparing = json!([{ "language": "python", "machines": 1, "percent": 50 }]);
    let status = json!({ "queued": 1, "leased": 0, "agents": 1, "preparing": preparing, "ledgerSize": 4,
        "ledgerHead": "ab12" });
    taken_after(2, &service, &status, &story("task.completed"), 2);
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert_eq!(outcome.err, "waiting: Python is being prepared on 1 machine (50 %)\n");
}

#[tokio::test]
async fn a_failed_task_names_its_failed_tests_and_sends_no_escape_sequence() {
    let service = Service::start().await;
    let end = event(9, "task.failed", |fields| fields["reason"] = json!("program_failed"));
    service.on_stream(EVENTS, &all_sent(&[sample(3, "task.submitted"), end]), false);
    let failed = view(TaskState::Failed, Some(FailReason::ProgramFailed), Some(failed()));
    service.on_json("GET /tasks/01-primes?after=9", &failed);
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::TaskFailed);
    assert!(!outcome.out.contains(['\u{1b}', '\u{7}', '\r']), "{:?}", outcome.out);
    assert_snapshot!(outcome.out);
}

#[tokio::test]
async fn a_task_that_its_credits_were_too_few_for_names_a_limit_that_would_do() {
    let budget_exhausted = (FailReason::BudgetExhausted, failed());
    let cut_short = (FailReason::ProgramFailed, Report { reason: "timed_out".into(), ..failed() });
    for (reason, report) in [budget_exhausted, cut_short] {
        let service = Service::start().await;
        service.on_stream(EVENTS, &all_sent(&[sample(9, "task.failed")]), false);
        let mut view = view(TaskState::Failed, Some(reason), Some(report));
        view.summary.budget_micro_credits = MicroCredits::from_micros(2_000_000);
        service.on_json("GET /tasks/01-primes?after=9", &view);
        let outcome = person(&service, &["task", "watch", "01-primes"]).await;
        assert!(outcome.out.ends_with("--max-credits 48, which always pays for all of its time\n"), "{}", outcome.out);
    }
}

#[tokio::test]
async fn a_task_that_came_back_too_often_ends_with_what_the_machine_lacked() {
    let advice = [
        (ReturnReason::ModelUnavailable, "start Ollama"),
        (ReturnReason::SnapshotUnavailable, "see that its address answers there"),
        (ReturnReason::SandboxUnavailable, "edgecoder doctor there"),
        (ReturnReason::AgentUnable, "edgecoder agent diagnostics worker-1"),
    ];
    for (reason, advice) in advice {
        let service = Service::start().await;
        let word = serde_json::to_value(reason).unwrap();
        let back = event(8, "task.subtask_returned", |fields| fields["reason"] = word.clone());
        service.on_stream(EVENTS, &all_sent(&[back, sample(9, "task.failed")]), false);
        let mut view = view(TaskState::Failed, Some(FailReason::AttemptsExhausted), None);
        view.subtasks[0].last_return = Some(reason);
        service.on_json("GET /tasks/01-primes?after=9", &view);
        let outcome = person(&service, &["task", "watch", "01-primes"]).await;
        let spoken = word.as_str().unwrap().replace('_', " ");
        assert!(outcome.out.contains(&format!("came back from worker-1: {spoken}")), "{}", outcome.out);
        assert!(outcome.out.lines().last().unwrap().contains(advice), "{}", outcome.out);
    }
}

#[tokio::test]
async fn a_task_that_waits_for_want_of_a_model_says_so() {
    let service = Service::start().await;
    let status = json!({ "queued": 1, "leased": 0, "agents": 1, "preparing": [], "ledgerSize": 4,
        "ledgerHead": "ab12" });
    let back = event(6, "task.subtask_returned", |fields| fields["reason"] = json!("model_unavailable"));
    let mut story = story("task.completed");
    story[3] = back;
    taken_after(2, &service, &status, &story, 4);
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    assert!(outcome.err.starts_with("waiting: no language model answers: start Ollama"), "{}", outcome.err);
}

#[tokio::test]
async fn a_program_that_took_too_long_ends_with_the_option_that_gives_it_more_time() {
    let service = Service::start().await;
    service.on_stream(EVENTS, &all_sent(&[sample(9, "task.failed")]), false);
    let cut_short = Report { reason: "timed_out".into(), ..failed() };
    let view = view(TaskState::Failed, Some(FailReason::ProgramFailed), Some(cut_short));
    service.on_json("GET /tasks/01-primes?after=9", &view);
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert!(outcome.out.ends_with("--timeout SECONDS (30 were allowed, 600 at most)\n"), "{}", outcome.out);
}

#[tokio::test]
async fn what_printed_too_much_is_told_how_much_it_may() {
    let service = Service::start().await;
    service.on_stream(EVENTS, &all_sent(&[sample(9, "task.failed")]), false);
    let report = Report { reason: "output_limit".into(), ..failed() };
    service.on_json(
        "GET /tasks/01-primes?after=9",
        &view(TaskState::Failed, Some(FailReason::ProgramFailed), Some(report)),
    );
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert!(outcome.out.contains("the run ended: output limit: a run prints at most 1 MiB\n"), "{}", outcome.out);
}

#[tokio::test]
async fn a_broken_stream_is_read_on_behind_the_last_event_and_nothing_is_told_twice() {
    let service = Service::start().await;
    let story = story("task.completed");
    let half_an_event = sent(&story[3])[..20].to_owned();
    service.on_stream(EVENTS, &[all_sent(&story[..3]).concat(), half_an_event], true);
    service.on_problem(EVENTS, 503, "starting", "the coordinator is starting");
    // The service repeats one event, as it may.
    service.on_stream(EVENTS, &all_sent(&story[2..5]), false);
    service.on_stream(EVENTS, &all_sent(&story[5..]), false);
    service.on_json("GET /tasks/01-primes?after=9", &view(TaskState::Completed, None, Some(passed())));
    let outcome = program(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    let lines = outcome.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let positions = lines.iter().take(7).map(|line| line["position"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(positions, [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!((lines.len(), &lines[7]["subtasks"][0]["report"]["stdout"]), (8, &json!("2 3 5 7\n")));
    let asked = service.asked().into_iter().map(|asked| asked.last_event_id).collect::<Vec<_>>();
    assert_eq!(asked, [None, Some("5"), Some("5"), Some("7"), None].map(|id| id.map(str::to_owned)));
    assert_eq!(outcome.err.matches("connecting again").count(), 3, "{}", outcome.err);
}

#[tokio::test]
async fn a_cancelled_task_ends_with_its_own_number() {
    let service = Service::start().await;
    service.on_stream(EVENTS, &all_sent(&[sample(9, "task.cancelled")]), false);
    service.on_json("GET /tasks/01-primes?after=9", &view(TaskState::Cancelled, None, None));
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::TaskCancelled);
}

#[tokio::test]
async fn a_task_of_somebody_else_is_not_asked_for_again() {
    let service = Service::start().await;
    service.on_problem(EVENTS, 404, "no_such_task", "there is no task of this name");
    let outcome = person(&service, &["task", "watch", "01-primes"]).await;
    assert_eq!(outcome.refusal(), "there is no task of this name (no_such_task)");
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn submit_with_watch_tells_the_program_first_what_was_accepted() {
    let service = Service::start().await;
    service.on_json("POST /submit", &accepted());
    service.on_stream(EVENTS, &all_sent(&[sample(9, "task.completed")]), false);
    service.on_json("GET /tasks/01-primes?after=9", &view(TaskState::Completed, None, Some(passed())));
    let outcome = program(&service, &["task", "submit", "say hello", "--watch"]).await;
    assert_eq!(outcome.ended.unwrap(), ExitCode::Success);
    let lines = outcome.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0], &lines[1]["kind"], &lines[2]["state"]),
        (&accepted(), &json!("task.completed"), &json!("completed"))
    );
}
