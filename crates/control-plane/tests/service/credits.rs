//! Accounts are opened, filled in development, and looked at.

use crate::fixture::Service;
use edgecoder_service_kit::callers::MAX_ACCOUNT_TOKENS;
use edgecoder_testkit::hear;
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
    let balance = service.done("/credits/ada/faucet", json!({ "credits": 100 })).await;
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
async fn a_gift_that_is_asked_for_again_with_its_key_is_given_once() {
    let service = Service::begin().await;
    service.opened("ada").await;
    let gives = async |credits: u64, key: &str| {
        let request = service.nobody_posts("/credits/ada/faucet", &json!({ "credits": credits }));
        hear(request.bearer_auth(service.operator.expose()).header("Idempotency-Key", key)).await
    };
    let first = gives(5, "a").await;
    assert_eq!((first.status, &first.body["availableMicroCredits"]), (StatusCode::OK, &json!(5 * MICRO)));
    assert_eq!(gives(5, "a").await.body, first.body, "the same answer");
    let other = gives(6, "a").await;
    assert_eq!((other.status, &other.body["error"]), (StatusCode::CONFLICT, &json!("idempotency_conflict")));
    assert_eq!(gives(5, "b").await.body["availableMicroCredits"], 10 * MICRO);
    assert_eq!(gives(5, "").await.body["field"], "Idempotency-Key");
    let balance = service.seen("/credits/ada/balance").await;
    assert_eq!(balance["availableMicroCredits"], 10 * MICRO, "what is remembered is what is recorded");
}

#[tokio::test]
async fn what_was_issued_is_the_sum_of_all_accounts() {
    let service = Service::begin().await;
    for (account, credits) in [("ada", 5), ("bob", 7)] {
        service.opened(account).await;
        service.done(&format!("/credits/{account}/faucet"), json!({ "credits": credits })).await;
    }
    let totals = service.seen("/credits/totals").await;
    assert_eq!((&totals["issuedMicroCredits"], &totals["balanced"]), (&json!(12 * MICRO), &json!(true)));
    assert_eq!((&totals["availableMicroCredits"], &totals["reservedMicroCredits"]), (&json!(12 * MICRO), &json!(0)));
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
    assert_eq!(hear(faucet).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_the_others_stay_good() {
    let service = Service::begin().await;
    let kept = service.opened("ada").await;
    service.clock.advance_ms(1);
    let lost = service.done("/credits/accounts?newToken=true", json!({ "accountId": "ada" })).await;
    let (lost, lost_id) = (lost["token"].as_str().unwrap(), lost["tokenId"].as_str().unwrap());
    let as_ada = |token: &str, path: &str| service.nobody_gets(path).bearer_auth(token);
    let listed = hear(as_ada(&kept, "/credits/ada/tokens")).await.body;
    assert_eq!((&listed["tokens"][0]["tokenId"], listed["tokens"].as_array().unwrap().len()), (&json!(lost_id), 2));

    let revoke = |token: &str| {
        let path = format!("/credits/ada/tokens/{lost_id}/revoke");
        hear(service.nobody_posts(&path, &Value::Null).bearer_auth(token))
    };
    assert_eq!(revoke(&kept).await.status, StatusCode::NO_CONTENT);
    let refused = hear(as_ada(lost, "/credits/ada/balance")).await;
    assert_eq!((refused.status, &refused.body["error"]), (StatusCode::UNAUTHORIZED, &json!("token_unknown")));
    assert_eq!(hear(as_ada(&kept, "/credits/ada/balance")).await.status, StatusCode::OK);
    assert_eq!(revoke(&kept).await.body["error"], "token_not_found");
    assert_eq!(service.seen("/credits/ada/tokens").await["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_are_looked_after_by_their_owner_and_by_operators_only() {
    let service = Service::begin().await;
    let (_ada, eve) = (service.opened("ada").await, service.opened("eve").await);
    let id = service.seen("/credits/ada/tokens").await["tokens"][0]["tokenId"].as_str().unwrap().to_owned();
    let path = format!("/credits/ada/tokens/{id}/revoke");
    for request in [service.nobody_gets("/credits/ada/tokens"), service.nobody_posts(&path, &Value::Null)] {
        let heard = hear(request.bearer_auth(&eve)).await;
        assert_eq!((heard.status, &heard.body["error"]), (StatusCode::NOT_FOUND, &json!("account_not_found")));
    }
    assert_eq!(service.refused("/credits/eve/tokens/none/revoke", Value::Null).await.1, "token_not_found");
    assert_eq!(service.post(&path, Value::Null).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_account_has_no_more_tokens_than_one_can_look_after() {
    let service = Service::begin().await;
    service.opened("ada").await;
    let again = json!({ "accountId": "ada" });
    for _ in 1..MAX_ACCOUNT_TOKENS {
        service.done("/credits/accounts?newToken=true", again.clone()).await;
    }
    let refused = service.refused("/credits/accounts?newToken=true", again).await;
    assert_eq!(refused, (409, "too_many_tokens".to_owned()));
}
