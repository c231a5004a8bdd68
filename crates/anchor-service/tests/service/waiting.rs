//! What does the service say while it waits for a node that does not answer?

use crate::fixture::{DAILY_CAP_SAT, Running};
use edgecoder_anchoring::chain::NodeRpc;
use reqwest::{Method, StatusCode};
use std::{net::Ipv4Addr, sync::Arc};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_wallet_is_shown_while_a_look_at_the_chain_lasts() {
    // Takes connections and never says a word: the first look is under way until its own deadline.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let node = format!("http://user:password@{}", silent.local_addr().unwrap());
    let node = NodeRpc::at(node.parse().unwrap(), None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let service = Running::of(&folder, Arc::new(node)).await;
    let (_asked, _) = silent.accept().await.unwrap();
    let shown = service.ask(Method::GET, service.operator(), "/wallet").await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    let wallet = shown.body;
    assert!(wallet["address"].as_str().unwrap().starts_with("bcrt1"), "{wallet:#}");
    assert_eq!((&wallet["scanning"], &wallet["spendableSat"]), (&true.into(), &0.into()), "{wallet:#}");
    assert_eq!((&wallet["dailyCapSat"], &wallet["network"]), (&DAILY_CAP_SAT.into(), &"regtest".into()));
    assert!(wallet["anchorFeeSat"].is_null() && wallet["lookedAtMs"].is_null(), "nobody said it yet: {wallet:#}");
    let health = service.ask(Method::GET, service.operator(), "/health").await;
    assert_eq!(health.status, StatusCode::OK, "a look that lasts is no failure: {health:?}");
}
