//! A watched task is told event by event, and whoever was cut off reads on where the stream broke.

use crate::{fixture::Service, machine::Machine};
use std::time::Duration;

/// What does not come in so long does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// The ids and kinds of a task's events after `seen`, read until the stream ends with the task.
async fn watched(service: &Service, seen: Option<u64>) -> Vec<(u64, String)> {
    let mut request = service.client.get(format!("{}/tasks/t/events", service.base())).bearer_auth(service.ada());
    if let Some(seen) = seen {
        request = request.header("last-event-id", seen);
    }
    let text = request.send().await.unwrap().text().await.unwrap();
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().to_owned()
    };
    let blocks = text.split("\n\n").filter(|block| block.contains("id:"));
    blocks.map(|block| (field(block, "id:").parse().unwrap(), field(block, "event:"))).collect()
}

#[tokio::test]
async fn a_stream_that_broke_goes_on_after_the_last_event_that_was_seen() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let live = watched(&service, None);
    let work = async {
        let leased = machine.pulls().await.unwrap();
        machine.posts("/result", &machine.result(&leased, 1)).await
    };
    let (whole, _accepted) = tokio::join!(live, work);
    let kinds: Vec<_> = whole.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"task.submitted"));
    assert_eq!(kinds.last(), Some(&"task.completed"));
    assert!(whole.is_sorted_by(|one, next| one.0 < next.0), "{whole:?}");
    for (place, (seen, _)) in whole.iter().enumerate() {
        assert_eq!(watched(&service, Some(*seen)).await, whole[place + 1..]);
    }
}

#[tokio::test]
async fn who_watches_hears_the_end_when_the_coordinator_stops() {
    let service = Service::begin().await;
    service.submitted("t").await;
    let request = service.client.get(format!("{}/tasks/t/events", service.base())).bearer_auth(service.ada());
    let mut news = request.send().await.unwrap();
    assert!(news.chunk().await.unwrap().is_some(), "what happened before is told first");
    service.stop.cancel();
    let ends = async { while news.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(PATIENCE, ends).await.unwrap();
}

#[tokio::test]
async fn metrics_tell_what_waits_and_how_far_behind_the_answers_are() {
    let service = Service::begin().await;
    service.submitted("t").await;
    service.task("t").await;
    service.clock.advance_ms(700);
    let metrics = service.client.get(format!("{}/metrics", service.base())).send().await.unwrap().text().await.unwrap();
    let entries = service.store.head().size;
    for line in [
        "edgecoder_coordinator_subtasks_waiting 1".to_owned(),
        "edgecoder_coordinator_subtasks_leased 0".to_owned(),
        "edgecoder_coordinator_oldest_waiting_milliseconds 700".to_owned(),
        "edgecoder_coordinator_machines_online 0".to_owned(),
        format!("edgecoder_coordinator_ledger_entries {entries}"),
        "edgecoder_coordinator_projection_lag_events{projection=\"task_board\"} 0".to_owned(),
    ] {
        assert!(metrics.lines().any(|said| said == line), "{line} is not in:\n{metrics}");
    }
}

#[tokio::test]
async fn a_diary_is_read_of_a_machine_that_is_there_and_of_no_other() {
    let service = Service::begin().await;
    let _registered = Machine::registered(&service, "m", "bob").await;
    let read = async |name: &str| {
        let heard = service.get_as(service.operator(), &format!("/agent/diagnostics/{name}")).await;
        (heard.status.as_u16(), heard.body["error"].as_str().map(str::to_owned))
    };
    assert_eq!(read("m").await, (200, None));
    assert_eq!(read("nosuch").await, (404, Some("agent_not_found".to_owned())));
}
