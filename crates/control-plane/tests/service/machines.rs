//! Machines are enrolled, approved, refused and changed.

use crate::fixture::{Service, enrolment};
use edgecoder_domain::agent::{self, AgentCommand, RegisterAgent};
use edgecoder_events::{
    Actor, AgentId, NewEvent, PublicKey, StreamName,
    agent::{Capabilities, SandboxMode},
    node::AgentMode,
    task::Language,
};
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::Refusal,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn begin() -> Service {
    let service = Service::begin().await;
    service.opened("ada").await;
    service
}

fn names(page: &Value) -> Vec<&str> {
    page["agents"].as_array().unwrap().iter().map(|agent| agent["agentId"].as_str().unwrap()).collect()
}

/// What the coordinator records when the machine registers.
async fn register(service: &Service, name: &str) {
    let (id, key) = (AgentId::new(name).unwrap(), PublicKey([1; 32]));
    let wanted = RegisterAgent {
        signing_key: key,
        envelope_key: PublicKey([2; 32]),
        mode: AgentMode::SwarmOnly,
        capabilities: Capabilities {
            os: "linux".to_owned(),
            version: "0.1.0".to_owned(),
            client_type: "worker".to_owned(),
            max_concurrent_tasks: 2,
            sandbox: SandboxMode::Wasm,
            languages: vec![Language::Python],
            models: vec![],
        },
        proven_key: key,
    };
    let request = Request::new(Actor::agent(&id), [Subject::Agent(id.clone())]);
    let stream = StreamName::agent(&id);
    let registered = service.commands.run(request, |view| {
        let command = AgentCommand::Register(Box::new(wanted.clone()));
        let events = agent::decide(view.agent(&id), command, service.commands.clock().now())?;
        Ok::<_, Refusal>(NewEvent::all_in(&stream, events))
    });
    registered.await.unwrap();
}

#[tokio::test]
async fn an_enrolled_machine_is_pending_until_an_operator_says_yes() {
    let service = begin().await;
    service.enrolled("m1").await;
    let machine = service.seen("/agents/m1").await;
    assert_eq!((&machine["standing"], &machine["ownerAccountId"]), (&json!("pending"), &json!("ada")));
    assert_eq!((&machine["registered"], &machine["blacklisted"]), (&json!(false), &json!(false)));
    for _ in 0..2 {
        let heard = service.post("/agents/m1/approval", json!({ "approved": true })).await;
        assert_eq!(heard.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(service.seen("/agents/m1").await["standing"], "approved");
    service.done("/agents/m1/approval", json!({ "approved": false, "reason": "it is noisy" })).await;
    assert_eq!(service.seen("/agents/m1").await["standing"], "rejected");
    assert_eq!(service.wrong_field("/agents/m1/approval", json!({ "approved": false })).await, "reason");
}

#[tokio::test]
async fn only_the_newest_registration_token_of_a_machine_is_good() {
    let service = begin().await;
    let node = AgentId::new("m1").unwrap();
    let (first, second) = (service.enrolled("m1").await, service.enrolled("m1").await);
    let book = service.access.tokens();
    assert!(book.check_node(&node, Some(&first)).await.is_err());
    assert!(book.check_node(&node, Some(&second)).await.is_ok());
    assert!(first.starts_with("ec_node_"), "{first}");
}

#[tokio::test]
async fn a_machine_has_one_owner_and_the_owner_has_an_account() {
    let service = begin().await;
    service.opened("bob").await;
    let token = service.enrolled("m1").await;
    let refused = service.refused("/nodes/enroll", enrolment("m1", "bob")).await;
    assert_eq!(refused, (409, "node_owned_by_another".to_owned()));
    assert!(service.access.tokens().check_node(&AgentId::new("m1").unwrap(), Some(&token)).await.is_ok());
    let refused = service.refused("/nodes/enroll", enrolment("m2", "nobody")).await;
    assert_eq!(refused, (404, "account_not_found".to_owned()));
    assert_eq!(service.wrong_field("/nodes/enroll", enrolment("a name", "ada")).await, "nodeId");
}

#[tokio::test]
async fn lists_come_in_pages_by_name_and_by_standing() {
    let service = begin().await;
    for name in ["m1", "m2", "m3"] {
        service.enrolled(name).await;
    }
    let coordinator = json!({ "nodeId": "c1", "nodeKind": "coordinator", "ownerAccountId": "ada" });
    service.done("/nodes/enroll", coordinator).await;
    service.done("/agents/m2/approval", json!({ "approved": true })).await;

    assert_eq!(names(&service.seen("/nodes").await), ["c1", "m1", "m2", "m3"]);
    assert_eq!(names(&service.seen("/nodes?standing=approved").await), ["m2"]);
    let first = service.seen("/agents?limit=2").await;
    assert_eq!((names(&first), &first["next"]), (vec!["m1", "m2"], &json!("m2")));
    let rest = service.seen("/agents?limit=2&after=m2").await;
    assert_eq!((names(&rest), &rest["next"]), (vec!["m3"], &Value::Null));
    assert_eq!(service.get("/nodes?standing=great").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_mode_of_a_registered_machine_can_be_changed() {
    let service = begin().await;
    service.enrolled("m1").await;
    let mode = json!({ "mode": "ide-enabled" });
    let refused = service.refused("/agents/m1/mode", mode.clone()).await;
    assert_eq!(refused, (409, "agent_not_registered".to_owned()));
    service.done("/agents/m1/approval", json!({ "approved": true })).await;
    register(&service, "m1").await;
    service.done("/agents/m1/mode", mode).await;
    let machine = service.seen("/agents/m1").await;
    assert_eq!((&machine["mode"], &machine["registered"]), (&json!("ide-enabled"), &json!(true)));
    assert_eq!((&machine["os"], &machine["maxConcurrentTasks"]), (&json!("linux"), &json!(2)));
    assert_eq!(service.wrong_field("/agents/m1/mode", json!({ "mode": "all" })).await, "mode");
}

#[tokio::test]
async fn a_machine_that_nobody_enrolled_is_not_found() {
    let service = begin().await;
    assert_eq!(service.get("/agents/ghost").await.status, StatusCode::NOT_FOUND);
    let refused = service.refused("/agents/ghost/approval", json!({ "approved": true })).await;
    assert_eq!(refused, (404, "agent_not_found".to_owned()));
}

#[tokio::test]
async fn an_operator_says_for_an_owner_when_a_machine_asks_for_work() {
    let service = begin().await;
    service.enrolled("m1").await;
    let policy = json!({ "power": "mains", "hours": { "from": 22, "until": 6 }, "maxTasks": 2 });
    service.done("/agents/m1/power", policy.clone()).await;
    assert_eq!(service.seen("/agents/m1").await["powerPolicy"], policy);
    let refused = service.refused("/agents/m1/power", json!({ "power": "any", "maxTasks": 0 })).await;
    assert_eq!(refused, (400, "invalid_power_policy".to_owned()));
    service.done("/agents/m1/power", json!({ "power": "any" })).await;
    assert!(service.seen("/agents/m1").await["powerPolicy"].is_null(), "it asks always again");
    assert_eq!(service.wrong_field("/agents/m1/power", json!({ "power": "sun" })).await, "power");
}
