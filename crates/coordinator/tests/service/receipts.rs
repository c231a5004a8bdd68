//! Anyone gets a receipt for any entry, and it holds without the coordinator.

use crate::fixture::Service;
use edgecoder_ledger::{Policy, Receipt, receipt::Proven};
use reqwest::StatusCode;

fn policy(service: &Service) -> Policy {
    format!("log {}\nquorum none\n", service.store.log_verifier_key()).parse().unwrap()
}

#[tokio::test]
async fn every_entry_of_a_task_has_a_receipt_that_holds_offline() {
    let service = Service::begin().await;
    let name = service.submitted("t").await;
    let task = service.task(&name).await;
    let positions: Vec<u64> = task["positions"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    assert_eq!(positions.first(), task["position"].as_u64().as_ref());
    let policy = policy(&service);
    let mut kinds = Vec::new();
    for position in positions {
        let answer = service.client.get(format!("{}/receipt/{position}", service.base())).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
        let receipt = Receipt::parse(&answer.bytes().await.unwrap()).unwrap();
        let Proven { entry, verdict } = receipt.open(&policy).unwrap();
        assert_eq!((entry.position, entry.stream), (position, format!("task-{name}").as_str()));
        assert!(verdict.checkpoint.size > position);
        kinds.push(entry.kind.to_owned());
    }
    assert_eq!(kinds, ["task.submitted", "task.planned"]);
}

#[tokio::test]
async fn an_entry_that_was_recorded_just_now_waits_for_its_checkpoint() {
    let service = Service::begin().await;
    service.submitted("t").await;
    let newest = service.store.head().size - 1;
    assert!(service.store.tiles().published().is_none_or(|it| it.checkpoint.size <= newest));
    let answer = service.client.get(format!("{}/receipt/{newest}", service.base())).send().await.unwrap();
    let receipt = Receipt::parse(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(receipt.open(&policy(&service)).unwrap().entry.position, newest);
}

#[tokio::test]
async fn what_is_not_in_the_log_has_no_receipt() {
    let service = Service::begin().await;
    for position in [service.store.head().size, u64::MAX] {
        let answer = service.client.get(format!("{}/receipt/{position}", service.base())).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let answer = service.client.get(format!("{}/receipt/first", service.base())).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}
