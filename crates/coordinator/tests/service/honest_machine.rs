//! A machine that is honest and fast stays in good standing, as its predecessor's did not: it was banned after 15 seconds.

use crate::{
    fixture::{GIVEN, ORIGIN, Service},
    machine::Machine,
};
use edgecoder_coordinator::{AGENT_SILENCE_MS, HEARTBEAT_INTERVAL_MS};
use edgecoder_events::{Clock, Event, Position};
use edgecoder_ledger::verify::{Expectations, StoredRow, Verdict, Verifier};
use edgecoder_wire::work::ResultAccepted;
use futures_util::TryStreamExt;
use reqwest::StatusCode;

const IDLE_MS: u64 = 10 * 60_000;
const TASKS: usize = 100;
const _: () = assert!(IDLE_MS > AGENT_SILENCE_MS, "who is silent for so long is noticed");
/// Each task takes the machine less than 50 ms.
const WORKED_MS: u64 = 20;

#[tokio::test]
async fn an_honest_fast_machine_stays_approved_and_is_paid_exactly() {
    let service = Service::begin().await;
    let honest = Machine::registered(&service, "honest", "bob").await;
    let gone = Machine::registered(&service, "gone", "bob").await;
    for _ in 0..IDLE_MS / HEARTBEAT_INTERVAL_MS {
        service.clock.advance_ms(HEARTBEAT_INTERVAL_MS);
        assert_eq!(honest.beats().await.status, StatusCode::OK);
    }
    // Who fell silent is noticed. So the ones who look have looked at the honest machine too.
    await_offline(&service, &gone).await;

    let mut paid = 0;
    for number in 0..TASKS {
        let task = service.submitted(&format!("task-{number}")).await;
        let leased = honest.pulls().await.expect("there is a task");
        assert_eq!(leased.task_id.as_str(), task);
        service.clock.advance_ms(WORKED_MS);
        let accepted: ResultAccepted = honest.told("/result", &honest.result(&leased, WORKED_MS)).await;
        paid += accepted.paid_micro_credits;
    }

    is_in_good_standing(&service, &honest).await;
    assert_eq!(paid, fair_pay(&service).await);
    assert_eq!(service.wallet("bob").await, (paid, 0));
    assert_eq!(service.wallet("ada").await, (GIVEN - paid, 0));
    the_log_verifies(&service).await;
}

async fn await_offline(service: &Service, machine: &Machine<'_>) {
    service.awaits(|it| matches!(it, Event::AgentWentOffline(gone) if gone.agent == machine.id)).await;
}

async fn is_in_good_standing(service: &Service, machine: &Machine<'_>) {
    let log = service.log().await;
    let of = |kind: fn(&Event) -> bool| log.iter().filter(|it| kind(&it.event)).count();
    assert_eq!(of(|event| matches!(event, Event::AgentBlacklisted(_))), 0);
    assert_eq!(of(|event| matches!(event, Event::NodeRejected(_))), 0);
    assert_eq!(of(|event| matches!(event, Event::AgentWentOffline(_))), 1, "the silent machine, and no other");
    let entry = service.projections.agent_directory(|agents| agents.get(&machine.id)).unwrap();
    assert!(entry.is_online() && entry.may_work(service.clock.now()));
    assert_eq!(machine.beats().await.status, StatusCode::OK);
}

/// What the leases promised for the time that was worked.
async fn fair_pay(service: &Service) -> u64 {
    let log = service.log().await;
    let prices = log.iter().filter_map(|it| match &it.event {
        Event::SubtaskLeased(lease) => Some(lease.price_per_ms.micros()),
        _ => None,
    });
    let pay: Vec<u64> = prices.map(|price| price * WORKED_MS).collect();
    assert_eq!(pay.len(), TASKS, "no task was leased twice");
    pay.iter().sum()
}

async fn the_log_verifies(service: &Service) {
    let checkpoint = service.store.checkpoint_now().await.unwrap().unwrap();
    let mut verifier = Verifier::new(&Expectations {
        origin: ORIGIN.to_owned(),
        log_keys: vec![service.store.log_verifier_key()],
        checkpoints: vec![checkpoint.to_string()],
        max_unproven_tail: 0,
    });
    let entries: Vec<_> = service.store.read_entries(Position(0)).try_collect().await.unwrap();
    for stored in &entries {
        let row = StoredRow { position: stored.position.0, entry: &stored.entry, hash: &stored.hash, columns: None };
        verifier.push(&row);
    }
    assert_eq!(verifier.finish().verdict, Verdict::Ok);
}
