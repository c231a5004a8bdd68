//! Is it recorded what became of our own transaction, also where its block goes away?

use crate::{
    anchors::{anchors, recorded},
    fixture::{ORIGIN, Service, Watch},
};
use axum::{Json, Router, extract::State, http::HeaderMap, routing::put};
use edgecoder_coordinator::{AnchorServiceClient, AnchorSettings, Carrier};
use edgecoder_events::{BitcoinHash, Event};
use edgecoder_wire::anchors::{Carried, CarriedBy, CarriedIn};
use reqwest::StatusCode;
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

const TOKEN: &str = "the service's own";
const FIRST: BitcoinHash = BitcoinHash([1; 32]);
const OTHER: BitcoinHash = BitcoinHash([2; 32]);

/// What the service with the wallet says of every checkpoint.
type Said = Arc<Mutex<Carried>>;

async fn say(State(said): State<Said>, headers: HeaderMap) -> Result<Json<Carried>, StatusCode> {
    let is_ours = headers.get("authorization").is_some_and(|it| it == &format!("Bearer {TOKEN}"));
    if is_ours { Ok(Json(said.lock().unwrap().clone())) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn anchor_service(said: &Said) -> AnchorServiceClient {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let pages = Router::new().route("/anchors/{checkpoint}", put(say).get(say)).with_state(Arc::clone(said));
    tokio::spawn(async move { axum::serve(listener, pages).await });
    AnchorServiceClient::new(base.parse().unwrap(), TOKEN.to_owned().into()).unwrap()
}

fn in_block(block: BitcoinHash, confirmed: bool) -> CarriedIn {
    // "proof", in base64.
    CarriedIn { height: 800, block, confirmed, proof: "cHJvb2Y=".into(), evidence: "{}".into() }
}

#[tokio::test]
async fn a_transaction_is_recorded_from_its_sending_through_another_block_to_its_sixth() {
    let transaction = Some(CarriedBy { id: BitcoinHash([7; 32]), fee_sat: 312 });
    let said: Said = Arc::new(Mutex::new(Carried { transaction, block: None }));
    let carrier = Carrier::Service(anchor_service(&said).await);
    let anchors_by = AnchorSettings { carrier, every: Duration::from_millis(20) };
    let service = Service::begin_watched(ORIGIN, Watch { anchors: Some(anchors_by), ..Watch::default() }).await;
    recorded(&service, "anchor.broadcast", 1).await;
    let steps = [
        (Some(in_block(FIRST, false)), "anchor.included", 1),
        (None, "anchor.orphaned", 1),
        (Some(in_block(OTHER, false)), "anchor.included", 2),
        (Some(in_block(OTHER, true)), "anchor.confirmed", 1),
    ];
    for (block, kind, count) in steps {
        said.lock().unwrap().block = block;
        recorded(&service, kind, count).await;
    }
    let [anchor] = anchors(&service).await.try_into().unwrap();
    assert_eq!((&anchor["state"], &anchor["block"]), (&"confirmed".into(), &OTHER.to_string().into()), "{anchor}");
    let name = anchor["checkpoint"].as_str().unwrap();
    let evidence = service.client.get(format!("{}/anchors/{name}.json", service.base())).send().await.unwrap();
    assert_eq!(evidence.text().await.unwrap(), "{}");
    let sent = service.log().await;
    let fees =
        sent.iter().filter_map(|it| if let Event::AnchorBroadcast(it) = &it.event { Some(it.fee_sat) } else { None });
    assert_eq!(fees.collect::<Vec<_>>(), [312, 312], "sent, and sent again after its block went away");
}
