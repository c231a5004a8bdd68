//! A slow model is not waited for longer than promised, and nobody queues without end.

use crate::fixture::{MODEL, PATIENT, Service, ollama};
use edgecoder_inference::Limits;
use edgecoder_testkit::{Answer, Rule, Script, ScriptedOllama};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

fn prompt() -> Value {
    json!({ "taskId": "t", "prompt": "write a parser", "language": "python" })
}

fn failed() -> Value {
    json!({ "task": "t", "failedCode": "x", "errorHistory": [], "language": "python" })
}

async fn stalling() -> ScriptedOllama {
    ScriptedOllama::start(Script::always(MODEL, Answer::StallAfter("[{".to_owned()))).await
}

#[tokio::test]
async fn a_model_that_stands_still_is_left_at_the_deadline() {
    let server = stalling().await;
    let soon = Duration::from_millis(300);
    let service = Service::begin(ollama(&server.url()), Limits { decompose: soon, escalate: soon, ..PATIENT }).await;
    assert_eq!(service.decompose("write a parser").await["planner"], "fallback");
    let heard = service.post("/escalate", failed()).await;
    assert_eq!((heard.status, &heard.body["error"]), (StatusCode::GATEWAY_TIMEOUT, &json!("model_timed_out")));
    server.wait_for_hang_ups(2).await;
}

#[tokio::test]
async fn a_caller_who_goes_takes_the_question_along() {
    let plan = Answer::Reply(r#"[{"input":"a"},{"input":"b"}]"#.to_owned());
    let stall = Rule::new("", Answer::StallAfter("[{".to_owned())).only(1);
    let server = ScriptedOllama::start(Script::new(MODEL, [stall, Rule::new("", plan)])).await;
    let service = Service::begin(ollama(&server.url()), Limits { at_once: 1, waiting: 0, ..PATIENT }).await;
    let asked = tokio::spawn(service.as_service(service.nobody_posts("/decompose", &prompt())).send());
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    asked.abort();
    // The only place is free again long before the deadline of the question that nobody waits for.
    while service.decompose("another").await["planner"] != "model" {}
}

#[tokio::test]
async fn who_finds_no_place_is_sent_away_and_told_when_to_return() {
    let server = stalling().await;
    let service = Service::begin(ollama(&server.url()), Limits { at_once: 1, waiting: 0, ..PATIENT }).await;
    let first = tokio::spawn(service.as_service(service.nobody_posts("/decompose", &prompt())).send());
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let answer = service.as_service(service.nobody_posts("/escalate", &failed())).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "5");
    assert_eq!(service.decompose("another").await["planner"], "fallback");
    first.abort();
}
