//! What was sealed for an account that was forgotten is gone, and says so.

use crate::{
    fixture::{GIVEN, Service},
    machine::Machine,
};
use edgecoder_events::{Actor, Event};
use edgecoder_wire::work::Pull;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn the_content_of_a_forgotten_account_is_gone_for_everybody_and_its_new_tasks_are_not() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("old").await;
    let leased = machine.pulls().await.unwrap();
    machine.posts("/result", &machine.result(&leased, 1)).await;
    assert_eq!(service.task("old").await["state"], "completed");
    service.store.subject_keys().destroy("ada", "she left", Actor::operator("t")).await.unwrap().unwrap();

    let gone = async |token: &str| {
        let heard = service.get_as(token, "/tasks/old").await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::GONE, &json!("content_forgotten")));
    };
    gone(service.ada()).await;
    gone(service.operator()).await;
    service.submitted("new").await;
    assert_eq!(service.task("new").await["taskId"], "new");
    gone(service.ada()).await;
    let listed = service.get_as(service.ada(), "/tasks").await;
    assert_eq!(listed.body["tasks"].as_array().unwrap().len(), 2, "what was paid stays on the books");
}

#[tokio::test]
async fn a_task_that_was_sealed_just_before_its_owner_was_forgotten_is_cancelled_and_costs_nothing() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("raced").await;
    service.store.subject_keys().destroy("ada", "she left", Actor::operator("t")).await.unwrap().unwrap();
    let heard = machine.posts("/pull", &Pull { agent_id: machine.id.clone(), wait_ms: 0 }).await;
    assert_eq!((heard.status, &heard.body["subtask"]), (StatusCode::OK, &json!(null)));
    service.awaits(|it| matches!(it, Event::TaskCancelled(it) if it.task.as_str() == "raced")).await;
    assert_eq!(service.wallet("ada").await, (GIVEN, 0));
}
