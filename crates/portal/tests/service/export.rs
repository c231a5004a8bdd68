//! People take along all that is kept of them, and nothing of anybody else.

use crate::{
    browser::{Browser, field, form_token},
    fixture::{NOON, Service},
    reviewing::report,
};
use edgecoder_events::{Position, task::Verdict};
use futures_util::TryStreamExt;
use serde_json::Value;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";

async fn export(browser: &mut Browser) -> Value {
    let answer = browser.get("/account/export.json").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    serde_json::from_str(&answer.text).unwrap()
}

async fn submitted(browser: &mut Browser, code: &str) -> String {
    let page = browser.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    let fields = [("task_id", id.as_str()), ("code", code)];
    assert_eq!(browser.post("/tasks/new", &form_token(&page), &fields).await.status, 303);
    id
}

/// Every entry of the log that a file names: position and kind.
fn entries(value: &Value) -> Vec<(u64, String)> {
    match value {
        Value::Array(values) => values.iter().flat_map(entries).collect(),
        Value::Object(fields) => {
            let own = || Some((fields.get("position")?.as_u64()?, fields.get("kind")?.as_str()?.to_owned()));
            own().into_iter().chain(fields.values().flat_map(entries)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    }
}

#[tokio::test]
async fn one_file_has_all_that_is_kept_of_somebody_opened_and_with_its_place_in_the_log() {
    let mut service = Service::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person(BOB, "Bob").await);
    submitted(&mut bob, "bobs_secret = 1").await;
    bob.send("/nodes", "/nodes", &[("name", "bobs-machine"), ("kind", "agent")]).await;
    ann.send("/account", "/account/name", &[("name", "Anna")]).await;
    ann.send("/nodes", "/nodes", &[("name", "shed"), ("kind", "agent")]).await;
    let task = submitted(&mut ann, "anns_own = 1").await;
    service.finishes(&task, &report(Verdict::Passed, None), 1).await;
    let review = [("decision", "rejected"), ("reason", "not what I meant")];
    ann.send(&format!("/tasks/{task}"), &format!("/tasks/{task}/review"), &review).await;
    let page = ann.get("/chat").await.text;
    let fields = ["task_id", "conversation_id"].map(|name| (name, field(&page, name)));
    let [said, chat] = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    ann.post("/chat", &form_token(&page), &[said, chat, ("message", "write is_prime")]).await;

    let file = export(&mut ann).await;
    assert_eq!((file["name"].as_str(), file["mailAddress"].as_str()), (Some("Anna"), Some(ANN)));
    assert_eq!((file["hasPassword"].as_bool(), file["isOperator"].as_bool()), (Some(true), Some(false)));
    assert_eq!(file["logSize"], service.store.head().size);
    assert_eq!(file["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(file["events"][0]["contents"][0]["name"], "Ann", "also what it was before");
    assert_eq!(file["machines"][0]["machine"], "shed");
    assert_eq!(file["machines"].as_array().unwrap().len(), 1);
    assert_eq!(file["conversations"][0]["messages"][0]["task"], said.1);
    let tasks: Vec<_> = file["tasks"].as_array().unwrap().iter().map(|it| it["task"].as_str().unwrap()).collect();
    assert_eq!(tasks, [said.1, task.as_str()]);
    assert_eq!(file["movements"].as_array().unwrap().last().unwrap()["reason"], "issued");
    let text = file.to_string();
    for kept in ["anns_own = 1", "<script>alert(1)</script>", "not what I meant", "write is_prime"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    for others in ["bobs_secret", "bobs-machine", BOB, "Bob", "ec_ses"] {
        assert!(!text.contains(others), "{others}: {text}");
    }
    let recorded: Vec<_> = service.store.read(Position(0)).try_collect().await.unwrap();
    let named = entries(&file);
    assert!(named.len() > 8, "{named:?}");
    for (position, kind) in named {
        let entry = recorded.iter().find(|it| it.position.0 == position).unwrap();
        assert_eq!((entry.event.kind(), entry.recorded_at), (kind.as_str(), NOON));
    }
}

#[tokio::test]
async fn a_long_history_is_whole() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut tasks = Vec::new();
    // One more than is read at once, each with credit of its own.
    for _ in 0..21 {
        let task = submitted(&mut ann, "x = 1").await;
        ann.send("/tasks", &format!("/tasks/{task}/cancel"), &[]).await;
        tasks.push(task);
    }
    for nth in 0..51 {
        ann.send("/account", "/account/name", &[("name", &format!("Ann {nth}"))]).await;
    }
    let file = export(&mut ann).await;
    let mut found: Vec<_> = file["tasks"].as_array().unwrap().iter().map(|it| it["task"].as_str().unwrap()).collect();
    found.reverse();
    assert_eq!(found, tasks);
    let names: Vec<_> = file["events"].as_array().unwrap().iter().map(|it| &it["contents"][0]["name"]).collect();
    assert_eq!((names.len(), names[51]), (52, &Value::from("Ann 50")));
}

#[tokio::test]
async fn it_is_asked_for_a_few_times_an_hour_by_each() {
    let mut service = Service::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person(BOB, "Bob").await);
    for _ in 0..5 {
        assert_eq!(ann.get("/account/export.json").await.status, 200);
    }
    let late = ann.get("/account/export.json").await;
    assert!(late.status == 429 && late.headers.contains_key("retry-after"), "{}", late.text);
    assert_eq!(bob.get("/account/export.json").await.status, 200);
    service.clock.advance_ms(60 * 60 * 1_000);
    assert_eq!(ann.get("/account/export.json").await.status, 200);
}
