use super::*;
use crate::Network;
use axum::{Router, extract::Path, http::StatusCode, routing};
use bitcoin::{absolute::LockTime, consensus::serialize, constants::genesis_block, transaction::Version};

fn genesis() -> Block {
    genesis_block(bitcoin::Network::Regtest)
}

/// A server that has one block and takes no transaction.
async fn server() -> Esplora {
    let hash = genesis().block_hash();
    let header = serialize_hex(&genesis().header);
    let pages = Router::new()
        .route("/api/blocks/tip/height", routing::get("0"))
        .route(
            "/api/block-height/{height}",
            routing::get(move |Path(height): Path<u32>| async move {
                if height == 0 { (StatusCode::OK, hash.to_string()) } else { (StatusCode::NOT_FOUND, "none".into()) }
            }),
        )
        .route(&format!("/api/block/{hash}/header"), routing::get(|| async { header }))
        .route(&format!("/api/block/{hash}/raw"), routing::get(|| async { serialize(&genesis()) }))
        .route("/api/fee-estimates", routing::get(r#"{"1":20.1,"6":8.3,"144":1.0,"1008":0.4}"#))
        .route("/api/tx/{id}/status", routing::get((StatusCode::NOT_FOUND, "none")))
        .route("/api/tx", routing::post((StatusCode::BAD_REQUEST, "min relay fee\u{1b}[2J not met")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, pages).await });
    Esplora::new(&url.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn blocks_are_found_by_height_and_hash() {
    let server = server().await;
    let hash = Network::Regtest.genesis_hash();
    assert_eq!(server.tip().await, Ok(KnownBlock { height: 0, hash }));
    assert_eq!(server.hash_at(1).await, Ok(None));
    assert_eq!(server.header(hash).await, Ok(genesis().header));
    assert_eq!(server.block(hash).await, Ok(genesis()));
}

#[tokio::test]
async fn the_fee_is_that_of_the_longest_wait_within_what_was_asked() {
    let server = server().await;
    assert_eq!(server.fee_rate(1).await, Ok(Some(SatPerVbyte(21))));
    assert_eq!(server.fee_rate(100).await, Ok(Some(SatPerVbyte(9))));
    assert_eq!(server.fee_rate(2000).await, Ok(Some(SatPerVbyte(1))));
    assert_eq!(server.fee_rate(0).await, Ok(None));
}

#[tokio::test]
async fn a_rejection_says_why_in_words_that_a_terminal_may_show() {
    let transaction =
        Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input: Vec::new(), output: Vec::new() };
    let rejected = server().await.broadcast(&transaction).await;
    assert_eq!(rejected, Ok(Broadcast::Rejected("min relay fee [2J not met".to_owned())));
}
