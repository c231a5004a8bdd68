//! Nothing that people, models or addresses say becomes markup, wherever it is shown.

use crate::{
    attacks::routes,
    authenticator::Authenticator,
    browser::{Browser, field, form_token},
    fixture::Service,
    passkeys,
    reviewing::report,
};
use edgecoder_events::task::Verdict;
use edgecoder_portal::description;
use edgecoder_wire::tasks::{Report, SourceFile, TestFailure, TestReport};
use reqwest::Method;
use serde_json::Value;
use url::form_urlencoded;

const BAD: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
/// How it would stand in a page that took it for markup.
const MARKS: [&str; 4] = ["<script>alert", "<img src=x", "\"'><", "href=\"javascript:"];
/// Every field that a form of ours has.
const FIELDS: [&str; 34] = [
    "email",
    "name",
    "password",
    "current",
    "then",
    "theme",
    "token",
    "task_id",
    "conversation_id",
    "message",
    "project",
    "prompt",
    "code",
    "tests",
    "module",
    "language",
    "model",
    "earlier",
    "decision",
    "reason",
    "diff",
    "subtask",
    "answer",
    "kind",
    "descriptor",
    "network",
    "checked",
    "report",
    "account",
    "role",
    "given",
    "mode",
    "who",
    "id",
];

fn is_clean(page: &str, of: &str) {
    for mark in MARKS {
        assert!(!page.contains(mark), "{of} has {mark}: {page}");
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn bad_report() -> Report {
    let bad = || BAD.to_owned();
    let failures = vec![TestFailure { name: bad(), message: bad() }];
    Report {
        reason: bad(),
        stdout: bad(),
        stderr: bad(),
        tests: Some(TestReport { passed: 1, failures }),
        files: vec![SourceFile { path: format!("{BAD}.py"), content: bad() }],
        model: Some(bad()),
        ..report(Verdict::Passed, Some(&format!("--- a/{BAD}\n+++ b/{BAD}\n@@ -1 +1 @@\n-{BAD}\n+{BAD}x\n")))
    }
}

async fn submitted(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    let page = browser.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    let fields: Vec<_> = [("task_id", id.as_str())].into_iter().chain(fields.iter().copied()).collect();
    let answer = browser.post("/tasks/new", &form_token(&page), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    id
}

#[tokio::test]
async fn what_people_and_machines_wrote_is_shown_as_they_wrote_it() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", BAD).await;
    let mut key = Authenticator::at(&passkeys::origin(&service), 1);
    passkeys::add(&mut ann, &mut key, BAD).await;
    let wish = submitted(&mut ann, &[("prompt", BAD)]).await;
    let program = submitted(&mut ann, &[("code", BAD)]).await;
    service.finishes(&program, &bad_report(), 1).await;
    let review = [("decision", "rejected"), ("reason", BAD)];
    ann.send("/tasks", &format!("/tasks/{program}/review"), &review).await;
    let page = ann.get("/chat").await.text;
    let (task, chat) = (field(&page, "task_id"), field(&page, "conversation_id"));
    let fields = [("task_id", task.as_str()), ("conversation_id", chat.as_str()), ("message", BAD)];
    ann.post("/chat", &form_token(&page), &fields).await;
    let [wish, program] = [wish, program].map(|id| format!("/tasks/{id}"));
    let chat = format!("/chat/{chat}");
    for path in
        ["/", "/dashboard", "/account", "/tasks", &wish, &program, "/chat", &chat, "/tasks/new", "/wallet", "/nodes"]
    {
        let page = ann.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        is_clean(&page.text, path);
        assert!(page.text.contains("&#60;script&#62;alert(1)"), "it is shown on {path}: {}", page.text);
    }
}

/// The names of what a route takes in its query.
fn queried(path: &str) -> Vec<String> {
    let document: Value = serde_json::to_value(description()).unwrap();
    let parameters = document["paths"][path]["get"]["parameters"].as_array().cloned().unwrap_or_default();
    let asked = parameters.iter().filter(|it| it["in"] == "query");
    asked.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn nothing_in_an_address_becomes_markup() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let (bad, mut tried) = (encoded(BAD), 0);
    for (method, path) in routes() {
        if method != Method::GET {
            continue;
        }
        let part = |part: &str| if part.starts_with('{') { bad.clone() } else { part.to_owned() };
        let there = path.split('/').map(part).collect::<Vec<_>>().join("/");
        let mut addresses = vec![format!("{there}?strange={bad}"), format!("{there}/{bad}")];
        addresses.extend(queried(&path).iter().map(|name| format!("{there}?{name}={bad}")));
        for address in addresses {
            is_clean(&service.browser().get(&address).await.text, &address);
            is_clean(&ann.get(&address).await.text, &address);
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

#[tokio::test]
async fn nothing_in_a_form_becomes_markup_where_it_is_refused_or_taken() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let fields = FIELDS.map(|name| (name, BAD));
    let mut refused = 0;
    for (method, path) in routes() {
        if method != Method::POST || path == "/log-out" {
            continue;
        }
        let path = path.replace("{id}", "x").replace("{provider}", "x");
        let token = form_token(&ann.get("/account").await.text);
        let answer = ann.post(&path, &token, &fields).await;
        assert!(answer.status != 403 && answer.status < 500, "{path}: {} {}", answer.status, answer.text);
        // What is for the script is JSON, and no browser takes it for a page.
        if answer.headers.get("content-type").is_none_or(|kind| kind == "text/html; charset=utf-8") {
            is_clean(&answer.text, &path);
        }
        refused += u32::from(answer.status == 422);
    }
    assert!(refused > 6, "the pages that show what was typed were among them: {refused}");
    assert_eq!(ann.get("/account").await.status, 200);
}
