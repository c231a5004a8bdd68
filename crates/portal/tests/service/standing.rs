//! The start page says what somebody's machines earned and how things stand with everybody; strangers learn how to take part.

use crate::{
    browser::{field, form_token},
    fixture::Service,
};
use edgecoder_events::{
    Actor, AgentId, Event, MicroCredits, NewEvent, Position, StreamName, SubtaskIndex, TaskId, credit::CreditsEarned,
};
use edgecoder_service_kit::{
    commands::{Request, Subject, View},
    http::Refusal,
};
use futures_util::TryStreamExt;

#[tokio::test]
async fn earnings_are_told_by_the_day_to_whoever_earned_them() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    assert!(ann.get("/dashboard").await.text.contains("Nothing in the last two weeks"));
    let entries: Vec<_> = service.store.read(Position(0)).try_collect().await.unwrap();
    let signed_up = entries.iter().find_map(|it| match &it.event {
        Event::PersonSignedUp(it) => Some(it.account.clone()),
        _ => None,
    });
    let account = signed_up.unwrap();
    let earned = CreditsEarned {
        account: account.clone(),
        agent: AgentId::new("worker-1").unwrap(),
        task: TaskId::new("t").unwrap(),
        subtask: SubtaskIndex(0),
        attempt: 1,
        amount: MicroCredits::from_micros(2_500_000),
        payer: account.clone(),
    };
    let request = Request::new(Actor::system("test"), [Subject::Wallet(account.clone())]);
    let decide =
        |_: &View<'_>| Ok::<_, Refusal>(NewEvent::all_in(&StreamName::credits(&account), vec![earned.clone().into()]));
    service.commands.run(request, decide).await.unwrap();
    let page = ann.get("/dashboard").await.text;
    for told in [
        "2.5 <span class=\"quiet\">credits in two weeks",
        "<td>2023-11-14</td><td>2.5</td>",
        "<td>2023-11-01</td><td>0</td>",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(page.matches("<rect ").count(), 14);
    let mut bob = service.person("bob@example.org", "Bob").await;
    assert!(bob.get("/dashboard").await.text.contains("Nothing in the last two weeks"), "it is hers");
}

#[tokio::test]
async fn what_waits_is_counted_for_everybody() {
    let mut service = Service::begin().await;
    let mut ann = service.person("ann@example.org", "Ann").await;
    let page = ann.get("/tasks/new").await.text;
    let task = field(&page, "task_id");
    ann.post("/tasks/new", &form_token(&page), &[("task_id", &task), ("code", "x = 1")]).await;
    let page = ann.get("/dashboard").await.text;
    assert!(page.contains("Parts of tasks that wait</dt><dd class=\"amount\">1</dd>"), "{page}");
}

#[tokio::test]
async fn strangers_learn_how_the_program_is_built_and_no_link_leads_nowhere() {
    let service = Service::begin().await;
    let mut stranger = service.browser();
    let page = stranger.get("/download").await.text;
    assert!(page.contains("cargo install --locked --path crates/edgecoder"), "{page}");
    for link in page.split("href=\"/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(stranger.get(&format!("/{link}")).await.status, 200, "/{link}");
    }
}

/// The documents that a page links to.
fn documents(page: &str) -> Vec<String> {
    page.split("href=\"/docs/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn documents_come_from_the_program_and_lead_to_one_another() {
    let service = Service::begin().await;
    let mut stranger = service.browser();
    let listed = documents(&stranger.get("/docs").await.text);
    assert_eq!(listed[0], "first-task", "what to begin with comes first");
    let first = stranger.get("/docs/first-task").await.text;
    assert!(first.matches("<ol>").count() == 1 && !first.contains("first-task/1.png"), "steps, no pictures: {first}");
    assert!(listed.contains(&"portal".to_owned()) && listed.contains(&"first-audit".to_owned()), "{listed:?}");
    for name in listed {
        let page = stranger.get(&format!("/docs/{name}")).await;
        assert!(page.status == 200 && !page.text.contains("](") && !page.text.contains("```"), "{name}: {}", page.text);
        for linked in documents(&page.text) {
            assert_eq!(stranger.get(&format!("/docs/{linked}")).await.status, 200, "{name} links to {linked}");
        }
    }
    for nothing in ["/docs/nothing", "/docs/..%2fportal", "/nowhere"] {
        let missing = stranger.get(nothing).await;
        assert!(missing.status == 404 && missing.text.contains("There is nothing here"), "{nothing}: {}", missing.text);
        assert!(missing.text.contains("href=\"/docs\""), "and there is a way on");
    }
}
