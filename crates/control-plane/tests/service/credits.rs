//! Accounts are opened, filled in development, and looked at.

use crate::fixture::{Service, hear};
use reqwest::StatusCode;
use serde_json::{Value, json};

const MICRO: u64 = 1_000_000;

#[tokio::test]
async fn an_account_is_opened_once_and_gets_further_tokens_on_request_only() {
    let service = Service::begin().await;
    let first = service.opened("ada").await;
    let again = json!({ "accountId": "ada" });
    assert_eq!(service.refused("/credits/accounts", again.clone()).await, (409, "account_exists".to_owned()));
    let second = service.done("/credits/accounts?newToken=true", again).await["token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    for token in [first, second] {
        let heard = hear(service.nobody_gets("/credits/ada/balance").bearer_auth(token)).await;
        assert_eq!((heard.status, &heard.body["availableMicroCredits"]), (StatusCode::OK, &json!(0)));
    }
    assert_eq!(service.wrong_field("/credits/accounts", json!({ "accountId": "a b" })).await, "accountId");
}

#[tokio::test]
async fn the_faucet_fills_an_account_and_the_books_show_it() {
    let service = Service::begin().await;
    service.opened("ada").await;
    let balance = service.done("/credits/ada/faucet", json!({ "credits": 5 })).await;
    assert_eq!(balance["availableMicroCredits"], 5 * MICRO);
    let balance = service.done("/credits/ada/faucet", json!({ "credits": null })).await;
    assert_eq!(balance["availableMicroCredits"], 105 * MICRO);
    assert_eq!(service.seen("/credits/ada/balance").await, balance);

    let first = service.seen("/credits/ada/history?limit=1").await;
    assert_eq!(first["movements"][0]["availableDelta"], 100 * MICRO);
    assert_eq!(first["movements"][0]["kind"], "issued");
    assert_eq!(first["movements"][0]["position"], balance["position"]);
    let rest = service.seen(&format!("/credits/ada/history?before={}", first["next"])).await;
    assert_eq!((&rest["movements"][0]["availableDelta"], &rest["next"]), (&json!(5 * MICRO), &Value::Null));
    assert_eq!(rest["movements"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_faucet_has_bounds_and_can_be_shut() {
    let service = Service::begin().await;
    service.opened("ada").await;
    for credits in [0, 10_001] {
        assert_eq!(service.wrong_field("/credits/ada/faucet", json!({ "credits": credits })).await, "credits");
    }
    let nobody = service.refused("/credits/nobody/faucet", json!({ "credits": 1 })).await;
    assert_eq!(nobody, (404, "account_not_found".to_owned()));

    let production = Service::begin_with(false).await;
    production.opened("ada").await;
    let refused = production.refused("/credits/ada/faucet", json!({ "credits": 1 })).await;
    assert_eq!(refused, (403, "faucet_disabled".to_owned()));
    assert_eq!(production.seen("/credits/ada/balance").await["availableMicroCredits"], 0);
}

#[tokio::test]
async fn other_peoples_accounts_look_like_none() {
    let service = Service::begin().await;
    service.opened("ada").await;
    let bob = service.opened("bob").await;
    for path in ["/credits/ada/balance", "/credits/ada/history", "/credits/nobody/balance"] {
        let heard = hear(service.nobody_gets(path).bearer_auth(&bob)).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::NOT_FOUND, &json!("account_not_found")));
    }
    let faucet = service.nobody_posts("/credits/bob/faucet", &json!({ "credits": 1 })).bearer_auth(&bob);
    assert_eq!(hear(faucet).await.status, StatusCode::UNAUTHORIZED);
}
