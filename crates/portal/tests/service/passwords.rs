//! A password is changed, forgotten and guessed at.

use crate::fixture::{PASSWORD, Service};

const ANN: &str = "ann@example.org";
const OTHER: &str = "another good password";

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut phone = service.browser();
    phone.send("/log-in", "/log-in", &[("email", ANN), ("password", PASSWORD)]).await;
    assert_eq!(phone.get("/account").await.status, 200);
    let wrong = ann.send("/account", "/account/password", &[("current", "wrong"), ("password", OTHER)]).await;
    assert!(wrong.status == 422 && wrong.text.contains("not your present password"), "{}", wrong.text);
    let done = ann.send("/account", "/account/password", &[("current", PASSWORD), ("password", OTHER)]).await;
    assert_eq!(done.location, "/account?done=password");
    assert!(service.mail().await.contains("Your password was changed"));
    assert_eq!((ann.get("/account").await.status, phone.get("/account").await.status), (200, 303));
    for (password, status) in [(PASSWORD, 422), (OTHER, 303)] {
        let mut again = service.browser();
        assert_eq!(again.send("/log-in", "/log-in", &[("email", ANN), ("password", password)]).await.status, status);
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_mail_once_and_everybody_else_is_logged_out() {
    let mut service = Service::begin().await;
    let mut thief = service.person(ANN, "Ann").await;
    let mut ann = service.browser();
    ann.send("/reset", "/reset", &[("email", ANN)]).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    let short = ann.send(&link, "/reset/password", &[("token", token), ("password", "short")]).await;
    assert_eq!(short.status, 422);
    let set = ann.send(&link, "/reset/password", &[("token", token), ("password", OTHER)]).await;
    assert_eq!(set.location, "/dashboard");
    assert_eq!((ann.get("/dashboard").await.status, thief.get("/dashboard").await.status), (200, 303));
    assert_eq!(ann.get(&link).await.status, 410);
    let mail = service.mail().await;
    assert!(mail.contains("A password was set") && mail.contains(ANN), "its owner is told: {mail}");
}

#[tokio::test]
async fn one_session_of_several_is_ended_by_its_owner() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut phone = service.browser();
    phone.send("/log-in", "/log-in", &[("email", ANN), ("password", PASSWORD)]).await;
    let page = ann.get("/account").await.text;
    let (_, rest) = page.split_once("action=\"/account/devices/").unwrap();
    let path = format!("/account/devices/{}", rest.split('"').next().unwrap());
    let mut bob = service.person("bob@example.org", "Bob").await;
    assert_eq!(bob.send("/account", &path, &[]).await.status, 404, "it is not his");
    assert_eq!(ann.send("/account", &path, &[]).await.location, "/account?done=device");
    assert_eq!((ann.get("/account").await.status, phone.get("/account").await.status), (200, 303));
}

#[tokio::test]
async fn who_guesses_waits_and_an_address_without_an_account_is_no_other() {
    let mut service = Service::begin().await;
    service.person(ANN, "Ann").await;
    let mut told = Vec::new();
    for email in [ANN, "nobody@example.org"] {
        let mut guesser = service.browser();
        let mut statuses = Vec::new();
        for _ in 0..11 {
            let answer = guesser.send("/log-in", "/log-in", &[("email", email), ("password", "a guess")]).await;
            statuses.push(answer.status);
        }
        told.push(statuses);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!((told[0][9], told[0][10]), (422, 429));
    let mut ann = service.browser();
    let right = [("email", ANN), ("password", PASSWORD)];
    assert_eq!(ann.send("/log-in", "/log-in", &right).await.status, 429, "the right one is not tried either");
    service.clock.advance_ms(15 * 60 * 1_000);
    assert_eq!(ann.send("/log-in", "/log-in", &right).await.status, 303);
}
