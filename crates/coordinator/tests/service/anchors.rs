//! Is a checkpoint dated once, until a proof leads to a block, and does idling cost nothing?

use crate::fixture::{ORIGIN, Service, Watch};
use edgecoder_anchoring::{
    calendar::{CalendarSettings, Calendars},
    ots::{Attestation, DetachedTimestamp, Timestamp},
};
use edgecoder_coordinator::{AnchorSettings, Carrier};
use edgecoder_events::Position;
use edgecoder_projections::Question;
use edgecoder_testkit::ScriptedCalendar;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const HEIGHT: u32 = 800;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

async fn service_dated_by(calendar: &ScriptedCalendar) -> Service {
    let servers = vec![calendar.url().parse().unwrap()];
    let calendars = Calendars::new(CalendarSettings { servers, enough: 1, trusted: vec![] }).unwrap();
    // The clock of the test stands still, so that this is only how often anchors are looked after.
    let anchors = AnchorSettings { carrier: Carrier::Calendars(calendars), every: Duration::from_millis(20) };
    Service::begin_watched(ORIGIN, Watch { anchors: Some(anchors), ..Watch::default() }).await
}

/// Waits until an event of this kind is recorded for the `count`th time, and the list shows it.
pub async fn recorded(service: &Service, kind: &str, count: usize) {
    let (mut follower, mut found) = (service.store.follow(Position(0)), 0);
    loop {
        for recorded in follower.next_batch().await.unwrap().iter() {
            found += usize::from(recorded.event.kind() == kind);
            if found == count {
                let all = &service.projections;
                return all.wait_until(Question::Anchors, recorded.position, Duration::from_mins(1)).await.unwrap();
            }
        }
    }
}

fn keep_promises(calendar: &ScriptedCalendar) {
    let kept = Timestamp::of(Attestation::Bitcoin { height: HEIGHT.into() }).to_bytes();
    for promise in calendar.open_promises() {
        calendar.keep_promise(&promise, kept.clone());
    }
}

pub async fn anchors(service: &Service) -> Vec<Value> {
    let heard = service.get_as("nobody", "/anchors").await;
    assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
    heard.body["anchors"].as_array().unwrap().clone()
}

async fn file(service: &Service, name: &str) -> (StatusCode, Vec<u8>) {
    let answer = service.client.get(format!("{}/anchors/{name}", service.base())).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

async fn ask(service: &Service) -> Value {
    let heard = service.post_as(service.operator(), "/anchors", &json!({})).await;
    assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
    heard.body["checkpoint"].clone()
}

#[tokio::test]
async fn a_checkpoint_is_dated_by_calendars_until_its_proof_leads_to_a_block() {
    let calendar = ScriptedCalendar::start().await.unwrap();
    calendar.fail_next(2);
    let service = service_dated_by(&calendar).await;
    recorded(&service, "anchor.promised", 1).await;
    let [anchor] = anchors(&service).await.try_into().unwrap();
    assert_eq!((&anchor["state"], &anchor["way"]), (&json!("promised"), &json!("open_timestamps")));
    keep_promises(&calendar);
    recorded(&service, "anchor.attested", 1).await;
    let [anchor] = anchors(&service).await.try_into().unwrap();
    assert_eq!((&anchor["state"], &anchor["height"]), (&json!("attested"), &json!(HEIGHT)));

    let name = anchor["checkpoint"].as_str().unwrap();
    let (_, note) = file(&service, &format!("{name}.checkpoint")).await;
    let (_, proof) = file(&service, &format!("{name}.ots")).await;
    let proof = DetachedTimestamp::parse(&proof).unwrap();
    assert!(proof.speaks_of(&note) && proof.first_block() == Some(HEIGHT));
    assert!(String::from_utf8(note).unwrap().contains(&format!("\n{}\n", anchor["size"])));
    let (status, shown) = file(&service, name).await;
    assert_eq!((status, serde_json::from_slice::<Value>(&shown).unwrap()), (StatusCode::OK, anchor.clone()));
    for none in [format!("{name}.json"), format!("{}.ots", "0".repeat(64)), "0".repeat(64), "x.ots".to_owned()] {
        assert_eq!(file(&service, &none).await.0, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn an_anchors_own_events_ask_for_no_other_and_something_new_does() {
    let calendar = ScriptedCalendar::start().await.unwrap();
    let service = service_dated_by(&calendar).await;
    recorded(&service, "anchor.promised", 1).await;
    let before = anchors(&service).await[0]["size"].as_u64().unwrap();
    // Ada's wallet may have been opened after the first checkpoint.
    if service.log().await.iter().any(|it| it.position.0 >= before && !it.event.kind().starts_with("anchor.")) {
        assert_ne!(ask(&service).await, Value::Null);
        recorded(&service, "anchor.promised", 2).await;
    }
    keep_promises(&calendar);
    let asked = anchors(&service).await.len();
    recorded(&service, "anchor.attested", asked).await;
    let size = service.store.head().size;
    service.clock.advance_ms(DAY_MS);
    assert_eq!(ask(&service).await, Value::Null, "nothing happened but the dating of what was there");
    assert_eq!(service.store.head().size, size, "idling costs nothing");
    service.submitted("news").await;
    // The day is over, so that nobody needs to ask.
    recorded(&service, "anchor.promised", asked + 1).await;
}

#[tokio::test]
async fn nobody_is_asked_where_no_calendar_is_configured() {
    let service = Service::begin().await;
    let heard = service.post_as(service.operator(), "/anchors", &json!({})).await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(heard.body["detail"].as_str().unwrap().contains("ANCHOR_CALENDARS"), "{heard:?}");
    assert!(anchors(&service).await.is_empty());
}
