//! Anybody looks at the log with a browser: the page, the search, one entry.

use crate::fixture::Service;
use edgecoder_events::Position;
use edgecoder_ledger::Entry;
use edgecoder_projections::Question;
use reqwest::{Response, StatusCode, header};
use serde_json::Value;
use std::time::Duration;

/// A wait that no test reaches, however slow the machine.
const PATIENCE: Duration = Duration::from_mins(2);

async fn get(service: &Service, path: &str) -> Response {
    service.client.get(format!("{}{path}", service.base())).send().await.unwrap()
}

async fn json(service: &Service, path: &str) -> Value {
    let answer = get(service, path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

/// Asks once everything that was recorded is searched.
async fn search(service: &Service, question: &str) -> Value {
    let newest = Position(service.store.head().size - 1);
    service.projections.wait_until(Question::LogSearch, newest, PATIENCE).await.unwrap();
    json(service, &format!("/audit/search?{question}")).await
}

fn kinds(page: &Value) -> Vec<&str> {
    page["entries"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_entries_of_a_task_are_found_without_a_token_the_newest_first() {
    let service = Service::begin().await;
    let name = service.submitted("wanted").await;
    service.submitted("other").await;
    let page = search(&service, &format!("task={name}")).await;
    assert_eq!(kinds(&page), ["credit.reserved", "task.planned", "task.submitted"]);
    assert_eq!(page["searched"], service.store.head().size);
    assert_eq!(page["next"], Value::Null);
    let planned = search(&service, &format!("task={name}&kind=task&words=planned")).await;
    assert_eq!(kinds(&planned), ["task.planned"]);
    assert_eq!(kinds(&search(&service, "agent=nobody").await), [""; 0]);
}

#[tokio::test]
async fn a_long_answer_comes_in_pages_that_leave_nothing_out() {
    let service = Service::begin().await;
    for number in 0..3 {
        service.submitted(&format!("task-{number}")).await;
    }
    let (mut positions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = search(&service, &format!("limit=4{cursor}")).await;
        let entries = page["entries"].as_array().unwrap();
        assert!(entries.len() <= 4);
        positions.extend(entries.iter().map(|it| it["position"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let all: Vec<u64> = (0..service.store.head().size).rev().collect();
    assert_eq!(positions, all);
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_with_the_field() {
    let service = Service::begin().await;
    let long = "x".repeat(300);
    for (question, field) in [
        ("kind=task.exploded", "kind"),
        ("from=2&to=1", "from"),
        (&*format!("words={long}"), "words"),
        ("task=a%20b", "task"),
        ("limit=many", "limit"),
        ("colour=red", "colour"),
    ] {
        let answer = get(&service, &format!("/audit/search?{question}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{question}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["field"].as_str().unwrap_or_default(), field, "{problem}");
    }
}

#[tokio::test]
async fn an_entry_is_shown_as_its_bytes_say() {
    let service = Service::begin().await;
    let name = service.submitted("shown").await;
    let found = search(&service, &format!("task={name}&kind=task.submitted")).await;
    let position = found["entries"][0]["position"].as_u64().unwrap();
    let stored = service.store.entry(Position(position)).await.unwrap().unwrap();
    let entry = Entry::decode(&stored.entry).unwrap();
    let shown = json(&service, &format!("/audit/entries/{position}")).await;
    assert_eq!((&shown["kind"], &shown["stream"]), (&entry.kind.into(), &entry.stream.into()));
    assert_eq!(shown["prevHash"], hex::encode(entry.prev_hash));
    assert_eq!((&shown["event"]["task"], &shown["event"]["account"]), (&name.into(), &"ada".into()));
    let unknown = get(&service, &format!("/audit/entries/{}", service.store.head().size)).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_newest_checkpoints_are_listed_with_the_time_of_their_newest_entry() {
    let service = Service::begin().await;
    service.submitted("t").await;
    service.store.checkpoint_now().await.unwrap();
    let size = service.store.head().size;
    let listed = loop {
        let log = json(&service, "/audit/log").await;
        let newest = log["checkpoints"][0]["note"].as_str().unwrap_or_default().to_owned();
        if newest.lines().nth(1) == Some(&*size.to_string()) {
            break log;
        }
        tokio::task::yield_now().await;
    };
    let newest = json(&service, &format!("/audit/entries/{}", size - 1)).await;
    assert_eq!(listed["checkpoints"][0]["newestEntryAtMs"], newest["recordedAtMs"]);
    assert_eq!(listed["logVerifierKey"], service.store.log_verifier_key().to_string());
    assert!(listed["kinds"].as_array().unwrap().contains(&"task.submitted".into()));
}

#[tokio::test]
async fn the_page_stands_under_a_policy_and_is_sent_once() {
    let service = Service::begin().await;
    for (path, kind) in [
        ("/audit", "text/html"),
        ("/audit/entry", "text/html"),
        ("/audit/assets/audit.css", "text/css"),
        ("/audit/assets/verify.js", "text/javascript"),
    ] {
        let answer = get(&service, path).await;
        let headers = answer.headers();
        assert_eq!(headers[header::CONTENT_TYPE], format!("{kind}; charset=utf-8"), "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        let again = service.client.get(format!("{}{path}", service.base()));
        let again = again.header(header::IF_NONE_MATCH, &headers[header::ETAG]).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(again.bytes().await.unwrap().len(), 0);
    }
    assert_eq!(get(&service, "/audit/assets/page.rs").await.status(), StatusCode::NOT_FOUND);
}

/// A row of the table as the page has it, from the text between its outer brackets.
fn fields_of(mut text: &str) -> String {
    let mut fields = Vec::new();
    while let Some(at) = text.find('`') {
        let (name, rest) = text[at + 1..].split_once('`').unwrap();
        let (list, rest) = match rest.strip_prefix(" array of [") {
            Some(rest) => (Some("each"), rest),
            None => rest.strip_prefix(" [").map_or((None, rest), |rest| (Some("of"), rest)),
        };
        let Some(list) = list else {
            fields.push(format!("{name:?}"));
            text = rest;
            continue;
        };
        let (inner, rest) = rest.split_once(']').unwrap();
        fields.push(format!("{{ name: {name:?}, {list}: [{}] }}", fields_of(inner)));
        text = rest;
    }
    fields.join(", ")
}

#[test]
fn the_page_names_the_fields_as_the_documentation_of_the_log_does() {
    let document = include_str!("../../../../docs/LEDGER.md");
    let (_, table) = document.split_once("| kind | schema | payload |\n|---|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| !line.is_empty()).map(|line| {
        let (kind, rest) = line.strip_prefix("| `").unwrap().split_once("` | ").unwrap();
        let (schema, payload) = rest.split_once(" | [").unwrap();
        format!("  \"{kind} {schema}\": [{}],\n", fields_of(payload.strip_suffix("] |").unwrap()))
    });
    let (_, shown) = include_str!("../../src/http/audit/page/fields.js").split_once("FIELDS = {\n").unwrap();
    assert_eq!(shown, format!("{}}};\n", rows.collect::<String>()));
}
