//! Tasks come in, are listed page by page, and are called off.

use crate::fixture::{GIVEN, Service, program};
use edgecoder_service_kit::submissions::SubmissionLimits;
use edgecoder_wire::tasks::{MAX_FILE_BYTES, MAX_SUBMISSION_BYTES};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn the_same_submission_twice_is_one_task_and_another_under_its_name_is_refused() {
    let service = Service::begin().await;
    let first = service.post_as(service.ada(), "/submit", &program("t")).await;
    let again = service.post_as(service.ada(), "/submit", &program("t")).await;
    assert_eq!((first.status, &first.body), (StatusCode::OK, &again.body));
    let mut other = program("t");
    other["priority"] = json!(7);
    let refused = service.post_as(service.ada(), "/submit", &other).await;
    assert_eq!((refused.status, &refused.body["error"]), (StatusCode::CONFLICT, &json!("task_exists")));
    let budget = first.body["budgetMicroCredits"].as_u64().unwrap();
    assert_eq!(service.wallet("ada").await, (GIVEN - budget, budget), "it is set aside once");
}

#[tokio::test]
async fn all_the_files_that_are_allowed_arrive_and_more_are_refused_by_name() {
    let service = Service::begin().await;
    for (bytes, status) in [(MAX_FILE_BYTES, 200), (MAX_FILE_BYTES + 1, 400), (MAX_SUBMISSION_BYTES, 413)] {
        let mut long = program("t");
        long["files"][0]["content"] = json!("#".repeat(bytes));
        let heard = service.post_as(service.ada(), "/submit", &long).await;
        assert_eq!(heard.status.as_u16(), status, "{heard:?}");
        if status != 200 {
            assert_eq!(heard.body["field"], "files");
            assert!(heard.body["detail"].as_str().unwrap().contains(&MAX_FILE_BYTES.to_string()), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn an_account_that_submits_too_many_in_a_minute_is_told_to_wait_and_nothing_is_kept() {
    let service = Service::begin_with(SubmissionLimits { tasks: 2, ..SubmissionLimits::default() }).await;
    for name in ["a", "b"] {
        service.submitted(name).await;
    }
    let before = service.log().await.len();
    let refused = service.post_as(service.ada(), "/submit", &program("c")).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_submissions"))
    );
    assert_eq!(service.log().await.len(), before);
    service.clock.advance_ms(60_000);
    service.submitted("c").await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page_newest_first() {
    let service = Service::begin().await;
    for name in ["a", "b", "c", "d", "e"] {
        service.submitted(name).await;
    }
    let _shown = service.task("e").await;
    let (mut names, mut before, mut pages) = (vec![], String::new(), 0);
    loop {
        let page = service.get_as(service.ada(), &format!("/tasks?limit=2{before}")).await.body;
        let tasks = page["tasks"].as_array().unwrap();
        names.extend(tasks.iter().map(|task| task["taskId"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!((names.concat().as_str(), pages), ("edcba", 3));
}

#[tokio::test]
async fn a_cancelled_task_gives_its_budget_back_and_can_be_cancelled_again() {
    let service = Service::begin().await;
    service.submitted("t").await;
    for _ in 0..2 {
        let cancelled = service.post_as(service.ada(), "/tasks/t/cancel", &json!({})).await;
        assert_eq!(cancelled.status, StatusCode::NO_CONTENT, "{cancelled:?}");
    }
    assert_eq!(service.task("t").await["state"], "cancelled");
    assert_eq!(service.wallet("ada").await, (GIVEN, 0));
}

#[tokio::test]
async fn the_same_submission_from_many_connections_at_once_is_one_task_for_all_of_them() {
    const CONNECTIONS: usize = 16;
    let service = Service::begin().await;
    for name in ["a", "b", "c", "d"] {
        let body = program(name);
        let asked = (0..CONNECTIONS).map(|_| service.post_as(service.ada(), "/submit", &body));
        let answers = futures_util::future::join_all(asked).await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (StatusCode::OK, &answers[0].body), "{name}");
        }
    }
}
