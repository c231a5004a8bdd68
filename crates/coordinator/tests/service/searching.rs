//! People search in their own tasks; what makes no sense is refused by the name of its field.

use crate::fixture::Service;
use edgecoder_events::{Actor, Position};
use edgecoder_projections::Question;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// Ends a test that would hang.
const PATIENCE: Duration = Duration::from_mins(2);

/// What ada finds, once everything that was recorded is searched.
async fn found(service: &Service, question: &str) -> Value {
    let newest = Position(service.store.head().size - 1);
    service.projections.wait_until(Question::TaskSearch, newest, PATIENCE).await.unwrap();
    let heard = service.get_as(service.ada(), &format!("/tasks?{question}")).await;
    assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
    heard.body
}

fn names(page: &Value) -> Vec<&str> {
    page["tasks"].as_array().unwrap().iter().map(|task| task["taskId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn tasks_are_found_by_their_words_and_read_on_page_by_page() {
    let service = Service::begin().await;
    for name in ["primes-1", "sorting", "primes-2"] {
        service.submitted(name).await;
    }
    let page = found(&service, "q=PRIMES").await;
    assert_eq!((names(&page), &page["next"]), (vec!["primes-2", "primes-1"], &Value::Null));
    assert_eq!(page["found"]["counts"], json!([{ "state": "queued", "tasks": 2 }]));
    assert_eq!(page["found"]["searched"], service.store.head().size);
    let first = found(&service, "q=primes&limit=1").await;
    assert_eq!(names(&first), ["primes-2"]);
    let before = first["next"].as_str().unwrap();
    assert_eq!(names(&found(&service, &format!("q=primes&limit=1&before={before}")).await), ["primes-1"]);
    assert_eq!(names(&found(&service, "q=main.py&work=program&language=python").await).len(), 3);
    let other = found(&service, "q=primes&state=completed").await;
    assert!(names(&other).is_empty());
    assert_eq!(other["found"]["counts"], json!([{ "state": "queued", "tasks": 2 }]), "the other states are counted");
    for nothing in ["q=factorials", "work=prompt", "agentId=m", "to=1", "q=primes&projectId=other"] {
        assert!(names(&found(&service, nothing).await).is_empty(), "{nothing}");
    }
    assert_eq!(found(&service, "state=queued").await["found"], Value::Null, "a plain list is none");
}

#[tokio::test]
async fn who_was_forgotten_leaves_nothing_to_be_found() {
    let service = Service::begin().await;
    service.submitted("old").await;
    assert_eq!(names(&found(&service, "q=old").await), ["old"]);
    service.store.subject_keys().destroy("ada", "she left", Actor::operator("t")).await.unwrap().unwrap();
    assert!(names(&found(&service, "q=old").await).is_empty());
    assert!(names(&found(&service, "from=0").await).is_empty());
    service.submitted("new").await;
    assert_eq!(names(&found(&service, "from=0").await), ["new"], "what came later has a new key");
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_refused_with_the_field() {
    let service = Service::begin().await;
    let long = "x".repeat(300);
    for (question, field) in [
        ("q=%20-%20", "q"),
        (&*format!("q={long}"), "q"),
        ("from=2&to=1", "from"),
        ("from=yesterday", "from"),
        ("work=sleep", "work"),
        ("language=cobol", "language"),
        ("agentId=a%20b", "agentId"),
        ("state=lost", "state"),
        ("colour=red", "colour"),
    ] {
        let heard = service.get_as(service.ada(), &format!("/tasks?{question}")).await;
        assert_eq!(heard.status, StatusCode::BAD_REQUEST, "{question}");
        assert_eq!(heard.body["field"], field, "{heard:?}");
    }
    let heard = service.get_as(service.operator(), "/tasks?q=primes").await;
    assert_eq!((heard.status, &heard.body["field"]), (StatusCode::BAD_REQUEST, &json!("q")), "{heard:?}");
}
