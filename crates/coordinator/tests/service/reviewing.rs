//! Owners say what they think of what their task brought.

use crate::{
    fixture::{NOON, Service},
    machine::{Machine, report},
};
use edgecoder_wire::work::ResultAccepted;
use reqwest::StatusCode;
use serde_json::{Value, json};

const DIFF: &str = "--- a/main.py\n+++ b/main.py\n@@ -1 +1 @@\n-print(6 * 7)\n+print(7 * 6)\n";

/// A service with one task that a machine has completed.
async fn with_a_completed_task() -> Service {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let leased = machine.pulls().await.unwrap();
    let _paid: ResultAccepted = machine.told("/result", &machine.result_with(&leased, &report(0))).await;
    drop(machine);
    service
}

async fn said(service: &Service, review: Value) -> (StatusCode, Value) {
    let heard = service.post_as(service.ada(), "/tasks/t/review", &review).await;
    (heard.status, heard.body)
}

#[tokio::test]
async fn the_last_word_of_a_review_is_shown_and_its_words_are_sealed() {
    let service = with_a_completed_task().await;
    assert_eq!(service.task("t").await["review"], Value::Null);
    for (review, shown) in [
        (json!({ "decision": "accepted" }), json!({ "decision": "accepted", "reason": null, "diff": null })),
        (
            json!({ "decision": "rejected", "reason": " no tests " }),
            json!({ "decision": "rejected", "reason": "no tests", "diff": null }),
        ),
        (json!({ "decision": "edited", "diff": DIFF }), json!({ "decision": "edited", "reason": null, "diff": DIFF })),
    ] {
        assert_eq!(said(&service, review).await.0, StatusCode::NO_CONTENT);
        let mut expected = shown;
        expected["reviewedAtMs"] = json!(NOON.0);
        assert_eq!(service.task("t").await["review"], expected);
    }
    let recorded = service.log().await;
    let last = recorded.last().unwrap();
    assert_eq!((last.event.kind(), last.actor.as_str()), ("task.reviewed", "account:ada"));
    let bytes = last.event.to_bytes();
    assert!(!bytes.windows(5).any(|window| window == b"print"), "the log has no word of it");
}

#[tokio::test]
async fn a_review_without_its_words_or_with_a_diff_of_other_files_is_refused() {
    let service = with_a_completed_task().await;
    let before = service.store.head().size;
    let other = DIFF.replace("6 * 7", "5 * 7");
    for (review, field) in [
        (json!({ "decision": "rejected" }), "reason"),
        (json!({ "decision": "rejected", "reason": "x".repeat(5_000) }), "reason"),
        (json!({ "decision": "edited" }), "diff"),
        (json!({ "decision": "edited", "diff": "print(7 * 6)" }), "diff"),
        (json!({ "decision": "edited", "diff": other }), "diff"),
        (json!({ "decision": "edited", "diff": DIFF.replace("main.py", "../main.py") }), "diff"),
    ] {
        let (status, body) = said(&service, review).await;
        assert_eq!((status, &body["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{body}");
    }
    assert_eq!(service.store.head().size, before, "nothing was recorded");
}

#[tokio::test]
async fn only_the_owner_reviews_and_only_what_is_completed() {
    let service = Service::begin().await;
    service.submitted("t").await;
    let accept = json!({ "decision": "accepted" });
    let (status, body) = said(&service, accept.clone()).await;
    assert_eq!((status, &body["error"]), (StatusCode::CONFLICT, &json!("not_completed")));
    let operator = service.post_as(service.operator(), "/tasks/t/review", &accept).await;
    assert_eq!(operator.status, StatusCode::FORBIDDEN);
    let nobodys = service.post_as(service.ada(), "/tasks/other/review", &accept).await;
    assert_eq!((nobodys.status, &nobodys.body["error"]), (StatusCode::NOT_FOUND, &json!("task_not_found")));
}
