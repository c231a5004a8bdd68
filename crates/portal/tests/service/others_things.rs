//! What somebody gets of another's things, on every path of the table: nothing, whatever they send.

use crate::{
    attacks::routes,
    authenticator::Authenticator,
    browser::{Browser, field, form_token},
    fixture::{PASSWORD, Service},
    issuer::TestIssuer,
    passkeys, sign_in,
};
use reqwest::Method;
use std::collections::BTreeMap;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";
const SECRET: &str = "a secret wish";
/// What makes a request whole, whichever it is: nothing is refused for being incomplete.
const FIELDS: [(&str, &str); 9] = [
    ("task_id", "t"),
    ("message", "mine"),
    ("earlier", "t"),
    ("decision", "accepted"),
    ("subtask", "0"),
    ("answer", "mine"),
    ("reason", "mine"),
    ("mode", "ide-enabled"),
    ("name", "mine"),
];

/// The id behind the beginning of an action of a page.
fn id_in(page: &str, before: &str) -> String {
    let (_, rest) = page.split_once(&format!("action=\"{before}/")).unwrap();
    rest.split(['/', '"']).next().unwrap().to_owned()
}

/// One thing of each kind, by the part of its path that comes before its id.
async fn things_of(service: &Service, ann: &mut Browser, issuer: &TestIssuer) -> BTreeMap<&'static str, String> {
    let page = ann.get("/tasks/new").await.text;
    let task = field(&page, "task_id");
    ann.post("/tasks/new", &form_token(&page), &[("task_id", &task), ("prompt", SECRET)]).await;
    let page = ann.get("/chat").await.text;
    let (message, chat) = (field(&page, "task_id"), field(&page, "conversation_id"));
    let fields = [("task_id", message.as_str()), ("conversation_id", chat.as_str()), ("message", SECRET)];
    ann.post("/chat", &form_token(&page), &fields).await;
    ann.send("/nodes", "/nodes", &[("name", "barn-of-ann"), ("kind", "agent")]).await;
    let mut key = Authenticator::at(&passkeys::origin(service), 1);
    passkeys::add(ann, &mut key, "Laptop").await;
    sign_in::link(ann, issuer, &sign_in::claims("77", ANN, true)).await;
    let fields = [("email", ANN), ("password", PASSWORD)];
    service.browser().send("/log-in", "/log-in", &fields).await;
    let page = ann.get("/account").await.text;
    let of_account = ["/account/devices", "/account/passkeys", "/account/identities"].map(|it| (it, id_in(&page, it)));
    let others = [
        ("/tasks", task),
        ("/chat", chat),
        ("/nodes", "barn-of-ann".into()),
        ("/operations/machines", "barn-of-ann".into()),
    ];
    of_account.into_iter().chain(others).collect()
}

#[tokio::test]
async fn what_is_anothers_is_not_there_on_any_path() {
    let (issuer, mut service) = sign_in::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person(BOB, "Bob").await);
    let things = things_of(&service, &mut ann, &issuer).await;
    let (of_bob, before) = (form_token(&bob.get("/account").await.text), ann.get("/account").await.text);
    let size = service.store.head().size;
    for (method, path) in routes() {
        let Some((kind, _)) = path.split_once("/{id}") else { continue };
        let id = things.get(kind).unwrap_or_else(|| panic!("{path}: say which thing of Ann's to try"));
        let path = path.replace("{id}", id);
        let answer = if method == Method::GET { bob.get(&path).await } else { bob.post(&path, &of_bob, &FIELDS).await };
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
        let told = answer.text;
        assert!(!told.contains(SECRET) && !told.contains("Laptop") && !told.contains(ANN), "{path}: {told}");
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
    assert_eq!(ann.get("/account").await.text, before, "and nothing beside the log was taken from her");
}

#[tokio::test]
async fn her_own_things_are_there_and_to_look_at_them_changes_nothing() {
    let (issuer, mut service) = sign_in::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let things = things_of(&service, &mut ann, &issuer).await;
    let size = service.store.head().size;
    for (method, path) in routes() {
        // What a page hears of does not end by itself.
        if method != Method::GET || path.ends_with("/events") || path.starts_with("/operations") {
            continue;
        }
        let answer = match path.split_once("/{id}") {
            Some((kind, _)) => {
                let answer = ann.get(&path.replace("{id}", &things[kind])).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text);
                answer
            }
            None => ann.get(&path).await,
        };
        assert!(answer.status < 500, "{path}: {}", answer.text);
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn lists_and_searches_are_of_ones_own() {
    let (issuer, mut service) = sign_in::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person(BOB, "Bob").await);
    let things = things_of(&service, &mut ann, &issuer).await;
    service.searched().await;
    for list in
        ["/tasks", "/tasks?q=secret", "/chat", "/dashboard", "/wallet", "/nodes", "/account", "/account/export.json"]
    {
        let page = bob.get(list).await.text;
        assert!(!page.contains(SECRET) && !page.contains(ANN), "{list}: {page}");
        for id in things.values() {
            assert!(!page.contains(id.as_str()), "{list} has {id}: {page}");
        }
    }
    assert!(ann.get("/tasks?q=secret").await.text.contains(&things["/tasks"]), "she finds it");
}
