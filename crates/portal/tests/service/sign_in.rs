//! Who gets in on another provider's word: whom it vouches for, once per sign-in, in the browser that began it.

use crate::{
    browser::{Answer, Browser},
    fixture::{PASSWORD, Service},
    issuer::TestIssuer,
};
use edgecoder_events::Position;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";

pub async fn begin() -> (TestIssuer, Service) {
    let issuer = TestIssuer::start().await;
    let service = Service::with(vec![issuer.settings()]).await;
    (issuer, service)
}

pub fn claims(subject: &str, email: &str, verified: bool) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": verified, "name": "Ann of elsewhere" })
}

/// Presses a button that leads to the provider; where it leads.
async fn leave(browser: &mut Browser, on: &str, action: &str) -> String {
    let answer = browser.send(on, action, &[("then", "/wallet")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.headers["refresh"].to_str().unwrap().strip_prefix("0; url=").unwrap().to_owned()
}

pub async fn sign_in(browser: &mut Browser, issuer: &TestIssuer, who: &Value) -> Answer {
    let address = leave(browser, "/log-in", "/sign-in/openid").await;
    let back = issuer.agree(&address, who);
    browser.get(&back).await
}

pub async fn link(browser: &mut Browser, issuer: &TestIssuer, who: &Value) -> Answer {
    let address = leave(browser, "/account", "/account/providers/openid").await;
    let back = issuer.agree(&address, who);
    browser.get(&back).await
}

pub async fn removal_of(browser: &mut Browser) -> String {
    let page = browser.get("/account").await.text;
    let (_, rest) = page.split_once("action=\"/account/identities/").unwrap();
    format!("/account/identities/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn a_stranger_whom_the_provider_vouches_for_has_an_account_and_the_log_knows_no_provider() {
    let (issuer, mut service) = begin().await;
    let before = service.store.head().size;
    let mut ann = service.browser();
    let answer = sign_in(&mut ann, &issuer, &claims("77", ANN, true)).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/wallet"), "{}", answer.text);
    assert!(ann.get("/dashboard").await.text.contains("Ann of elsewhere"));
    assert!(service.mail().await.contains("Example was added"));
    let entries: Vec<_> = service.store.read(Position(before)).try_collect().await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|it| it.event.kind()).collect();
    assert_eq!(kinds, ["person.signed_up", "credit.account_opened", "credit.issued", "person.provider_linked"]);
    for entry in &entries {
        let text = String::from_utf8_lossy(&entry.event.to_bytes()).to_lowercase();
        assert!(!text.contains("example") && !text.contains("127.0.0.1"), "{text}");
    }
    let size = service.store.head().size;
    let mut elsewhere = service.browser();
    let again = claims("77", "another@example.org", true);
    assert_eq!(sign_in(&mut elsewhere, &issuer, &again).await.status, 303, "the provider's name for them counts");
    assert!(elsewhere.get("/account").await.text.contains(ANN));
    assert_eq!(service.store.head().size, size, "nothing is recorded of a log-in");
}

#[tokio::test]
async fn a_vouched_address_leads_to_its_account_and_another_to_nobody() {
    let (issuer, mut service) = begin().await;
    service.person(ANN, "Ann").await;
    let size = service.store.head().size;
    let mut mallory = service.browser();
    let refused = sign_in(&mut mallory, &issuer, &claims("666", ANN, false)).await;
    assert!(refused.status == 422 && refused.text.contains("does not vouch"), "{}", refused.text);
    assert_eq!(mallory.get("/account").await.status, 303);
    let nobody = sign_in(&mut mallory, &issuer, &claims("666", "new@example.org", false)).await;
    assert_eq!((nobody.status, service.store.head().size), (422, size), "nothing was recorded");
    let mut ann = service.browser();
    assert_eq!(sign_in(&mut ann, &issuer, &claims("77", "Ann@Example.org", true)).await.status, 303);
    assert!(ann.get("/account").await.text.contains("value=\"Ann\""));
    assert!(service.mail().await.contains("A new way to sign in"));
}

#[tokio::test]
async fn a_sign_in_that_waits_for_its_link_is_no_account_to_be_joined_to() {
    let (issuer, mut service) = begin().await;
    let mut mallory = service.browser();
    mallory.send("/sign-up", "/sign-up", &[("email", ANN), ("password", PASSWORD)]).await;
    let link = service.link().await;
    let mut ann = service.browser();
    assert_eq!(sign_in(&mut ann, &issuer, &claims("77", ANN, true)).await.status, 303);
    let (_, token) = link.split_once("token=").unwrap();
    assert_eq!(mallory.send(&link, "/confirm", &[("token", token)]).await.status, 410, "the account is Ann's");
    let mut again = service.browser();
    let guessed = [("email", ANN), ("password", PASSWORD)];
    assert_eq!(again.send("/log-in", "/log-in", &guessed).await.status, 422, "with no password of Mallory's");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_left() {
    let (issuer, service) = begin().await;
    let (mut ann, mut thief) = (service.browser(), service.browser());
    let address = leave(&mut ann, "/log-in", "/sign-in/openid").await;
    let back = issuer.agree(&address, &claims("77", ANN, true));
    assert_eq!(thief.get(&back).await.status, 422, "nothing was begun there");
    leave(&mut thief, "/log-in", "/sign-in/openid").await;
    let other = thief.get(&back).await;
    assert!(other.status == 422 && other.text.contains("another sign-in"), "{}", other.text);
    assert_eq!(ann.get(&back).await.status, 303);
    ann.send("/account", "/log-out", &[]).await;
    assert_eq!(ann.get(&back).await.status, 422, "it was taken");
}

#[tokio::test]
async fn a_code_is_not_used_twice_and_one_that_is_late_not_at_all() {
    let (issuer, service) = begin().await;
    let mut ann = service.browser();
    let address = leave(&mut ann, "/log-in", "/sign-in/openid").await;
    let back = issuer.agree(&address, &claims("77", ANN, true));
    assert_eq!(ann.get(&back).await.status, 303);
    ann.send("/account", "/log-out", &[]).await;
    let next = leave(&mut ann, "/log-in", "/sign-in/openid").await;
    let (_, state) = next.split_once("state=").unwrap();
    let replayed = format!("/sign-in/openid/callback?code=code-0&state={}", state.split('&').next().unwrap());
    let refused = ann.get(&replayed).await;
    assert!(refused.status == 422 && refused.text.contains("invalid_grant"), "{}", refused.text);
    let late = leave(&mut ann, "/log-in", "/sign-in/openid").await;
    let back = issuer.agree(&late, &claims("77", ANN, true));
    service.clock.advance_ms(10 * 60 * 1_000);
    assert_eq!(ann.get(&back).await.status, 422);
}

#[tokio::test]
async fn somebody_links_what_is_theirs_and_nobody_elses_and_removes_it() {
    let (issuer, mut service) = begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut bob = service.person(BOB, "Bob").await;
    let unverified = claims("77", "elsewhere@example.org", false);
    let linked = link(&mut ann, &issuer, &unverified).await;
    assert_eq!((linked.status, linked.location.as_str()), (303, "/account?done=linked"), "{}", linked.text);
    assert_eq!(link(&mut bob, &issuer, &unverified).await.status, 409, "it is Ann's");
    let mut elsewhere = service.browser();
    assert_eq!(sign_in(&mut elsewhere, &issuer, &unverified).await.status, 303);
    assert!(elsewhere.get("/account").await.text.contains(ANN));
    let path = removal_of(&mut ann).await;
    assert_eq!(bob.send("/account", &path, &[]).await.status, 404);
    assert_eq!(ann.send("/account", &path, &[]).await.location, "/account?done=unlinked");
    assert_eq!(sign_in(&mut service.browser(), &issuer, &unverified).await.status, 422, "it counts no more");
    assert_eq!(link(&mut bob, &issuer, &unverified).await.status, 303, "and is free again");
}

#[tokio::test]
async fn what_was_begun_to_link_ends_with_the_session_that_began_it() {
    let (issuer, mut service) = begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let address = leave(&mut ann, "/account", "/account/providers/openid").await;
    let back = issuer.agree(&address, &claims("666", "mallory@example.org", true));
    ann.send("/account", "/log-out", &[]).await;
    assert_eq!(ann.get(&back).await.status, 422);
    ann.send("/log-in", "/log-in", &[("email", ANN), ("password", PASSWORD)]).await;
    assert_eq!(ann.get(&back).await.status, 422);
    assert!(!ann.get("/account").await.text.contains("/account/identities/"));
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays_until_there_is_another() {
    let (issuer, mut service) = begin().await;
    let mut ann = service.browser();
    assert_eq!(sign_in(&mut ann, &issuer, &claims("77", ANN, true)).await.status, 303);
    service.mail().await;
    let path = removal_of(&mut ann).await;
    let refused = ann.send("/account", &path, &[]).await;
    assert!(refused.status == 409 && refused.text.contains("the only way to sign in"), "{}", refused.text);
    ann.send("/reset", "/reset", &[("email", ANN)]).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    assert_eq!(ann.send(&link, "/reset/password", &[("token", token), ("password", PASSWORD)]).await.status, 303);
    assert_eq!(ann.send("/account", &path, &[]).await.status, 303);
}

#[tokio::test]
async fn who_has_no_password_leaves_by_having_come_just_now() {
    let (issuer, service) = begin().await;
    let mut ann = service.browser();
    let who = claims("77", ANN, true);
    assert_eq!(sign_in(&mut ann, &issuer, &who).await.status, 303);
    service.clock.advance_ms(10 * 60 * 1_000);
    let stale = ann.send("/account", "/account/leave", &[]).await;
    assert!(stale.status == 422 && stale.text.contains("log in again"), "{}", stale.text);
    ann.send("/account", "/log-out", &[]).await;
    let mut fresh = service.browser();
    // The issuer's tokens are of noon: ten minutes later they are as old as a token may be.
    assert_eq!(sign_in(&mut fresh, &issuer, &who).await.status, 303);
    assert_eq!(fresh.send("/account", "/account/leave", &[]).await.status, 200);
    assert!(service.store.secrets().list("portal-identity", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_what_is_set_up_is_offered() {
    let (_issuer, service) = begin().await;
    assert!(service.browser().get("/log-in").await.text.contains("Sign in with Example"));
    assert_eq!(service.browser().send("/log-in", "/sign-in/google", &[]).await.status, 404);
    let none = Service::begin().await;
    assert!(!none.browser().get("/log-in").await.text.contains("Sign in with"));
    let mut by_name = Browser::new(&service.base.replace("127.0.0.1", "localhost"));
    let elsewhere = by_name.send("/log-in", "/sign-in/openid", &[]).await;
    assert!(elsewhere.status == 409 && elsewhere.text.contains(&service.base), "{}", elsewhere.text);
}
