//! What attackers try, on every route of the table.

use crate::{
    browser::{Browser, field, form_token},
    fixture::{PASSWORD, Service},
};
use edgecoder_portal::description;
use reqwest::Method;
use serde_json::Value;

/// What a stranger may look at.
const PUBLIC: [&str; 12] = [
    "/",
    "/sign-up",
    "/confirm",
    "/log-in",
    "/sign-in/{provider}/callback",
    "/reset",
    "/reset/password",
    "/assets/{name}",
    "/health",
    "/metrics",
    "/theme",
    "/download",
];

/// Method and path of every route.
pub fn routes() -> Vec<(Method, String)> {
    let document: Value = serde_json::to_value(description()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            routes.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    routes
}

async fn task_of(browser: &mut Browser, prompt: &str) -> String {
    let page = browser.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    let fields = [("task_id", id.as_str()), ("prompt", prompt)];
    assert_eq!(browser.post("/tasks/new", &form_token(&page), &fields).await.status, 303);
    id
}

#[tokio::test]
async fn nobody_sees_a_page_of_somebody() {
    let service = Service::begin().await;
    for (method, path) in routes() {
        let path = path.replace("{id}", "x");
        if PUBLIC.contains(&path.as_str()) || method != Method::GET {
            continue;
        }
        let answer = service.browser().get(&path).await;
        assert!(answer.status == 303 && answer.location.starts_with("/log-in"), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn no_form_is_taken_without_the_token_of_whoever_sends_it() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let mut bob = service.person("bob@example.org", "Bob").await;
    let (of_ann, of_bob) = (form_token(&ann.get("/account").await.text), form_token(&bob.get("/account").await.text));
    assert_ne!(of_ann, of_bob);
    let size = service.store.head().size;
    for (method, path) in routes() {
        if method != Method::POST {
            continue;
        }
        let path = path.replace("{id}", "x");
        for token in ["", "00", of_bob.as_str()] {
            let answer = ann.post(&path, token, &[("password", PASSWORD)]).await;
            assert_eq!(answer.status, 403, "{path} with {token:?}: {}", answer.text);
        }
        for (header, value) in
            [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
        {
            let request = ann.request(Method::POST, &path).header(header, value);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = ann.ask(request.body(format!("form_token={of_ann}&password={PASSWORD}"))).await;
            assert_eq!(answer.status, 403, "{path} with {header} {value}: {}", answer.text);
        }
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
    assert_eq!(ann.get("/account").await.status, 200, "and nobody was logged out");
}

#[tokio::test]
async fn what_is_anothers_is_not_there_on_any_path() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let mut bob = service.person("bob@example.org", "Bob").await;
    let task = task_of(&mut ann, "a secret wish").await;
    let of_bob = form_token(&bob.get("/account").await.text);
    let (size, mut tried) = (service.store.head().size, 0);
    for (method, path) in routes() {
        if !path.contains("{id}") {
            continue;
        }
        tried += 1;
        let path = path.replace("{id}", &task);
        let answer = if method == Method::GET { bob.get(&path).await } else { bob.post(&path, &of_bob, &[]).await };
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
        assert!(!answer.text.contains("secret wish"));
    }
    assert!(tried >= 4, "{tried}");
    for list in ["/tasks", "/dashboard", "/wallet"] {
        assert!(!bob.get(list).await.text.contains(&task), "{list}");
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn text_of_people_never_becomes_markup() {
    const BAD: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", BAD).await;
    let task = task_of(&mut ann, BAD).await;
    for path in ["/", "/dashboard", "/account", "/tasks", &format!("/tasks/{task}"), "/tasks/new", "/wallet"] {
        let page = ann.get(path).await.text;
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}: {page}");
    }
    let mut visitor = service.browser();
    for path in ["/log-in?then=%22%3E%3Cscript%3E", "/confirm?token=%22%3E%3Cscript%3E", "/%3Cscript%3E"] {
        assert!(!visitor.get(path).await.text.contains("<script>"), "{path}");
    }
}

#[tokio::test]
async fn what_is_missing_is_told_to_people_as_a_page_and_to_programs_as_a_problem() {
    let service = Service::begin().await;
    let page = service.browser().get("/nothing").await;
    assert!(page.status == 404 && page.text.contains("There is nothing here"), "{}", page.text);
    let program = edgecoder_outbound::direct().build().unwrap();
    let told = program.get(format!("{}/nothing", service.base)).send().await.unwrap();
    assert_eq!(told.headers()["content-type"], "application/problem+json");
    let long = "x".repeat(2 * 1024 * 1024);
    let mut browser = service.browser();
    assert_eq!(browser.send("/log-in", "/log-in", &[("email", &long)]).await.status, 413);
}
