//! Strangers become people, people come back, and nobody learns who is one.

use crate::{
    browser::form_token,
    fixture::{GIFT, PASSWORD, Service},
};
use edgecoder_events::Position;
use futures_util::TryStreamExt;

const ANN: &str = "ann@example.org";

#[tokio::test]
async fn a_stranger_becomes_a_person_by_the_link_and_the_log_knows_no_address() {
    let mut service = Service::begin().await;
    let before = service.store.head().size;
    let mut ann = service.browser();
    let fields = [("email", " Ann@Example.org "), ("name", "Ann B."), ("password", PASSWORD)];
    let asked = ann.send("/sign-up", "/sign-up", &fields).await;
    assert!(asked.status == 200 && asked.text.contains("Look at your mail"), "{}", asked.text);
    let link = service.link().await;
    assert_eq!(service.store.head().size, before, "nothing is recorded before the link is followed");
    assert_eq!(ann.get(&link).await.status, 200);
    assert_eq!(service.store.head().size, before, "and to look at it is not to follow it");
    let (_, token) = link.split_once("token=").unwrap();
    assert_eq!(ann.send(&link, "/confirm", &[("token", token)]).await.location, "/dashboard");
    let start = ann.get("/dashboard").await;
    assert!(start.text.contains("Ann B.") && start.text.contains(&format!("{GIFT} <span")), "{}", start.text);
    let entries: Vec<_> = service.store.read(Position(before)).try_collect().await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|it| it.event.kind()).collect();
    assert_eq!(kinds, ["person.signed_up", "credit.account_opened", "credit.issued"]);
    for entry in &entries {
        let text = String::from_utf8_lossy(&entry.event.to_bytes()).to_lowercase();
        assert!(!text.contains("ann") && !text.contains("example"), "{text}");
    }
}

#[tokio::test]
async fn a_link_is_good_once_and_for_a_day() {
    let mut service = Service::begin().await;
    let mut ann = service.browser();
    let fields = [("email", ANN), ("password", PASSWORD)];
    ann.send("/sign-up", "/sign-up", &fields).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    service.clock.advance_ms(24 * 60 * 60 * 1_000);
    assert_eq!(ann.get(&link).await.status, 410);
    ann.send("/sign-up", "/sign-up", &fields).await;
    let again = service.link().await;
    let (_, fresh) = again.split_once("token=").unwrap();
    assert_ne!(fresh, token);
    assert_eq!(ann.send(&again, "/confirm", &[("token", fresh)]).await.status, 303);
    assert_eq!(service.browser().get(&again).await.status, 410, "it was used");
}

#[tokio::test]
async fn another_browser_confirms_with_the_password_that_was_chosen_and_no_other() {
    let mut service = Service::begin().await;
    service.browser().send("/sign-up", "/sign-up", &[("email", ANN), ("password", PASSWORD)]).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    let mut elsewhere = service.browser();
    assert!(elsewhere.get(&link).await.text.contains("this is another browser"));
    for (password, status) in [("", 422), ("not this one at all", 422), (PASSWORD, 303)] {
        let answer = elsewhere.send(&link, "/confirm", &[("token", token), ("password", password)]).await;
        assert_eq!(answer.status, status, "{password}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_address_that_has_an_account_is_answered_as_any_other_and_told_by_mail() {
    let mut service = Service::begin().await;
    service.person(ANN, "Ann").await;
    let size = service.store.head().size;
    let mut answers = Vec::new();
    for email in [ANN, "nobody@example.org"] {
        let mut stranger = service.browser();
        let answer = stranger.send("/sign-up", "/sign-up", &[("email", email), ("password", "another password")]).await;
        let token = form_token(&answer.text);
        answers.push((answer.status, answer.text.replace(&token, "")));
        let mail = service.mail().await;
        assert_eq!(mail.contains("You have an account already"), email == ANN, "{mail}");
        let mut stranger = service.browser();
        let answer = stranger.send("/reset", "/reset", &[("email", email)]).await;
        let token = form_token(&answer.text);
        answers.push((answer.status, answer.text.replace(&token, "")));
    }
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1], answers[3]);
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn who_comes_back_has_a_new_session_and_who_leaves_has_none() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let first = ann.cookies["ec_session"].clone();
    assert_eq!(ann.send("/dashboard", "/log-out", &[]).await.location, "/");
    assert!(!ann.cookies.contains_key("ec_session"));
    ann.cookies.insert("ec_session".to_owned(), first.clone());
    assert_eq!(ann.get("/dashboard").await.location, "/log-in?then=%2Fdashboard", "it was ended, not only forgotten");
    let fields = [("email", ANN), ("password", PASSWORD), ("then", "/wallet")];
    assert_eq!(ann.send("/log-in", "/log-in", &fields).await.location, "/wallet");
    assert_ne!(ann.cookies["ec_session"], first, "a session is never begun with a token from before");
    assert_eq!(ann.get("/wallet").await.status, 200);
    service.clock.advance_ms(7 * 24 * 60 * 60 * 1_000);
    assert_eq!(ann.get("/wallet").await.status, 303, "nobody used it for a week");
}

#[tokio::test]
async fn what_was_typed_wrongly_is_said_and_the_rest_is_kept() {
    let service = Service::begin().await;
    let mut ann = service.browser();
    let long = "x".repeat(61);
    for (email, name, password, told) in [
        ("ann", "Ann", PASSWORD, "Type a mail address"),
        (ANN, long.as_str(), PASSWORD, "at most 60 characters"),
        (ANN, "Ann", "short", "at least 10 characters"),
    ] {
        let fields = [("email", email), ("name", name), ("password", password)];
        let answer = ann.send("/sign-up", "/sign-up", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(told) && answer.text.contains(&format!("value=\"{email}\"")), "{}", answer.text);
        assert!(!answer.text.contains(password) || password.is_empty(), "a password is never sent back");
    }
    assert!(ann.send("/log-in", "/log-in", &[("email", ANN), ("password", "x")]).await.text.contains("do not match"));
}
