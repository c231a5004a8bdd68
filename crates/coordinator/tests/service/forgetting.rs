//! What was sealed for an account that was forgotten is gone, and says so.

use crate::{fixture::Service, machine::Machine};
use edgecoder_events::Actor;
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
