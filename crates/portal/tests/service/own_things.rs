//! People see what is theirs: tasks, wallet, name; and can leave.

use crate::{
    browser::{Browser, field},
    fixture::{GIFT, PASSWORD, Service, Unlike},
};
use edgecoder_events::task::Language;
use edgecoder_wire::runtime::LanguageInPreparation;
use reqwest::Method;
use std::sync::Arc;

const ANN: &str = "ann@example.org";

/// Submits a program with the form; the path of its task.
async fn submitted(browser: &mut Browser, code: &str) -> String {
    let page = browser.get("/tasks/new").await.text;
    let fields = [("task_id", field(&page, "task_id")), ("code", code.to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post("/tasks/new", &field(&page, "form_token"), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location
}

#[tokio::test]
async fn a_task_is_submitted_once_listed_paid_for_and_stopped() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let page = ann.get("/tasks/new").await.text;
    let (id, token) = (field(&page, "task_id"), field(&page, "form_token"));
    let fields = [("task_id", id.as_str()), ("module", "primes"), ("code", "x = 1"), ("tests", "import primes")];
    let size = service.store.head().size;
    let first = ann.post("/tasks/new", &token, &fields).await;
    let recorded = service.store.head().size;
    assert!(recorded > size);
    let again = ann.post("/tasks/new", &token, &fields).await;
    assert_eq!((&first.location, service.store.head().size), (&again.location, recorded), "sent twice, it is one task");
    let task = ann.get(&first.location).await.text;
    for told in [
        "primes.py",
        "test_primes.py",
        "Waiting for a machine",
        "You submitted it",
        "/audit/entry?position=",
        "/receipt/",
    ] {
        assert!(task.contains(told), "{told}: {task}");
    }
    for list in ["/tasks", "/dashboard"] {
        assert!(ann.get(list).await.text.contains(&format!("href=\"{}\"", first.location)), "{list}");
    }
    let wallet = ann.get("/wallet").await.text;
    assert!(wallet.contains("−48 to spend") && wallet.contains("+48 set aside"), "{wallet}");
    let stop = format!("{}/cancel", first.location);
    assert_eq!(ann.send(&first.location, &stop, &[]).await.location, first.location);
    assert!(ann.get(&first.location).await.text.contains("It was stopped"));
    let wallet = ann.get("/wallet").await.text;
    assert!(wallet.contains("+48 to spend") && wallet.contains(&format!(">{GIFT}<")), "{wallet}");
}

#[tokio::test]
async fn a_page_hears_of_what_happens_to_its_task_and_of_nothing_that_it_shows() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let task = submitted(&mut ann, "x = 1").await;
    let page = ann.get(&task).await.text;
    let (_, rest) = page.split_once("data-events=\"").unwrap();
    let events = rest.split('"').next().unwrap();
    let mut news = ann.request(Method::GET, events).send().await.unwrap();
    assert_eq!(news.headers()["content-type"], "text/event-stream");
    ann.send(&task, &format!("{task}/cancel"), &[]).await;
    let mut heard = String::new();
    while !heard.contains("event: end") {
        heard.push_str(std::str::from_utf8(&news.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(heard.matches("event:").count(), 1, "{heard}");
    let over = ann.get(&task).await.text;
    assert!(over.contains("data-events=\"\""), "nothing more is asked for: {over}");
}

#[tokio::test]
async fn who_waits_is_told_what_machines_prepare_and_hears_when_they_come_further() {
    let unlike = Unlike::default();
    let in_preparation = Arc::clone(&unlike.in_preparation);
    let prepares = |language, percent| {
        *in_preparation.lock().unwrap() = vec![LanguageInPreparation { language, machines: 1, percent }];
    };
    let mut service = Service::but(unlike).await;
    let mut ann = service.person(ANN, "Ann").await;
    let task = submitted(&mut ann, "x = 1").await;
    prepares(Language::Javascript, 8);
    assert!(!ann.get(&task).await.text.contains("being prepared"), "it needs none of that");
    prepares(Language::Python, 8);
    let page = ann.get(&task).await.text;
    assert!(page.contains("Python is being prepared on 1 machine (8 %)."), "{page}");
    let (_, rest) = page.split_once("data-events=\"").unwrap();
    let events = rest.split('"').next().unwrap();
    let mut news = ann.request(Method::GET, events).send().await.unwrap();
    prepares(Language::Python, 50);
    let mut heard = String::new();
    while !heard.contains("event: step") {
        heard.push_str(std::str::from_utf8(&news.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(!heard.contains("id:"), "it has no place in the log: {heard}");
    assert!(ann.get(&task).await.text.contains("(50 %)"));
    ann.send(&task, &format!("{task}/cancel"), &[]).await;
    assert!(!ann.get(&task).await.text.contains("being prepared"), "it waits no more");
}

#[tokio::test]
async fn what_is_wrong_with_a_task_is_said_and_nothing_typed_is_lost() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let page = ann.get("/tasks/new").await.text;
    let (id, token) = (field(&page, "task_id"), field(&page, "form_token"));
    let fields =
        [("task_id", id.as_str()), ("module", "../x"), ("code", "print(\"<kept>\")"), ("language", "javascript")];
    let answer = ann.post("/tasks/new", &token, &fields).await;
    assert_eq!(answer.status, 422);
    for kept in ["A module&#39;s name", "../x", "&#60;kept&#62;", "value=\"javascript\" selected"] {
        assert!(answer.text.contains(kept), "{kept}: {}", answer.text);
    }
    let empty = ann.send("/tasks/new", "/tasks/new", &[("task_id", &id)]).await;
    assert!(empty.status == 422 && empty.text.contains("A task needs a prompt"), "{}", empty.text);
}

#[tokio::test]
async fn a_long_list_is_read_in_pages() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut paths = Vec::new();
    // One more than a page holds, each with credit of its own.
    for _ in 0..20 {
        paths.push(submitted(&mut ann, "x = 1").await);
    }
    for path in &paths[..10] {
        ann.send(path, &format!("{path}/cancel"), &[]).await;
    }
    for _ in 0..6 {
        paths.push(submitted(&mut ann, "x = 1").await);
    }
    let first = ann.get("/tasks").await.text;
    assert!(first.contains(&paths[25]) && !first.contains(&paths[0]));
    let (_, rest) = first.split_once("href=\"/tasks?before=").unwrap();
    let second = ann.get(&format!("/tasks?before={}", rest.split('"').next().unwrap())).await.text;
    assert!(second.contains(&paths[0]) && !second.contains(&paths[1]) && !second.contains("rel=\"next\""));
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_can_come_back_as_somebody_else() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let task = submitted(&mut ann, "x = 1").await;
    let open = ann.send("/account", "/account/leave", &[("password", PASSWORD)]).await;
    assert!(open.status == 422 && open.text.contains("stop them first"), "{}", open.text);
    ann.send(&task, &format!("{task}/cancel"), &[]).await;
    assert_eq!(ann.send("/account", "/account/leave", &[("password", "wrong")]).await.status, 422);
    let left = ann.send("/account", "/account/leave", &[("password", PASSWORD)]).await;
    assert!(left.status == 200 && left.text.contains("You left"), "{}", left.text);
    assert_eq!(ann.get("/dashboard").await.status, 303);
    let mut again = service.browser();
    assert_eq!(again.send("/log-in", "/log-in", &[("email", ANN), ("password", PASSWORD)]).await.status, 422);
    let mut anew = service.person(ANN, "Somebody").await;
    assert_eq!(anew.get(&task).await.status, 404, "what was theirs is not theirs");
    assert!(anew.get("/dashboard").await.text.contains("Somebody"));
}

#[tokio::test]
async fn a_person_is_called_as_they_want() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    assert_eq!(ann.send("/account", "/account/name", &[("name", "Anna")]).await.location, "/account?done=name");
    assert!(ann.get("/account?done=name").await.text.contains("value=\"Anna\""));
    assert_eq!(ann.send("/account", "/account/name", &[("name", &"x".repeat(61))]).await.status, 422);
}

#[tokio::test]
async fn colours_are_remembered_and_lead_back_to_where_one_was() {
    let service = Service::begin().await;
    let mut visitor = service.browser();
    let fields = [("theme", "emerald"), ("then", "/sign-up")];
    assert_eq!(visitor.send("/", "/theme", &fields).await.location, "/sign-up");
    assert!(visitor.get("/").await.text.contains("data-theme=\"emerald\""));
    assert!(visitor.get("/nothing").await.text.contains("data-theme=\"emerald\""), "also where something is missing");
    assert_eq!(visitor.send("/", "/theme", &[("then", "//evil.example")]).await.location, "/dashboard");
}
