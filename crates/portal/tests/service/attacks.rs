//! What attackers try, on every route of the table.

use crate::{
    browser::form_token,
    fixture::{PASSWORD, Service},
};
use edgecoder_portal::description;
use reqwest::Method;
use serde_json::Value;

/// What a stranger may look at.
const PUBLIC: [&str; 14] = [
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
    "/docs",
    "/docs/{name}",
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

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_on_every_route() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let (token, size) = (form_token(&ann.get("/account").await.text), service.store.head().size);
    let long = "x".repeat(2 * 1024 * 1024);
    for (method, path) in routes() {
        if method == Method::POST {
            let path = path.replace("{id}", "x");
            let answer = ann.post(&path, &token, &[("name", &long)]).await;
            assert_eq!(answer.status, 413, "{path}: {}", answer.text);
        }
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}
