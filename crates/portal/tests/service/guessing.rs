//! Who guesses learns nothing, and soon waits: passwords, addresses, and which of them have accounts.

use crate::{
    browser::{Answer, Browser, form_token},
    fixture::{PASSWORD, Service},
    sign_in,
};
use reqwest::Method;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";
const NOBODY: &str = "cat@example.org";
const LINKS: &str = "portal-link";

/// An answer without what is of this browser or was typed.
fn bare(answer: &Answer, email: &str) -> (u16, String) {
    let token = form_token(&answer.text);
    let text = if token.is_empty() { answer.text.clone() } else { answer.text.replace(&token, "") };
    (answer.status, text.replace(email, ""))
}

#[tokio::test]
async fn a_wrong_password_no_account_and_no_password_are_one_answer() {
    let (issuer, mut service) = sign_in::begin().await;
    service.person(ANN, "Ann").await;
    sign_in::sign_in(&mut service.browser(), &issuer, &sign_in::claims("77", BOB, true)).await;
    let mut told = Vec::new();
    for email in [ANN, BOB, NOBODY] {
        let answer = service.browser().send("/log-in", "/log-in", &[("email", email), ("password", "a guess")]).await;
        told.push(bare(&answer, email));
    }
    assert_eq!(told[0].0, 422);
    assert_eq!((&told[0], &told[1]), (&told[2], &told[2]));
}

#[tokio::test]
async fn a_reset_reads_and_writes_as_much_for_nobody_and_keeps_nothing_of_it() {
    let mut service = Service::begin().await;
    service.person(ANN, "Ann").await;
    let secrets = service.store.secrets();
    let mut kept = Vec::new();
    for email in [NOBODY, "dan@example.org", ANN] {
        let answer = service.browser().send("/reset", "/reset", &[("email", email)]).await;
        assert_eq!(answer.status, 200);
        kept.push(secrets.list(LINKS, 10).await.unwrap());
    }
    let counts: Vec<_> = kept.iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 1, 2], "what stands in for nobody's link takes the place of the one before");
    assert!(service.mail().await.contains("Choose a new password"), "and one mail alone");
}

#[tokio::test]
async fn one_address_gets_few_mails_and_nobody_is_told_when_it_has_enough() {
    let mut service = Service::begin().await;
    service.person(ANN, "Ann").await;
    let mut told = Vec::new();
    for _ in 0..7 {
        let answer = service.browser().send("/reset", "/reset", &[("email", ANN)]).await;
        told.push(bare(&answer, ANN));
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    service.browser().send("/sign-up", "/sign-up", &[("email", BOB), ("password", PASSWORD)]).await;
    // With the mail of the sign-up there are five in the hour.
    for _ in 0..4 {
        assert!(service.mail().await.contains("Choose a new password"));
    }
    assert!(service.mail().await.contains("Confirm your address"));
}

#[tokio::test]
async fn who_tries_many_accounts_waits_whatever_they_say_of_where_they_are() {
    let service = Service::begin().await;
    let mut statuses = Vec::new();
    for nth in 0..61 {
        let mut browser = service.browser();
        let token = form_token(&browser.get("/log-in").await.text);
        let request = browser.request(Method::POST, "/log-in").header("x-forwarded-for", format!("192.0.2.{nth}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = format!("form_token={token}&email=p{nth}%40example.org&password=a+guess");
        statuses.push(browser.ask(request.body(body)).await.status);
    }
    assert_eq!((statuses[0], statuses[59], statuses[60]), (422, 422, 429));
    let mut elsewhere = service.browser();
    assert_eq!(elsewhere.send("/log-in", "/log-in", &[("email", ANN), ("password", "x")]).await.status, 429);
    service.clock.advance_ms(15 * 60 * 1_000);
    assert_eq!(elsewhere.send("/log-in", "/log-in", &[("email", ANN), ("password", "x")]).await.status, 422);
}

/// The forms that ask whoever is logged in for the password, each with it.
async fn guess(browser: &mut Browser, nth: usize, password: &str) -> u16 {
    let forms: [(&str, Vec<(&str, &str)>); 3] = [
        ("/account/password", vec![("current", password), ("password", "another good password")]),
        ("/account/leave", vec![("password", password)]),
        ("/account/address", vec![("email", NOBODY), ("password", password)]),
    ];
    let (action, fields) = &forms[nth % forms.len()];
    browser.send("/account", action, fields).await.status
}

#[tokio::test]
async fn who_finds_a_browser_open_guesses_the_password_ten_times_in_all() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    for nth in 0..10 {
        assert_eq!(guess(&mut ann, nth, "a guess").await, 422, "{nth}");
    }
    for nth in 10..13 {
        assert_eq!(guess(&mut ann, nth, PASSWORD).await, 429, "{nth}: the right one is not tried either");
    }
    assert_eq!(ann.get("/account").await.status, 200);
}

#[tokio::test]
async fn the_password_of_a_pending_sign_up_is_guessed_ten_times_at_most() {
    let mut service = Service::begin().await;
    service.browser().send("/sign-up", "/sign-up", &[("email", ANN), ("password", PASSWORD)]).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let fields = [("token", token), ("password", "a guess")];
        statuses.push(service.browser().send(&link, "/confirm", &fields).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (422, 429));
}
