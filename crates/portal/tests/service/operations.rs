//! Operators steer where they log in, under their own name; for everybody else none of it is there.

use crate::{
    browser::{Browser, form_token},
    fixture::{DIARY, NOON, Service},
};
use edgecoder_domain::person::{self, PersonCommand};
use edgecoder_events::{
    AccountId, Actor, AgentId, NewEvent, Position, PublicKey, Signature, StreamName,
    blacklist::{AgentBlacklisted, BlacklistReason},
    person::Role,
};
use edgecoder_identity::{NodeKeys, evidence};
use edgecoder_portal::description;
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::Refusal,
};
use futures_util::TryStreamExt;
use rand::{SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::json;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";
const PAGES: [&str; 4] = ["/operations", "/operations/machines", "/operations/blacklist", "/operations/people"];

/// The account of whoever is logged in, as their wallet shows it.
async fn account(browser: &mut Browser) -> AccountId {
    let page = browser.get("/wallet").await.text;
    let (_, rest) = page.split_once("<code>p-").unwrap();
    AccountId::new(format!("p-{}", rest.split('<').next().unwrap())).unwrap()
}

/// What `edgecoder person role` does.
async fn make_operator(service: &Service, account: &AccountId) {
    let command = PersonCommand::GiveRole { account: account.clone(), role: Role::Operator };
    let request = Request::new(Actor::operator("admin"), [Subject::Person(account.clone())]);
    let given = service.commands.run(request, |view| {
        let events = person::decide(view.person(account), command.clone())?;
        Ok::<_, Refusal>(NewEvent::all_in(&StreamName::person(account), events))
    });
    given.await.unwrap();
}

/// A machine of somebody who is no operator, and an operator.
async fn begin() -> (Service, Browser, Browser) {
    let mut service = Service::begin().await;
    let mut bob = service.person(BOB, "Bob").await;
    let mut ann = service.person(ANN, "Ann").await;
    assert_eq!(bob.send("/nodes", "/nodes", &[("name", "shed")]).await.status, 200);
    let of_ann = account(&mut ann).await;
    make_operator(&service, &of_ann).await;
    (service, ann, bob)
}

#[tokio::test]
async fn pages_for_anybody_lead_operators_and_nobody_else_to_their_pages() {
    let (service, mut ann, mut bob) = begin().await;
    let mut stranger = service.browser();
    for path in ["/", "/download", "/docs", "/docs/tasks", "/dashboard"] {
        let leads = async |browser: &mut Browser| browser.get(path).await.text.contains("href=\"/operations\"");
        assert!(leads(&mut ann).await, "{path}");
        assert!(!leads(&mut bob).await && !leads(&mut stranger).await, "{path}");
    }
}

#[tokio::test]
async fn nobody_but_operators_finds_the_operators_pages() {
    let (service, mut ann, mut bob) = begin().await;
    for path in PAGES {
        assert_eq!((ann.get(path).await.status, bob.get(path).await.status), (200, 404), "{path}");
    }
    assert!(ann.get("/dashboard").await.text.contains("href=\"/operations\""));
    assert!(!bob.get("/dashboard").await.text.contains("/operations"));
    let (of_bob, size) = (form_token(&bob.get("/nodes").await.text), service.store.head().size);
    let document = serde_json::to_value(description()).unwrap();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.starts_with("/operations") && methods["post"].is_object() {
            tried += 1;
            let fields = [("reason", "x"), ("mode", "swarm-only"), ("who", BOB)];
            assert_eq!(bob.post(&path.replace("{id}", "shed"), &of_bob, &fields).await.status, 404, "{path}");
        }
    }
    assert_eq!((tried, service.store.head().size), (6, size), "nothing was recorded");
}

#[tokio::test]
async fn an_operator_lets_a_machine_in_and_refuses_it_and_the_log_says_who() {
    let (service, mut ann, mut bob) = begin().await;
    let waiting = ann.get("/operations/machines?pending=true").await.text;
    assert!(waiting.contains("/operations/machines/shed/approve"), "{waiting}");
    let size = service.store.head().size;
    let path = "/operations/machines/shed";
    let approved = ann.send(path, &format!("{path}/approve"), &[]).await;
    assert_eq!(approved.location, path);
    assert!(bob.get("/nodes/shed").await.text.contains("Approved, not registered yet"));
    assert!(!ann.get("/operations/machines?pending=true").await.text.contains("shed/approve"));
    for reason in ["", " ", &"x".repeat(501)] {
        assert_eq!(ann.send(path, &format!("{path}/reject"), &[("reason", reason)]).await.status, 400);
    }
    assert_eq!(ann.send(path, &format!("{path}/reject"), &[("reason", "too loud")]).await.status, 303);
    assert!(bob.get("/nodes/shed").await.text.contains("Taken back or refused"));
    let entries: Vec<_> = service.store.read(Position(size)).try_collect().await.unwrap();
    let operator = format!("operator:{}", account(&mut ann).await);
    let said: Vec<_> = entries.iter().map(|it| (it.event.kind(), it.actor.as_str())).collect();
    assert_eq!(said, [("node.approved", operator.as_str()), ("node.rejected", operator.as_str())]);
    let token = form_token(&ann.get(path).await.text);
    for (action, status) in [("mode", 409), ("lift", 409)] {
        let fields = [("mode", "swarm-only"), ("reason", "it is good")];
        assert_eq!(ann.post(&format!("{path}/{action}"), &token, &fields).await.status, status, "{action}");
    }
    for action in ["approve", "mode", "lift"] {
        let fields = [("mode", "swarm-only"), ("reason", "it is good")];
        let nothing = ann.post(&format!("/operations/machines/nothing/{action}"), &token, &fields).await;
        assert_eq!(nothing.status, 404, "{action}");
    }
}

#[tokio::test]
async fn a_machine_is_shut_out_on_what_its_reporter_signed_and_on_nothing_else() {
    let (service, mut ann, mut bob) = begin().await;
    let unsigned = AgentBlacklisted {
        agent: AgentId::new("shed").unwrap(),
        reason_code: BlacklistReason::ForgedResults,
        reason: "the same output for every task".to_owned(),
        evidence_sha256: "ab".repeat(32),
        reported_at: NOON,
        expires_at: None,
        reporter: "auditor".to_owned(),
        reporter_key: PublicKey([0; 32]),
        reporter_signature: Signature([0; 64]),
    };
    let signed = evidence::sign(unsigned, &NodeKeys::generate(&mut StdRng::seed_from_u64(1)));
    let report = json!({
        "agentId": signed.agent, "reasonCode": signed.reason_code, "reason": signed.reason,
        "evidenceHashSha256": signed.evidence_sha256, "reportedAtMs": signed.reported_at,
        "expiresAtMs": signed.expires_at, "reporterId": signed.reporter,
        "reporterPublicKey": signed.reporter_key, "reporterSignature": signed.reporter_signature,
    });
    let (page, size) = ("/operations/blacklist", service.store.head().size);
    let report = report.to_string();
    for bad in [String::new(), "{}".to_owned(), report.replace("same output", "same wrong output")] {
        let answer = ann.send(page, page, &[("report", &bad)]).await;
        assert!(answer.status == 422 && answer.text.contains("role=\"alert\""), "{bad}: {}", answer.text);
    }
    assert_eq!(service.store.head().size, size, "nothing was recorded");
    assert_eq!(ann.send(page, page, &[("report", &report)]).await.location, page);
    let shown = ann.get(page).await.text;
    let hash = "ab".repeat(32);
    for told in [hash.as_str(), "Forged results", "auditor", "/operations/machines/shed/lift"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(bob.get("/nodes/shed").await.text.contains("Shut out"));
    assert_eq!(ann.send(page, "/operations/machines/shed/lift", &[("reason", "a mistake")]).await.status, 303);
    assert!(
        ann.get(page).await.text.contains("Let back in") && !bob.get("/nodes/shed").await.text.contains("Shut out")
    );
}

#[tokio::test]
async fn an_operator_sees_what_a_machine_says_of_itself_and_no_markup_of_it() {
    let (_service, mut ann, _) = begin().await;
    let page = ann.get("/operations/machines/shed").await.text;
    assert!(page.contains("is nearly full") && !page.contains(DIARY), "{page}");
    let list = ann.get("/operations/machines").await.text;
    assert!(list.contains("is nearly full") && !list.contains(DIARY), "the newest line stands in the list: {list}");
}

#[tokio::test]
async fn the_overview_tells_of_the_log_and_of_every_projection() {
    let (service, mut ann, _) = begin().await;
    let page = ann.get("/operations").await.text;
    for question in edgecoder_projections::Question::ALL {
        assert!(page.contains(&format!("<code>{question}</code>")), "{question}: {page}");
    }
    assert!(page.contains(&hex::encode(service.store.head().hash)), "{page}");
}

#[tokio::test]
async fn an_operator_makes_another_one_and_nobody_sees_a_name_or_an_address_of_others() {
    let (_service, mut ann, mut bob) = begin().await;
    let of_bob = account(&mut bob).await;
    let page = ann.get("/operations/people").await.text;
    assert!(page.contains(of_bob.as_str()) && !page.contains("Bob") && !page.contains(BOB), "{page}");
    for who in ["", "nobody@example.org", "p-nobody", "a b"] {
        let answer = ann.send("/operations/people", "/operations/people/role", &[("who", who)]).await;
        assert!(answer.status == 422 && answer.text.contains("Nobody who is here"), "{who}: {}", answer.text);
    }
    for who in [BOB, of_bob.as_str()] {
        let given = ann.send("/operations/people", "/operations/people/role", &[("who", who)]).await;
        assert_eq!(given.location, "/operations/people");
        assert_eq!(bob.get("/operations").await.status, 200, "{who}");
        let taken = [("who", who), ("given", "no")];
        assert_eq!(ann.send("/operations/people", "/operations/people/role", &taken).await.status, 303);
        assert_eq!(bob.get("/operations").await.status, 404, "at once, in the same session");
    }
    let of_ann = account(&mut ann).await;
    let own = [("who", of_ann.as_str()), ("given", "no")];
    assert_eq!(ann.send("/operations/people", "/operations/people/role", &own).await.location, "/dashboard");
    assert_eq!(ann.get("/operations").await.status, 404);
}

#[tokio::test]
async fn an_operator_hears_that_something_was_recorded_and_nobody_else_does() {
    let (service, mut ann, mut bob) = begin().await;
    assert_eq!(bob.get("/operations/events").await.status, 404);
    let page = ann.get("/operations").await.text;
    let (_, rest) = page.split_once("data-events=\"").unwrap();
    let mut news = ann.request(Method::GET, rest.split('"').next().unwrap()).send().await.unwrap();
    assert_eq!(news.headers()["content-type"], "text/event-stream");
    make_operator(&service, &account(&mut bob).await).await;
    let newest = service.store.head().size - 1;
    let mut heard = String::new();
    while !heard.contains(&format!("id: {newest}\n")) {
        heard.push_str(std::str::from_utf8(&news.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(heard.contains("event: step"), "{heard}");
}
