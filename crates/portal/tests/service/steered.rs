//! Nobody is steered: into a session that somebody else chose, or to a site that is not ours.

use crate::{
    browser::{Browser, field, form_token},
    fixture::{PASSWORD, Service},
    sign_in,
};
use reqwest::Method;
use url::{Url, form_urlencoded};

const ANN: &str = "ann@example.org";
const MALLORY: &str = "mallory@example.org";
/// Where nobody may end up.
const ELSEWHERE: [&str; 9] = [
    "https://evil.example",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\u{1}//evil.example",
    "javascript:alert(1)",
    "/a\r\nlocation: https://evil.example",
    "/@evil.example:80//evil.example",
];

async fn log_in(browser: &mut Browser, on: &str, email: &str) -> u16 {
    browser.send(on, "/log-in", &[("email", email), ("password", PASSWORD)]).await.status
}

#[tokio::test]
async fn a_session_begins_with_a_token_that_nobody_had_before() {
    let mut service = Service::begin().await;
    let (mut ann, mut mallory) = (service.person(ANN, "Ann").await, service.person(MALLORY, "Mallory").await);
    ann.send("/account", "/log-out", &[]).await;
    let mut stranger = service.browser();
    let of_stranger = form_token(&stranger.get("/log-in").await.text);
    let visit = stranger.cookies["ec_visit"].clone();
    for planted in [visit.replace("ec_visit_", "ec_sess_"), "x".to_owned(), mallory.cookies["ec_session"].clone()] {
        let mut browser = service.browser();
        browser.cookies.insert("ec_visit".to_owned(), visit.clone());
        browser.cookies.insert("ec_session".to_owned(), planted.clone());
        assert_eq!(log_in(&mut browser, "/", ANN).await, 303, "{planted}");
        assert!(![&planted, &visit].contains(&&browser.cookies["ec_session"]), "{planted}");
        assert!(browser.get("/account").await.text.contains(ANN));
        for cookie in ["ec_session", "ec_visit"] {
            for known in [&planted, &visit] {
                let mut thief = service.browser();
                thief.cookies.insert(cookie.to_owned(), known.clone());
                assert!(!thief.get("/account").await.text.contains(ANN), "{cookie}: {known}");
            }
        }
        assert_eq!(browser.post("/log-out", &of_stranger, &[]).await.status, 403, "forms of before count no more");
    }
    assert!(!mallory.get("/account").await.text.contains(ANN), "whose session was planted");
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let (issuer, mut service) = sign_in::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let base = Url::parse(&service.base).unwrap();
    let page = ann.get("/tasks/new").await.text;
    let task = field(&page, "task_id");
    ann.post("/tasks/new", &form_token(&page), &[("task_id", &task), ("code", "x = 1")]).await;
    for then in ELSEWHERE {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("then", then).finish();
        let mut browser = service.browser();
        let mut led = vec![ann.get(&format!("/log-in?{query}")).await];
        led.push(ann.send("/", "/theme", &[("theme", "emerald"), ("then", then)]).await);
        led.push(ann.send("/tasks", &format!("/tasks/{task}/cancel"), &[("then", then)]).await);
        let fields = [("email", ANN), ("password", PASSWORD), ("then", then)];
        led.push(browser.send("/log-in", "/log-in", &fields).await);
        let mut elsewhere = service.browser();
        let leaving = elsewhere.send("/log-in", "/sign-in/openid", &[("then", then)]).await;
        let there = leaving.headers["refresh"].to_str().unwrap().strip_prefix("0; url=").unwrap().to_owned();
        let back = issuer.agree(&there, &sign_in::claims("77", ANN, true));
        led.push(elsewhere.get(&back).await);
        for (nth, answer) in led.iter().enumerate() {
            assert_eq!(answer.status, 303, "{nth} {then:?}: {}", answer.text);
            let to = base.join(&answer.location).unwrap();
            assert_eq!(to.origin(), base.origin(), "{nth} {then:?}: {}", answer.location);
        }
    }
}

#[tokio::test]
async fn links_in_mails_lead_here_whatever_host_was_asked_for() {
    let mut service = Service::begin().await;
    service.person(ANN, "Ann").await;
    let mut browser = service.browser();
    let token = form_token(&browser.get("/reset").await.text);
    let request = browser.request(Method::POST, "/reset").header("host", "evil.example");
    let request = request.header("x-forwarded-host", "evil.example");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let asked = browser.ask(request.body(format!("form_token={token}&email=ann%40example.org"))).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let mail = service.mail().await;
    assert!(mail.contains(&service.base) && !mail.contains("evil"), "{mail}");
}
