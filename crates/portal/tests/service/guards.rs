//! What every answer of every route is guarded with, to strangers and to people.

use crate::{
    attacks::routes,
    browser::{Answer, Browser, field, form_token},
    fixture::{PASSWORD, Service, Unlike},
};
use reqwest::Method;

/// What every answer has, word for word or as a part.
const GUARDS: [(&str, &str); 9] = [
    ("content-security-policy", "default-src 'none'; script-src 'self';"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("content-security-policy", "form-action 'self'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), "),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];
/// What is the same for everybody, and may be kept.
const FOR_EVERYBODY: [&str; 2] = ["/assets/{name}", "/openapi.json"];
const PUBLIC_URL: &str = "https://portal.example";

fn value<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn is_guarded(answer: &Answer, path: &str) {
    for (name, part) in GUARDS {
        assert!(value(answer, name).contains(part), "{path}: {name}: {:?}", value(answer, name));
    }
    assert!(!value(answer, "content-security-policy").contains("unsafe"), "{path}");
    if !FOR_EVERYBODY.contains(&path) {
        assert_eq!(value(answer, "cache-control"), "no-store", "{path}");
    }
}

/// A path of the table with something in the place of each name.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "portal.css".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn asked(browser: &mut Browser, method: &Method, path: &str) -> Answer {
    let request = browser.request(method.clone(), &filled(path));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    browser.ask(request).await
}

#[tokio::test]
async fn every_answer_of_every_route_is_guarded() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    for (method, path) in routes() {
        is_guarded(&asked(&mut service.browser(), &method, &path).await, &path);
        is_guarded(&asked(&mut ann, &method, &path).await, &path);
    }
    for (method, path) in [(Method::GET, "/openapi.json"), (Method::GET, "/nothing"), (Method::DELETE, "/account")] {
        is_guarded(&asked(&mut ann, &method, path).await, path);
    }
    let long = "x".repeat(2 * 1024 * 1024);
    is_guarded(&ann.send("/account", "/account/name", &[("name", &long)]).await, "/account/name");
    assert_eq!(ann.get("/account").await.status, 200, "and nobody was logged out");
}

#[tokio::test]
async fn what_a_page_hears_is_kept_nowhere_either() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let page = ann.get("/tasks/new").await.text;
    let id = field(&page, "task_id");
    ann.post("/tasks/new", &form_token(&page), &[("task_id", &id), ("code", "x = 1")]).await;
    let news = ann.request(Method::GET, &format!("/tasks/{id}/events")).send().await.unwrap();
    assert_eq!(news.headers()["content-type"], "text/event-stream");
    assert_eq!(news.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn pages_have_no_script_and_no_style_within() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    for (method, path) in routes() {
        if method != Method::GET || path.contains('{') {
            continue;
        }
        let page = ann.get(&path).await.text;
        for mark in [" style=", "<style", " onclick", " onload", " onerror", "javascript:", "<script>"] {
            assert!(!page.contains(mark), "{path} has {mark}");
        }
    }
}

#[tokio::test]
async fn behind_https_browsers_are_bound_to_it_and_cookies_to_the_host() {
    let unlike = Unlike { public_url: Some(PUBLIC_URL.to_owned()), ..Unlike::default() };
    let mut service = Service::but(unlike).await;
    let mut ann = service.browser();
    let fields = [("email", "ann@example.org"), ("password", PASSWORD)];
    ann.send("/sign-up", "/sign-up", &fields).await;
    let mail = service.mail().await;
    let link = mail.lines().find_map(|line| line.strip_prefix(PUBLIC_URL)).unwrap();
    let (_, token) = link.split_once("token=").unwrap();
    let entered = ann.send(link, "/confirm", &[("token", token)]).await;
    assert_eq!(entered.status, 303, "{}", entered.text);
    for line in entered.headers.get_all("set-cookie") {
        let line = line.to_str().unwrap();
        assert!(line.starts_with("__Host-ec_") && line.contains("; Path=/;") && !line.contains("Domain"), "{line}");
        assert!(line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.ends_with("; Secure"), "{line}");
    }
    let names: Vec<_> = ann.cookies.keys().collect();
    assert_eq!(names, ["__Host-ec_session"]);
    for path in ["/", "/account", "/nothing", "/assets/portal.js"] {
        assert_eq!(value(&ann.get(path).await, "strict-transport-security"), "max-age=31536000", "{path}");
    }
    let plain = Service::begin().await;
    let answer = plain.browser().get("/").await;
    assert_eq!(value(&answer, "strict-transport-security"), "", "nobody is bound to what is not there");
}
