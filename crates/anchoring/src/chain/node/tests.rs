use super::*;
use crate::{
    Network,
    chain::{WrongNetwork, expect_network},
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing,
};
use bitcoin::{absolute::LockTime, transaction::Version};

/// The base64 of `user:secret`.
const AUTHORIZATION: &str = "Basic dXNlcjpzZWNyZXQ=";

/// A node that refuses every transaction with one code, and has the first block of regtest alone.
async fn node(refusal: i64, access: RpcAccess) -> NodeRpc {
    let pages = Router::new().route("/", routing::post(answer)).with_state(refusal);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, pages).await });
    NodeRpc::new(&url.parse().unwrap(), access).unwrap()
}

async fn answer(
    State(refusal): State<i64>,
    headers: HeaderMap,
    Json(question): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    if headers.get("authorization").is_none_or(|given| given != AUTHORIZATION) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let code = match question["method"].as_str() {
        Some("sendrawtransaction") => refusal,
        Some("getblockhash") if question["params"] == json!([0]) => {
            return Ok(Json(json!({ "result": Network::Regtest.genesis_hash().to_string(), "error": null })));
        }
        Some("getblockhash") => OUT_OF_RANGE,
        Some("getrawtransaction") => NOT_FOUND,
        Some("estimatesmartfee") => return Ok(Json(json!({ "result": { "feerate": 0.000_123_45 }, "error": null }))),
        _ => UNKNOWN_METHOD,
    };
    Ok(Json(json!({ "result": null, "error": { "code": code, "message": "no\u{1b}[2J" } })))
}

fn password() -> RpcAccess {
    RpcAccess::Password { user: "user".to_owned(), password: "secret".to_owned().into() }
}

fn transaction() -> Transaction {
    Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input: Vec::new(), output: Vec::new() }
}

#[tokio::test]
async fn a_transaction_is_given_up_for_its_own_faults_and_not_for_the_nodes() {
    let rejected = node(-26, password()).await.broadcast(&transaction()).await;
    assert_eq!(rejected, Ok(Broadcast::Rejected("no [2J".to_owned())));
    let starting = node(-28, password()).await.broadcast(&transaction()).await;
    assert!(matches!(starting, Err(ChainError::Refused { code: -28, .. })), "{starting:?}");
}

#[tokio::test]
async fn above_the_tip_there_is_no_block() {
    assert_eq!(node(0, password()).await.hash_at(9).await, Ok(None));
}

#[tokio::test]
async fn bitcoins_for_a_thousand_bytes_become_satoshi_for_one() {
    assert_eq!(node(0, password()).await.fee_rate(6).await, Ok(Some(SatPerVbyte(13))));
}

#[tokio::test]
async fn the_cookie_of_the_node_opens_it_and_a_wrong_password_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".cookie");
    std::fs::write(&path, "user:secret\n").unwrap();
    assert_eq!(node(0, RpcAccess::CookieFile(path)).await.hash_at(9).await, Ok(None));
    let missing = RpcAccess::CookieFile(folder.path().join("none"));
    assert_eq!(node(0, missing).await.hash_at(9).await, Err(ChainError::NoCookie));
    let wrong = RpcAccess::Password { user: "user".to_owned(), password: "other".to_owned().into() };
    assert_eq!(node(0, wrong).await.hash_at(9).await, Err(ChainError::AccessRefused));
}

#[tokio::test]
async fn a_node_of_another_network_is_named_with_the_one_that_was_asked_for() {
    let node = node(0, password()).await;
    assert_eq!(expect_network(&node, Network::Regtest).await, Ok(()));
    let told = expect_network(&node, Network::Bitcoin).await.unwrap_err();
    assert_eq!(told, WrongNetwork::Another { expected: Network::Bitcoin, found: Network::Regtest });
    assert!(told.to_string().contains("bitcoin was asked for, and the chain is regtest"), "{told}");
}
