//! Who may ask what.

use crate::fixture::{NOBODY, PATIENT, Service, hear, ollama};
use reqwest::StatusCode;
use serde_json::{Value, json};

const POSTS: [&str; 3] = ["/decompose", "/escalate", "/model/swap"];
const GETS: [&str; 3] = ["/model/status", "/model/list", "/model/pull/progress"];

#[tokio::test]
async fn strangers_may_ask_for_health_and_metrics_only() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    let posts = POSTS.map(|path| service.nobody_posts(path, &Value::Null));
    let gets = GETS.map(|path| service.nobody_gets(path));
    for request in posts.into_iter().chain(gets) {
        let heard = hear(request).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::UNAUTHORIZED, &json!("token_required")));
    }
    let health = hear(service.nobody_gets("/health")).await;
    assert_eq!((health.status, &health.body["service"]), (StatusCode::OK, &json!("inference")));
    assert!(service.metrics().await.ends_with("# EOF\n"));
}

#[tokio::test]
async fn the_administrator_steers_models_but_does_not_speak_for_a_service() {
    let service = Service::begin(ollama(NOBODY), PATIENT).await;
    for path in ["/decompose", "/escalate"] {
        let heard = hear(service.as_operator(service.nobody_posts(path, &Value::Null))).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::FORBIDDEN, &json!("token_wrong_role")));
    }
    for caller in [Service::as_operator, Service::as_service] {
        let heard = hear(caller(&service, service.nobody_gets("/model/status"))).await;
        assert_eq!(heard.status, StatusCode::OK);
    }
}
