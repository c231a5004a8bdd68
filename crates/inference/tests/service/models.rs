//! The model that is asked can be changed, and one that is not there comes to be.

use crate::fixture::{MODEL, NOBODY, PATIENT, Service, hear, ollama, openai};
use edgecoder_testkit::{Answer, Script, ScriptedOllama, ScriptedOpenAi};
use reqwest::StatusCode;
use serde_json::{Value, json};

const OTHER: &str = "qwen2.5-coder:0.5b";

fn script() -> Script {
    let plan = Answer::Reply(r#"[{"input":"a"},{"input":"b"}]"#.to_owned());
    Script { library: vec![OTHER.to_owned()], ..Script::always(MODEL, plan) }
}

async fn swap(service: &Service, model: &str) -> (StatusCode, Value) {
    let heard = hear(service.as_operator(service.nobody_posts("/model/swap", &json!({ "model": model })))).await;
    (heard.status, heard.body)
}

/// The progress of the pull once it is over.
async fn pulled(service: &Service) -> Value {
    loop {
        let progress = service.get("/model/pull/progress").await;
        if progress["status"] != "pulling" {
            return progress;
        }
    }
}

fn asked_model(server: &ScriptedOllama) -> Value {
    server.requests().last().unwrap().body["model"].clone()
}

#[tokio::test]
async fn a_model_that_is_not_installed_is_pulled_and_then_asked() {
    let server = ScriptedOllama::start(script()).await;
    let service = Service::begin(ollama(&server.url()), PATIENT).await;
    assert_eq!(service.get("/model/pull/progress").await["status"], "idle");
    assert_eq!(service.get("/model/status").await["model"], MODEL);

    let swapped = json!({ "previous": MODEL, "active": OTHER, "status": "pulling" });
    assert_eq!(swap(&service, OTHER).await, (StatusCode::OK, swapped));
    let done = json!({ "model": OTHER, "status": "done", "completed": 1000, "total": 1000, "error": null });
    assert_eq!(pulled(&service).await, done);

    let status = service.get("/model/status").await;
    assert_eq!((&status["model"], &status["status"]), (&json!(OTHER), &json!("ready")));
    service.decompose("write a parser").await;
    assert_eq!(asked_model(&server), OTHER);

    let swapped = json!({ "previous": OTHER, "active": MODEL, "status": "ready" });
    assert_eq!(swap(&service, MODEL).await, (StatusCode::OK, swapped));
    let listed = json!([{ "modelId": MODEL, "active": true }, { "modelId": OTHER, "active": false }]);
    assert_eq!(service.get("/model/list").await, listed);
}

#[tokio::test]
async fn a_model_that_nobody_has_leaves_the_old_one_in_its_place() {
    let server = ScriptedOllama::start(script()).await;
    let service = Service::begin(ollama(&server.url()), PATIENT).await;
    assert_eq!(swap(&service, "no-such-model").await.1["status"], "pulling");
    let progress = pulled(&service).await;
    assert_eq!(progress["status"], "error");
    assert!(progress["error"].as_str().unwrap().contains("check its name"), "{progress}");
    let status = service.get("/model/status").await;
    assert_eq!((&status["model"], &status["status"]), (&json!(MODEL), &json!("ready")));
}

#[tokio::test]
async fn a_server_that_installs_nothing_says_so() {
    let server = ScriptedOpenAi::start(script()).await;
    let service = Service::begin(openai(&server.url()), PATIENT).await;
    let (status, problem) = swap(&service, OTHER).await;
    assert_eq!((status, &problem["error"]), (StatusCode::NOT_FOUND, &json!("model_not_listed")));
}

#[tokio::test]
async fn without_a_server_the_status_says_what_to_do() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    let status = service.get("/model/status").await;
    assert_eq!((&status["model"], &status["status"]), (&Value::Null, &json!("no_model")));
    assert!(status["advice"].as_str().unwrap().contains("OLLAMA_HOST"), "{status}");
    let (status, problem) = swap(&service, OTHER).await;
    assert_eq!((status, &problem["error"]), (StatusCode::BAD_GATEWAY, &json!("no_model_available")));
}

#[tokio::test]
async fn a_configured_model_that_is_not_installed_is_not_called_ready() {
    let server = ScriptedOllama::start(script()).await;
    let mut models = ollama(&server.url());
    models.ollama_model = Some(OTHER.parse().unwrap());
    let service = Service::begin(models, PATIENT).await;
    let status = service.get("/model/status").await;
    assert_eq!((&status["model"], &status["status"]), (&json!(OTHER), &json!("no_model")));
    assert_eq!(service.decompose("write a parser").await["planner"], "fallback");
}
