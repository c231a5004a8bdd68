//! People enrol machines, see how those are, and take them back; nobody has a say about somebody else's.

use crate::{
    browser::{Answer, Browser, form_token},
    fixture::{Service, TIRED},
};
use edgecoder_domain::agent::{self, AgentCommand};
use edgecoder_events::{Actor, AgentId, NewEvent, Position, StreamName};
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::Refusal,
};
use futures_util::TryStreamExt;

const ANN: &str = "ann@example.org";
const BOB: &str = "bob@example.org";

async fn enrolled(browser: &mut Browser, name: &str) -> Answer {
    browser.send("/nodes", "/nodes", &[("name", name), ("kind", "agent")]).await
}

/// The token that a page shows.
fn token(page: &str) -> &str {
    let (_, rest) = page.split_once("<pre id=\"token\" tabindex=\"0\">").unwrap();
    rest.split('<').next().unwrap()
}

/// What an operator at the command line does.
async fn approve(service: &Service, name: &str) {
    let id = AgentId::new(name).unwrap();
    let request = Request::new(Actor::operator("admin"), [Subject::Agent(id.clone())]);
    let approved = service.commands.run(request, |view| {
        let events = agent::decide(view.agent(&id), AgentCommand::Approve, service.commands.clock().now())?;
        Ok::<_, Refusal>(NewEvent::all_in(&StreamName::agent(&id), events))
    });
    approved.await.unwrap();
}

#[tokio::test]
async fn an_owner_enrols_a_machine_and_sees_its_token_once_with_the_command_for_each_platform() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    assert!(ann.get("/nodes").await.text.contains("You have enrolled no machine yet"));
    let size = service.store.head().size;
    let answer = enrolled(&mut ann, "shed").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let shown = token(&answer.text).to_owned();
    assert!(shown.starts_with("ec_node_"), "{shown}");
    for told in ["$env:AGENT_ID=", "COORDINATOR_URL=", "http://audit.example", "run --mode worker", "for an operator"] {
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
    }
    assert_eq!(answer.headers["cache-control"], "no-store");
    for page in ["/nodes", "/nodes/shed"] {
        let page = ann.get(page).await.text;
        assert!(page.contains("shed") && page.contains("approval") && !page.contains(&shown), "{page}");
    }
    let entries: Vec<_> = service.store.read(Position(size)).try_collect().await.unwrap();
    let account = ann.get("/wallet").await.text;
    let who: Vec<_> = entries.iter().map(|it| (it.event.kind(), it.actor.as_str().to_owned())).collect();
    assert_eq!(who.len(), 1);
    let (kind, actor) = &who[0];
    assert_eq!(*kind, "node.enrolled");
    assert!(account.contains(actor.strip_prefix("account:").unwrap()), "{actor}");
    approve(&service, "shed").await;
    assert!(ann.get("/nodes/shed").await.text.contains("Approved, not registered yet"));
}

#[tokio::test]
async fn a_new_token_takes_the_place_of_the_one_before() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let first = enrolled(&mut ann, "shed").await.text;
    let renewed = ann.send("/nodes/shed", "/nodes/shed/token", &[]).await;
    assert!(renewed.status == 200 && renewed.text.contains("worth nothing any more"), "{}", renewed.text);
    assert_ne!(token(&first), token(&renewed.text));
    let again = enrolled(&mut ann, "shed").await;
    assert_ne!(token(&renewed.text), token(&again.text), "to enrol it again is to ask for another token");
    let list = ann.get("/nodes").await.text;
    assert_eq!(list.matches("href=\"/nodes/shed\"").count(), 1, "{list}");
}

#[tokio::test]
async fn a_machine_that_was_taken_back_takes_no_part_until_an_operator_lets_it_in_again() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    enrolled(&mut ann, "shed").await;
    approve(&service, "shed").await;
    assert_eq!(ann.send("/nodes/shed", "/nodes/shed/remove", &[]).await.location, "/nodes/shed");
    let page = ann.get("/nodes/shed").await.text;
    assert!(page.contains("Taken back or refused") && !page.contains("/nodes/shed/remove"), "{page}");
    let size = service.store.head().size;
    let token = form_token(&page);
    assert_eq!(ann.post("/nodes/shed/remove", &token, &[]).await.status, 303);
    assert_eq!(service.store.head().size, size, "twice is once");
    approve(&service, "shed").await;
    assert!(!ann.get("/nodes/shed").await.text.contains("Taken back"));
}

#[tokio::test]
async fn a_machine_of_somebody_else_is_not_there_and_can_not_be_taken_over() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    let mut bob = service.person(BOB, "Bob").await;
    enrolled(&mut ann, "shed").await;
    let size = service.store.head().size;
    let of_bob = form_token(&bob.get("/nodes").await.text);
    for nothing_or_anns in ["shed", "nothing"] {
        let path = format!("/nodes/{nothing_or_anns}");
        let seen = bob.get(&path).await;
        assert_eq!(seen.status, 404, "{}", seen.text);
        for action in ["token", "remove", "power"] {
            assert_eq!(bob.post(&format!("{path}/{action}"), &of_bob, &[]).await.status, 404, "{path} {action}");
        }
    }
    let taken = enrolled(&mut bob, "shed").await;
    assert!(taken.status == 422 && taken.text.contains("belongs to another account"), "{}", taken.text);
    assert!(!taken.text.contains("ec_node_") && taken.text.contains("value=\"shed\""), "what was typed is kept");
    assert!(!bob.get("/nodes").await.text.contains("href=\"/nodes/shed\""));
    assert_eq!(service.store.head().size, size, "nothing was recorded");
}

#[tokio::test]
async fn a_name_that_is_none_and_another_kind_are_refused_with_a_reason() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    for name in ["", "a b", "../x", "<b>", &"x".repeat(65)] {
        let answer = enrolled(&mut ann, name).await;
        assert!(answer.status == 422 && answer.text.contains("1 to 64 letters"), "{name}: {}", answer.text);
    }
    let coordinator = ann.send("/nodes", "/nodes", &[("name", "hub"), ("kind", "coordinator")]).await;
    assert!(coordinator.status == 200 && !coordinator.text.contains("--mode worker"), "{}", coordinator.text);
    let key = service.store.log_verifier_key().to_string();
    for told in [key.split('+').next().unwrap(), "WITNESS_LOGS=hub.policy", "--mode coordinator"] {
        assert!(coordinator.text.contains(told), "{told}: {}", coordinator.text);
    }
    assert!(!coordinator.text.contains("ec_node_"), "it registers nowhere: {}", coordinator.text);
    let size = service.store.head().size;
    let again = ann.send("/nodes/hub", "/nodes/hub/token", &[]).await;
    assert!(again.status == 200 && again.text.contains("WITNESS_LOGS=hub.policy"), "{}", again.text);
    assert_eq!(service.store.head().size, size, "nothing new was said");
    let other = enrolled(&mut ann, "hub").await;
    assert!(other.status == 422 && other.text.contains("another kind"), "{}", other.text);
}

#[tokio::test]
async fn an_owner_says_when_a_machine_asks_for_work_and_sees_why_it_rests() {
    let mut service = Service::begin().await;
    let mut ann = service.person(ANN, "Ann").await;
    enrolled(&mut ann, TIRED).await;
    let (page, size) = (format!("/nodes/{TIRED}"), service.store.head().size);
    assert!(ann.get(&page).await.text.contains("On any power, the whole day"));
    let path = format!("{page}/power");
    let wishes = [("power", "mains"), ("from", "22"), ("until", "6"), ("tasks", "2")];
    assert_eq!(ann.send(&page, &path, &wishes).await.location, page);
    let shown = ann.get(&page).await.text;
    for told in ["On mains power only, by its own clock 22:00–6:00, tasks at once at most: 2", "value=\"22\""] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert_eq!(ann.send(&page, &path, &wishes).await.status, 303);
    assert_eq!(service.store.head().size, size + 1, "to wish it twice is to wish it once");
    for wrong in [("from", "24"), ("until", ""), ("until", "22"), ("tasks", "0"), ("tasks", "many")] {
        let fields: Vec<_> = wishes.iter().map(|it| if it.0 == wrong.0 { wrong } else { *it }).collect();
        let answer = ann.send(&page, &path, &fields).await;
        assert!(answer.status == 422 && answer.text.contains("Expected two different hours"), "{}", answer.text);
        assert!(answer.text.contains(&format!("value=\"{}\"", wrong.1)), "what was typed is kept: {}", answer.text);
    }
    assert!(!shown.contains("Rests: on battery"), "who is not there does not rest");
    approve(&service, TIRED).await;
    service.comes_online(TIRED).await;
    assert!(ann.get(&page).await.text.contains("Rests: on battery"));
    assert_eq!(ann.send(&page, &path, &[("power", "any")]).await.status, 303);
    assert!(ann.get(&page).await.text.contains("On any power, the whole day"));
    let hub = [("name", "hub"), ("kind", "coordinator")];
    assert_eq!(ann.send("/nodes", "/nodes", &hub).await.status, 200);
    assert!(!ann.get("/nodes/hub").await.text.contains("/nodes/hub/power"), "a coordinator asks for no work");
}
