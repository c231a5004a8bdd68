//! Results are taken from the holder of the lease, once.

use crate::{
    fixture::{Service, program},
    machine::{Machine, report},
};
use edgecoder_domain::agent::{AgentCommand, Hours, PowerPolicy};
use edgecoder_events::{Event, agent::OfflineReason};
use edgecoder_wire::{
    tasks::MAX_REPORT_BYTES,
    work::{Lack, MAX_PULL_WAIT_MS, Outcome, Pull, RETRY_ELSEWHERE_MS, ResultAccepted, SubtaskResult},
};
use reqwest::StatusCode;
use serde_json::json;

/// What comes back again and again is kept from its owner for 5, 10, 20 s.
const PAST_THE_KEPT_TIME_MS: u64 = 20_001;
/// After so many answers a request that was sent before them waits.
const ANSWERS: usize = 32;

#[tokio::test]
async fn the_same_result_again_is_answered_alike_and_paid_once() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let result = machine.result(&machine.pulls().await.unwrap(), 10);
    service.clock.advance_ms(10);
    let first: ResultAccepted = machine.told("/result", &result).await;
    let again: ResultAccepted = machine.told("/result", &result).await;
    assert_eq!(first, again);
    assert!(first.paid_micro_credits > 0);
    assert_eq!(service.wallet("bob").await, (first.paid_micro_credits, 0));
    let task = service.task("t").await;
    assert_eq!((&task["state"], &task["subtasks"][0]["report"]["stdout"]), (&json!("completed"), &json!("42\n")));
}

#[tokio::test]
async fn a_task_tells_why_a_machine_gave_it_back_until_the_next_one_takes_it() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let tries = [
        (Some(Lack::Model), "model_unavailable"),
        (Some(Lack::Sandbox), "sandbox_unavailable"),
        (Some(Lack::Snapshot), "snapshot_unavailable"),
        (None, "agent_unable"),
    ];
    for (lacks, word) in tries {
        let leased = machine.pulls().await.unwrap();
        assert!(service.task("t").await["subtasks"][0]["lastReturn"].is_null());
        let result = machine.result(&leased, 0);
        let unable = SubtaskResult { outcome: Outcome::Unable, lacks, report: None, ..result };
        let _taken: ResultAccepted = machine.told("/result", &unable).await;
        assert_eq!(service.task("t").await["subtasks"][0]["lastReturn"], word);
        service.clock.advance_ms(PAST_THE_KEPT_TIME_MS);
    }
}

#[tokio::test]
async fn what_was_kept_from_a_waiting_machine_is_its_own_as_soon_as_that_time_is_over() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let result = machine.result(&machine.pulls().await.unwrap(), 0);
    let unable = SubtaskResult { outcome: Outcome::Unable, report: None, ..result };
    let _taken: ResultAccepted = machine.told("/result", &unable).await;
    service.clock.advance_ms(RETRY_ELSEWHERE_MS - 1);
    let time_goes_on = async {
        for _ in 0..ANSWERS {
            assert_eq!(service.task("t").await["subtasks"][0]["state"], "waiting", "it is nobody's yet");
        }
        service.clock.advance_ms(1);
    };
    let (again, ()) = tokio::join!(machine.pulls(), time_goes_on);
    assert_eq!(again.expect("the end of the wait is told by nothing else").attempt, 2);
}

#[tokio::test]
async fn the_longest_report_is_delivered() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let leased = machine.pulls().await.unwrap();
    service.clock.advance_ms(10);
    let mut report = report(10);
    let rest = serde_json::to_vec(&report).unwrap().len() - report.stdout.len();
    report.stdout = "x".repeat(MAX_REPORT_BYTES - rest);
    let _taken: ResultAccepted = machine.told("/result", &machine.result_with(&leased, &report)).await;
    let task = service.task("t").await;
    assert_eq!(task["subtasks"][0]["report"]["stdout"].as_str().unwrap().len(), report.stdout.len());
}

#[tokio::test]
async fn more_time_than_the_lease_lasted_is_not_paid() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let result = machine.result(&machine.pulls().await.unwrap(), 25_000);
    service.clock.advance_ms(10);
    let accepted: ResultAccepted = machine.told("/result", &result).await;
    assert_eq!(service.task("t").await["subtasks"][0]["paidMs"], 10);
    assert!(accepted.paid_micro_credits <= 10 * 1_600, "{accepted:?}");
}

#[tokio::test]
async fn work_that_no_machine_can_take_makes_the_others_no_dearer() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    for number in 0..4 {
        let mut unwanted = program(&format!("javascript-{number}"));
        unwanted["language"] = json!("javascript");
        let heard = service.post_as(service.ada(), "/submit", &unwanted).await;
        assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
    }
    service.submitted("t").await;
    let _leased = machine.pulls().await.unwrap();
    let log = service.log().await;
    let price = log.iter().find_map(|it| match &it.event {
        Event::SubtaskLeased(lease) => Some(lease.price_per_ms.micros()),
        _ => None,
    });
    assert_eq!(price, Some(800), "one machine, and nothing else that it could do");
}

#[tokio::test]
async fn a_result_of_a_lease_that_another_machine_holds_is_refused() {
    let service = Service::begin().await;
    let holder = Machine::registered(&service, "holder", "bob").await;
    let thief = Machine::registered(&service, "thief", "eve").await;
    service.submitted("t").await;
    let mut result = holder.result(&holder.pulls().await.unwrap(), 10);
    result.agent_id = thief.id.clone();
    let refused = thief.posts("/result", &result).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    assert_eq!(service.wallet("eve").await, (0, 0));
    assert_eq!(service.task("t").await["state"], "running");
}

#[tokio::test]
async fn a_cancelled_lease_is_named_over_by_the_next_heartbeat_and_takes_no_result() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let leased = machine.pulls().await.unwrap();
    let cancelled = service.post_as(service.ada(), "/tasks/t/cancel", &json!({})).await;
    assert_eq!(cancelled.status, StatusCode::NO_CONTENT);
    let held = json!([{ "taskId": "t", "subtask": leased.subtask, "attempt": leased.attempt }]);
    let heard = machine.posts("/heartbeat", &json!({ "agentId": "m", "leases": held })).await;
    assert_eq!(heard.body["endedLeases"], held);
    let refused = machine.posts("/result", &machine.result(&leased, 10)).await;
    assert_eq!((refused.status, &refused.body["error"]), (StatusCode::CONFLICT, &json!("task_ended")));
}

#[tokio::test]
async fn a_machine_that_is_refused_while_it_waits_for_work_gets_none() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.says_of(&machine.id, AgentCommand::GoOffline { reason: OfflineReason::Drained }).await;
    let waits = Pull { agent_id: machine.id.clone(), wait_ms: MAX_PULL_WAIT_MS };
    let meanwhile = async {
        // It is online again once its request was let in.
        let mut was_away = false;
        let is_back = |it: &Event| {
            was_away |= matches!(it, Event::AgentWentOffline(_));
            was_away && matches!(it, Event::AgentCameOnline(_))
        };
        service.awaits(is_back).await;
        service.says_of(&machine.id, AgentCommand::Reject { reason: "not ours".into() }).await;
        service.submitted("t").await;
    };
    let (heard, ()) = tokio::join!(machine.posts("/pull", &waits), meanwhile);
    assert_eq!((heard.status, &heard.body["error"]), (StatusCode::FORBIDDEN, &json!("node_rejected")));
    let others = Machine::registered(&service, "other", "eve").await;
    assert_eq!(others.pulls().await.map(|it| it.attempt), Some(1), "the subtask is there for others");
}

#[tokio::test]
async fn a_late_result_is_taken_and_paid_for_the_time_of_its_lease() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    let leased = machine.pulls().await.unwrap();
    service.clock.advance_ms(leased.limit_ms + 1_000);
    service.ends(&leased, &machine.id).await;
    let accepted: ResultAccepted = machine.told("/result", &machine.result(&leased, u64::MAX)).await;
    assert_eq!(accepted.paid_micro_credits, leased.limit_ms * 800, "no more than the lease's own time");
    assert_eq!(service.task("t").await["state"], "completed");
}

#[tokio::test]
async fn what_a_reaction_records_names_the_event_that_caused_it() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    service.submitted("t").await;
    machine.pulls().await.unwrap();
    service.says_of(&machine.id, AgentCommand::Reject { reason: "not ours".into() }).await;
    service.awaits(|it| matches!(it, Event::SubtaskReturned(_))).await;
    let log = service.log().await;
    let of = |is: fn(&Event) -> bool| log.iter().find(|recorded| is(&recorded.event)).unwrap();
    let (rejected, returned) =
        (of(|it| matches!(it, Event::NodeRejected(_))), of(|it| matches!(it, Event::SubtaskReturned(_))));
    assert_eq!(returned.causation_id, Some(rejected.event_id));
    assert_eq!(of(|it| matches!(it, Event::TaskSubmitted(_))).causation_id, None, "a person caused it");
}

#[tokio::test]
async fn a_machine_hears_what_its_owner_wishes_and_is_believed_why_it_rests() {
    let service = Service::begin().await;
    let machine = Machine::registered(&service, "m", "bob").await;
    assert!(machine.beats().await.body["powerPolicy"].is_null(), "nothing was wished");
    let policy = PowerPolicy { hours: Some(Hours { from: 22, until: 6 }), ..PowerPolicy::default() };
    service.says_of(&machine.id, AgentCommand::SetPowerPolicy { policy }).await;
    let heard = machine.posts("/heartbeat", &json!({ "agentId": "m", "resting": "outside_hours" })).await;
    let wished = json!({ "power": "any", "hours": { "from": 22, "until": 6 }, "maxTasks": null });
    assert_eq!(heard.body["powerPolicy"], wished);
    let seen = || service.get_as(service.operator(), "/agent/diagnostics/m");
    assert_eq!(seen().await.body["resting"], "outside_hours");
    machine.beats().await;
    assert!(seen().await.body["resting"].is_null());
}
