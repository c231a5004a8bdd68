//! Who signs in with a passkey: whoever holds it, once per question, where it was asked, and nobody else.

use crate::{
    authenticator::Authenticator,
    browser::{Answer, Browser, form_token},
    fixture::{PASSWORD, Service},
};
use edgecoder_events::Position;
use futures_util::TryStreamExt;
use serde_json::Value;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";

/// Where browsers have passkeys for a portal that listens on this machine.
pub fn origin(service: &Service) -> String {
    service.base.replace("127.0.0.1", "localhost")
}

async fn options(browser: &mut Browser, on: &str, begin: &str) -> Value {
    let answer = browser.send(on, begin, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

pub async fn add(browser: &mut Browser, key: &mut Authenticator, name: &str) -> Answer {
    let options = options(browser, "/account", "/account/passkeys/begin").await;
    let answer = key.create(&options);
    browser.send("/account", "/account/passkeys", &[("name", name), ("answer", &answer)]).await
}

async fn log_in(browser: &mut Browser, key: &mut Authenticator) -> Answer {
    let options = options(browser, "/log-in", "/log-in/passkey/begin").await;
    let answer = key.get(&options);
    browser.send("/log-in", "/log-in/passkey", &[("answer", &answer), ("then", "/wallet")]).await
}

/// Where the form is that removes the first passkey of the page.
fn removal(page: &str) -> String {
    let (_, rest) = page.split_once("action=\"/account/passkeys/").unwrap();
    format!("/account/passkeys/{}", rest.split('"').next().unwrap())
}

pub async fn removal_of(browser: &mut Browser) -> String {
    let page = browser.get("/account").await.text;
    let (_, list) = page.split_once("id=\"passkeys-title\"").unwrap();
    removal(list)
}

#[tokio::test]
async fn who_has_a_passkey_logs_in_without_a_word_and_the_log_does_not_tell_which() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let before = service.store.head().size;
    let mut key = Authenticator::at(&origin(&service), 1);
    let added = add(&mut ann, &mut key, "Laptop <b>").await;
    assert_eq!((added.status, added.location.as_str()), (303, "/account?done=passkey"), "{}", added.text);
    assert!(service.mail().await.contains("A passkey was added"));
    assert!(ann.get("/account").await.text.contains("Laptop &#60;b&#62;"));
    let entries: Vec<_> = service.store.read(Position(before)).try_collect().await.unwrap();
    assert_eq!(entries.iter().map(|it| it.event.kind()).collect::<Vec<_>>(), ["person.passkey_added"]);
    let recorded = entries[0].event.to_bytes();
    assert!(!recorded.windows(8).any(|bytes| bytes == [1; 8]), "the credential's id is not in the log");

    let mut elsewhere = service.browser();
    for _ in 0..2 {
        let answer = log_in(&mut elsewhere, &mut key).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/wallet"), "{}", answer.text);
        assert!(elsewhere.get("/account").await.text.contains(ANN));
        elsewhere.send("/account", "/log-out", &[]).await;
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_was_asked() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    assert_eq!(add(&mut ann, &mut key, "").await.status, 303);
    let (mut here, mut thief) = (service.browser(), service.browser());
    let asked = options(&mut here, "/log-in", "/log-in/passkey/begin").await;
    let answer = key.get(&asked);
    let fields = [("answer", answer.as_str())];
    assert_eq!(thief.send("/log-in", "/log-in/passkey", &fields).await.status, 422, "nothing was asked there");
    options(&mut thief, "/log-in", "/log-in/passkey/begin").await;
    let other = thief.send("/log-in", "/log-in/passkey", &fields).await;
    assert!(other.status == 422 && other.text.contains("another challenge"), "{}", other.text);
    let page = here.get("/log-in").await.text;
    assert_eq!(here.post("/log-in/passkey", &form_token(&page), &fields).await.status, 303);
    here.send("/account", "/log-out", &[]).await;
    assert_eq!(here.send("/log-in", "/log-in/passkey", &fields).await.status, 422, "it was taken");
    options(&mut here, "/log-in", "/log-in/passkey/begin").await;
    assert_eq!(here.send("/log-in", "/log-in/passkey", &fields).await.status, 422, "it is not the answer to this");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_counts_for_nothing() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    let asked = options(&mut ann, "/account", "/account/passkeys/begin").await;
    let answer = key.create(&asked);
    service.clock.advance_ms(5 * 60 * 1_000);
    let late = ann.send("/account", "/account/passkeys", &[("answer", &answer)]).await;
    assert!(late.status == 422 && late.text.contains("took too long"), "{}", late.text);
}

#[tokio::test]
async fn a_passkey_has_one_owner_and_only_they_remove_it() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut bob = service.person(BOB, "Bob").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    assert_eq!(add(&mut ann, &mut key, "Ann's").await.status, 303);
    let mut twin = Authenticator::at(&origin(&service), 1);
    assert_eq!(add(&mut bob, &mut twin, "Bob's").await.status, 409, "the id is taken");
    let forged = log_in(&mut service.browser(), &mut twin).await;
    assert!(forged.status == 422, "{}", forged.text);
    let path = removal_of(&mut ann).await;
    assert_eq!(bob.send("/account", &path, &[]).await.status, 404);
    assert_eq!(ann.send("/account", &path, &[]).await.location, "/account?done=passkey-removed");
    assert_eq!(log_in(&mut service.browser(), &mut key).await.status, 422, "it counts no more");
    assert_eq!(add(&mut bob, &mut twin, "Bob's").await.status, 303, "and is free again");
}

#[tokio::test]
async fn what_was_begun_by_one_person_is_not_finished_by_another() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut bob = service.person(BOB, "Bob").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    let asked = options(&mut ann, "/account", "/account/passkeys/begin").await;
    let answer = key.create(&asked);
    assert_eq!(bob.send("/account", "/account/passkeys", &[("answer", &answer)]).await.status, 422);
    assert_eq!(log_in(&mut service.browser(), &mut key).await.status, 422, "nobody has it");
}

#[tokio::test]
async fn a_page_that_is_not_ours_gets_nobody_in() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    assert_eq!(add(&mut ann, &mut key, "").await.status, 303);
    key.origin = "https://evil.example".to_owned();
    let refused = log_in(&mut service.browser(), &mut key).await;
    assert!(refused.status == 422 && refused.text.contains("another page"), "{}", refused.text);
}

#[tokio::test]
async fn who_leaves_takes_the_passkeys_along() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut key = Authenticator::at(&origin(&service), 1);
    assert_eq!(add(&mut ann, &mut key, "").await.status, 303);
    assert_eq!(ann.send("/account", "/account/leave", &[("password", PASSWORD)]).await.status, 200);
    assert_eq!(log_in(&mut service.browser(), &mut key).await.status, 422);
    assert!(service.store.secrets().list("portal-passkey", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn passkeys_are_offered_where_browsers_have_them_and_shown_the_way_elsewhere() {
    let service = Service::begin().await;
    let by_number = service.browser().get("/log-in").await.text;
    let there = format!("href=\"{}/log-in\"", origin(&service));
    assert!(by_number.contains(&there) && !by_number.contains("data-passkey"), "{by_number}");
    let mut by_name = Browser::new(&origin(&service));
    let page = by_name.get("/log-in").await.text;
    assert!(page.contains("data-ceremony=\"get\" hidden"), "without a script it is not seen: {page}");
}

#[tokio::test]
async fn nobody_asks_without_end() {
    let service = Service::begin().await;
    let mut stranger = service.browser();
    let page = stranger.get("/log-in").await.text;
    for _ in 0..60 {
        assert_eq!(stranger.post("/log-in/passkey/begin", &form_token(&page), &[]).await.status, 200);
    }
    assert_eq!(stranger.post("/log-in/passkey/begin", &form_token(&page), &[]).await.status, 429);
}
