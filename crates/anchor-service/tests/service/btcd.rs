//! A checkpoint gets into a block of a real node, once, for those who may ask.

use crate::fixture::{DAILY_CAP_SAT, House};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use edgecoder_anchoring::{evidence::AnchorEvidence, ots::DetachedTimestamp};
use reqwest::{Method, StatusCode};

const CHECKPOINT: &str = "0909090909090909090909090909090909090909090909090909090909090909";

#[tokio::test]
async fn a_checkpoint_is_carried_once_and_confirmed_at_six_blocks_with_what_proves_it() {
    let Some(house) = House::with_a_node().await else { return };
    let service = house.open().await;
    let sent = service.carried(CHECKPOINT, |it| it.transaction.is_some()).await.transaction.unwrap();
    service.end().await;
    let service = house.open().await;
    assert_eq!(service.wanted(CHECKPOINT).await.transaction.unwrap(), sent, "the second start sends nothing else");
    house.btcd.mine(5).await.unwrap();
    let included = service.carried(CHECKPOINT, |it| it.block.is_some()).await.block.unwrap();
    assert!(!included.confirmed && included.height == 451, "{included:?}");
    house.btcd.mine(1).await.unwrap();
    let confirmed = service.carried(CHECKPOINT, |it| it.block.as_ref().is_some_and(|it| it.confirmed)).await;
    let block = confirmed.block.unwrap();
    assert_eq!((block.block, confirmed.transaction.unwrap()), (included.block, sent));
    let proof = DetachedTimestamp::parse(&STANDARD.decode(block.proof).unwrap()).unwrap();
    assert_eq!(proof.first_block(), Some(451));
    let evidence: AnchorEvidence = serde_json::from_str(&block.evidence).unwrap();
    assert!(evidence.check().is_ok() && evidence.commitment.to_string() == CHECKPOINT);
    service.end().await;
}

#[tokio::test]
async fn only_our_own_services_spend_and_at_a_bounded_pace() {
    let Some(house) = House::with_a_node().await else { return };
    let service = house.open().await;
    let path = format!("/anchors/{CHECKPOINT}");
    let refused = service.ask(Method::PUT, service.operator(), &path).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    assert_eq!(service.ask(Method::GET, service.own(), "/wallet").await.status, StatusCode::FORBIDDEN);
    assert_eq!(service.ask(Method::GET, service.own(), &path).await.status, StatusCode::NOT_FOUND);

    let new = |number: u8| format!("{number:02x}").repeat(32);
    for number in 0..12 {
        service.wanted(&new(number)).await;
    }
    let thirteenth = service.ask(Method::PUT, service.own(), &format!("/anchors/{}", new(12))).await;
    assert_eq!(thirteenth.status, StatusCode::TOO_MANY_REQUESTS, "{thirteenth:?}");
    service.wanted(&new(3)).await;

    // What the desk answers comes between two looks; the fee is known after the first.
    let wallet = loop {
        service.wanted(&new(3)).await;
        let wallet = service.ask(Method::GET, service.operator(), "/wallet").await.body;
        if !wallet["lookedAtMs"].is_null() && wallet["scanning"] == false {
            break wallet;
        }
    };
    assert_eq!((&wallet["network"], &wallet["dailyCapSat"]), (&"regtest".into(), &DAILY_CAP_SAT.into()));
    assert!(wallet["address"].as_str().unwrap().starts_with("bcrt1") && wallet["anchorFeeSat"].as_u64() > Some(0));
    service.end().await;
}
