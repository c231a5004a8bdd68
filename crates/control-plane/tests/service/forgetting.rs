//! What was sealed for an account is forgotten when an operator says so, and only then.

use crate::fixture::Service;
use edgecoder_domain::wallet::{self, WalletCommand};
use edgecoder_events::{AccountId, Actor, Event, MicroCredits, NewEvent, StreamName, TaskId, Version};
use edgecoder_service_kit::commands::{Request, Subject};
use serde_json::{Value, json};

fn ada() -> AccountId {
    AccountId::new("ada").unwrap()
}

fn ada_meant() -> Value {
    json!({ "confirm": "ada", "reason": "she left" })
}

/// Sets credit of ada aside, as the submission of a task does.
async fn reserve(service: &Service) {
    let request = Request::new(Actor::system("test"), [Subject::Wallet(ada())]);
    let task = TaskId::new("t").unwrap();
    let reserve = WalletCommand::Reserve { account: ada(), task, amount: MicroCredits::from_micros(1) };
    let reserved = service.commands.run(request, |view| {
        let events = wallet::decide(view.wallet(&ada()), reserve.clone())?;
        Ok::<_, wallet::WalletRefusal>(NewEvent::all_in(&StreamName::credits(&ada()), events))
    });
    reserved.await.unwrap();
}

#[tokio::test]
async fn a_forgotten_account_keeps_its_credit_and_nothing_that_was_sealed_for_it() {
    let service = Service::begin().await;
    service.opened("ada").await;
    service.done("/credits/ada/faucet", json!({ "credits": 5 })).await;
    let keys = service.commands.store().subject_keys();
    let sealed = keys.seal("ada", b"a prompt").await.unwrap();
    let forgotten = service.done("/credits/ada/forget", ada_meant()).await;
    assert!(keys.open("ada", &sealed).await.is_err());
    assert_eq!(service.seen("/credits/ada/balance").await["availableMicroCredits"], 5_000_000);

    let ledger = service.commands.store().read_stream(&StreamName::ledger(), Version::EMPTY, 9).await.unwrap();
    let newest = ledger.last().unwrap();
    assert_eq!(forgotten["position"], newest.position.0);
    let Event::SubjectKeyDestroyed(gone) = &newest.event else { panic!("{newest:?}") };
    assert_eq!((gone.subject.as_str(), gone.reason.as_str()), ("ada", "she left"));
    let again = service.done("/credits/ada/forget", ada_meant()).await;
    assert_eq!(again["position"], Value::Null, "there is nothing left to forget");
}

#[tokio::test]
async fn an_account_whose_tasks_are_open_is_not_forgotten() {
    let service = Service::begin().await;
    service.opened("ada").await;
    service.done("/credits/ada/faucet", json!({ "credits": 5 })).await;
    let keys = service.commands.store().subject_keys();
    let sealed = keys.seal("ada", b"a prompt").await.unwrap();
    reserve(&service).await;
    assert_eq!(service.refused("/credits/ada/forget", ada_meant()).await, (409, "tasks_open".to_owned()));
    assert_eq!(keys.open("ada", &sealed).await.unwrap(), b"a prompt");
}

#[tokio::test]
async fn forgetting_wants_the_right_name_twice_and_a_reason() {
    let service = Service::begin().await;
    service.opened("ada").await;
    let keys = service.commands.store().subject_keys();
    let sealed = keys.seal("ada", b"a prompt").await.unwrap();
    for (field, body) in [
        ("confirm", json!({ "confirm": "bob", "reason": "x" })),
        ("reason", json!({ "confirm": "ada", "reason": " " })),
    ] {
        assert_eq!(service.wrong_field("/credits/ada/forget", body).await, field);
    }
    let nobody = service.refused("/credits/bob/forget", json!({ "confirm": "bob", "reason": "x" })).await;
    assert_eq!(nobody, (404, "account_not_found".to_owned()));
    assert_eq!(keys.open("ada", &sealed).await.unwrap(), b"a prompt");
}
