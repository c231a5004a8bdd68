//! People get another mail address: by the link that comes there, and nobody else's.

use crate::{
    browser::{Answer, Browser, form_token},
    fixture::{PASSWORD, Service},
    sign_in,
};
use edgecoder_events::Position;
use futures_util::TryStreamExt;

const ANN: &str = "ann@example.org";
const NEW: &str = "ann@elsewhere.example";
const HOUR_MS: u64 = 60 * 60 * 1_000;

async fn ask(browser: &mut Browser, email: &str, password: &str) -> Answer {
    browser.send("/account", "/account/address", &[("email", email), ("password", password)]).await
}

/// Asks for another address; the link that comes there.
async fn asked(service: &mut Service, browser: &mut Browser, email: &str) -> String {
    assert_eq!(ask(browser, email, PASSWORD).await.location, "/account?done=address-asked");
    assert!(service.mail().await.contains("Another address was asked for"));
    service.link().await
}

async fn follow(browser: &mut Browser, link: &str) -> Answer {
    let (_, token) = link.split_once("token=").unwrap();
    let form = form_token(&browser.get("/account").await.text);
    browser.post("/account/address/confirm", &form, &[("token", token)]).await
}

async fn log_in(service: &Service, email: &str) -> u16 {
    let mut browser = service.browser();
    browser.send("/log-in", "/log-in", &[("email", email), ("password", PASSWORD)]).await.status
}

#[tokio::test]
async fn the_link_changes_the_address_and_nothing_before_it_does() {
    let mut service = Service::begin().await;
    let (mut ann, before) = (service.person(ANN, "Ann").await, service.store.head().size);
    assert_eq!(ask(&mut ann, " Ann@Elsewhere.example ", PASSWORD).await.location, "/account?done=address-asked");
    assert!(ann.get("/account?done=address-asked").await.text.contains("a message is on its way"));
    let notice = service.mail().await;
    assert!(notice.contains(ANN) && !notice.contains(NEW), "the one before is told first: {notice}");
    let link = service.link().await;
    let looked_at = ann.get(&link).await;
    assert!(looked_at.status == 200 && looked_at.text.contains(NEW), "{}", looked_at.text);
    assert_eq!(
        (service.store.head().size, log_in(&service, ANN).await),
        (before, 303),
        "to look at it changes nothing"
    );
    assert_eq!(follow(&mut ann, &link).await.location, "/account?done=address");
    let notice = service.mail().await;
    assert!(notice.contains("Your address was changed") && notice.contains(ANN) && !notice.contains(NEW), "{notice}");
    let page = ann.get("/account").await;
    assert!(page.status == 200 && page.text.contains(NEW) && !page.text.contains(ANN), "nobody is logged out");
    assert!(page.text.contains("value=\"Ann\""), "the name stays");
    assert_eq!((log_in(&service, ANN).await, log_in(&service, NEW).await), (422, 303));
    let entries: Vec<_> = service.store.read(Position(before)).try_collect().await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|it| it.event.kind()).collect();
    assert_eq!(kinds, ["person.address_changed"]);
    let text = String::from_utf8_lossy(&entries[0].event.to_bytes()).to_lowercase();
    assert!(!text.contains("ann") && !text.contains("elsewhere"), "{text}");
    assert_eq!(follow(&mut ann, &link).await.status, 410, "it was good once");
}

#[tokio::test]
async fn an_address_that_somebody_gave_up_is_anybodys_and_leads_to_another_account() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let link = asked(&mut service, &mut ann, NEW).await;
    follow(&mut ann, &link).await;
    service.mail().await;
    let mut other = service.person(ANN, "Another one").await;
    assert!(other.get("/dashboard").await.text.contains("Another one"));
    let page = ann.get("/account").await.text;
    assert!(page.contains(NEW) && page.contains("value=\"Ann\""), "hers is as it was: {page}");
    let link = asked(&mut service, &mut other, "third@example.org").await;
    follow(&mut other, &link).await;
    service.mail().await;
    let link = asked(&mut service, &mut ann, ANN).await;
    assert_eq!(follow(&mut ann, &link).await.location, "/account?done=address", "and she has it again");
}

#[tokio::test]
async fn without_the_password_or_an_address_nothing_is_sent() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    for (email, password, told) in [
        (NEW, "not this one", "not your present password"),
        (NEW, "", "not your present password"),
        ("elsewhere", PASSWORD, "Type a mail address"),
        ("Ann@example.org", PASSWORD, "your mail address already"),
    ] {
        let answer = ask(&mut ann, email, password).await;
        assert!(answer.status == 422 && answer.text.contains(told), "{email}: {}", answer.text);
    }
    asked(&mut service, &mut ann, NEW).await;
}

#[tokio::test]
async fn who_has_no_password_logs_in_right_before() {
    let (issuer, mut service) = sign_in::begin().await;
    let mut ann = service.browser();
    let who = sign_in::claims("77", ANN, true);
    assert_eq!(sign_in::sign_in(&mut ann, &issuer, &who).await.status, 303);
    assert!(service.mail().await.contains("A new way to sign in"));
    service.clock.advance_ms(10 * 60 * 1_000);
    let late = ask(&mut ann, NEW, "").await;
    assert!(late.status == 422 && late.text.contains("log in again"), "{}", late.text);
    ann.send("/dashboard", "/log-out", &[]).await;
    assert_eq!(sign_in::sign_in(&mut ann, &issuer, &who).await.status, 303);
    let link = asked(&mut service, &mut ann, NEW).await;
    assert_eq!(follow(&mut ann, &link).await.location, "/account?done=address");
}

#[tokio::test]
async fn an_address_with_an_account_is_answered_as_any_other_and_told_by_mail() {
    let mut service = Service::begin().await;
    service.person("bob@example.org", "Bob").await;
    let (mut ann, mut answers) = (service.person(ANN, "Ann").await, Vec::new());
    let size = service.store.head().size;
    for (email, is_taken) in [("bob@example.org", true), (NEW, false)] {
        let answer = ask(&mut ann, email, PASSWORD).await;
        answers.push((answer.status, answer.location, answer.text));
        assert!(service.mail().await.contains("Another address was asked for"));
        let mail = service.mail().await;
        assert!(mail.contains(email) && mail.contains("token=") != is_taken, "{mail}");
        assert_eq!(mail.contains("You have an account already"), is_taken, "{mail}");
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn a_link_is_for_who_asked_for_an_hour_and_until_a_password_or_an_address_changes() {
    let mut service = Service::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person("bob@example.org", "Bob").await);
    let late = asked(&mut service, &mut ann, NEW).await;
    assert_eq!((bob.get(&late).await.status, follow(&mut bob, &late).await.status), (410, 410), "it is not his");
    assert_eq!(service.browser().get(&late).await.status, 303, "and a stranger logs in first");
    service.clock.advance_ms(HOUR_MS);
    assert_eq!((ann.get(&late).await.status, follow(&mut ann, &late).await.status), (410, 410));
    let thiefs = asked(&mut service, &mut ann, NEW).await;
    ann.send("/account", "/account/password", &[("current", PASSWORD), ("password", PASSWORD)]).await;
    assert!(service.mail().await.contains("Your password was changed"));
    assert_eq!(follow(&mut ann, &thiefs).await.status, 410, "a new password ends it");
    service.browser().send("/reset", "/reset", &[("email", ANN)]).await;
    let reset = service.link().await;
    let link = asked(&mut service, &mut ann, NEW).await;
    assert_eq!(service.browser().get(&reset).await.status, 200);
    assert_eq!(follow(&mut ann, &link).await.location, "/account?done=address");
    assert_eq!(service.browser().get(&reset).await.status, 410, "what the address before was sent is over");
}

#[tokio::test]
async fn of_all_who_want_an_address_the_first_to_follow_a_link_gets_it() {
    let mut service = Service::begin().await;
    let (mut ann, mut bob) = (service.person(ANN, "Ann").await, service.person("bob@example.org", "Bob").await);
    let anns = asked(&mut service, &mut ann, NEW).await;
    let bobs = asked(&mut service, &mut bob, NEW).await;
    let mut stranger = service.browser();
    stranger.send("/sign-up", "/sign-up", &[("email", NEW), ("password", PASSWORD)]).await;
    let strangers = service.link().await;
    assert_eq!(follow(&mut ann, &anns).await.location, "/account?done=address");
    assert_eq!(follow(&mut bob, &bobs).await.status, 410);
    let (_, token) = strangers.split_once("token=").unwrap();
    assert_eq!(stranger.send(&strangers, "/confirm", &[("token", token)]).await.status, 410);
    assert!(bob.get("/account").await.text.contains("bob@example.org"));
}
