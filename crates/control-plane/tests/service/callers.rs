//! Who may ask what.

use crate::fixture::Service;
use edgecoder_testkit::hear;
use reqwest::StatusCode;
use serde_json::{Value, json};

const POSTS: [&str; 8] = [
    "/nodes/enroll",
    "/agents/m1/approval",
    "/agents/m1/mode",
    "/agents/m1/power",
    "/security/blacklist",
    "/security/blacklist/m1/lift",
    "/credits/accounts",
    "/credits/ada/faucet",
];
const GETS: [&str; 7] = [
    "/agents",
    "/agents/m1",
    "/nodes",
    "/security/blacklist",
    "/security/blacklist/audit",
    "/credits/ada/balance",
    "/credits/ada/history",
];

#[tokio::test]
async fn strangers_may_ask_for_health_and_metrics_only() {
    let service = Service::begin().await;
    let posts = POSTS.map(|path| service.nobody_posts(path, &Value::Null));
    let gets = GETS.map(|path| service.nobody_gets(path));
    for request in posts.into_iter().chain(gets) {
        let heard = hear(request).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::UNAUTHORIZED, &json!("token_required")));
    }
    let health = hear(service.nobody_gets("/health")).await;
    assert_eq!((health.status, &health.body["ok"]), (StatusCode::OK, &json!(true)));
    let metrics = service.nobody_gets("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("service=\"control-plane\",method=\"POST\",route=\"/nodes/enroll\",status=\"401\""));
}
