//! Who is paid, for what, how often? Results of strangers, for others' leases, twice, late, and with made-up times.

use super::{
    ask::{Answer, Ask},
    house::House,
    machine::{Machine, Said, made_up},
};
use serde_json::json;
use std::thread;

const MICROS_PER_CREDIT: u64 = 1_000_000;

fn paid(answer: Answer) -> u64 {
    answer.success()["paidMicroCredits"].as_u64().unwrap()
}

#[test]
fn only_the_holder_of_the_lease_brings_its_result() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let (mut ann, mut bob) = (Machine::at_work(&house, "ann", 1), Machine::at_work(&house, "bob", 2));
    house.submit(&customer, "task-1").success();
    let lease = ann.pulls(&house).unwrap();
    let said = Said::of("hello", 5);
    let mut stranger = Machine::new("stranger", 3);
    assert_eq!(stranger.brings(&house, &lease, &said).problem(), (401, "agent_not_registered".into()));
    assert_eq!(bob.brings(&house, &lease, &said).problem(), (409, "not_lease_holder".into()));
    let nothing = made_up(&"no-such-task".parse().unwrap(), &lease);
    assert_eq!(ann.brings(&house, &nothing, &said).problem().0, 404);
    let mut later = lease.clone();
    later.attempt = 9;
    assert_eq!(ann.brings(&house, &later, &said).problem(), (409, "not_lease_holder".into()));
    let handed_back = json!({ "agentId": "bob", "taskId": "task-1", "subtask": 0, "attempt": 1, "outcome": "unable" });
    assert_eq!(house.ask(&bob.signed("/result", &handed_back)).problem(), (409, "not_lease_holder".into()));
    assert_eq!((house.balance("ann"), house.balance("bob")), ((0, 0), (0, 0)));
    ann.brings(&house, &lease, &said).success();
}

#[test]
fn a_result_counts_once_however_often_and_from_how_many_connections_it_comes() {
    let Some(mut house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    house.submit(&customer, "task-1").success();
    let lease = ann.pulls(&house).unwrap();
    let body = ann.result(&house, &lease, &Said::of("hello", u64::MAX));
    let asks: Vec<Ask> = (0..8).map(|_| ann.signed("/result", &body)).collect();
    let address = house.address("coordinator");
    let answers: Vec<Answer> = thread::scope(|scope| {
        let sent: Vec<_> = asks.iter().map(|ask| scope.spawn(|| ask.send(&address))).collect();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    let answers: Vec<u64> = answers.into_iter().map(paid).collect();
    assert!(answers.iter().all(|paid| *paid == answers[0]), "one result, one answer: {answers:?}");
    let other = ann.brings(&house, &lease, &Said::of("another output", 1));
    assert_eq!(other.status, 409, "{other:?}");
    house.kill();
    house.start();
    assert_eq!(paid(house.ask(&ann.signed("/result", &body))), answers[0]);
    assert_eq!(house.balance("ann"), (answers[0], 0));
    assert_eq!(house.balance("carol"), (1_000 * MICROS_PER_CREDIT - answers[0], 0));
}

#[test]
fn claimed_time_is_bounded_by_the_leases_own_wall_clock() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    house.submit(&customer, "task-1").success();
    let lease = ann.pulls(&house).unwrap();
    let answer = ann.brings(&house, &lease, &Said::of("hello", u64::MAX)).success();
    let task = house.seen(&format!("/tasks/task-1?after={}", answer["position"]));
    let (paid_ms, cost) = (&task["subtasks"][0]["paidMs"], &task["costMicroCredits"]);
    assert!(paid_ms.as_u64().unwrap() <= lease.limit_ms, "{task}");
    assert_eq!(*cost, answer["paidMicroCredits"]);
    assert_eq!(house.balance("ann").0 + house.balance("carol").0, 1_000 * MICROS_PER_CREDIT, "nothing was made");
}

#[test]
fn a_report_that_was_changed_or_sealed_for_another_lease_is_refused() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    house.submit(&customer, "task-1").success();
    house.submit(&customer, "task-2").success();
    let (first, second) = (ann.pulls(&house).unwrap(), ann.pulls(&house).unwrap());
    let said = Said::of("hello", 5);
    let mut elsewhere = ann.result(&house, &first, &said);
    elsewhere.task_id = second.task_id.clone();
    assert_eq!(house.ask(&ann.signed("/result", &elsewhere)).problem(), (400, "envelope_decrypt_failed".into()));
    let mut longer = ann.result(&house, &first, &said);
    longer.duration_ms = 6;
    let answer = house.ask(&ann.signed("/result", &longer));
    assert_eq!(answer.json()["field"], "reportSignature", "{answer:?}");
    let mut other_digest = ann.result(&house, &first, &said);
    other_digest.report_digest = ann.result(&house, &first, &Said::of("other", 5)).report_digest;
    assert_eq!(house.ask(&ann.signed("/result", &other_digest)).json()["field"], "reportDigest");
    assert_eq!(house.balance("ann"), (0, 0));
}

#[test]
fn honest_fast_work_with_the_same_output_is_never_held_against_a_machine() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    for number in 0..100 {
        house.submit(&customer, &format!("task-{number}")).success();
        let lease = ann.pulls(&house).unwrap();
        ann.brings(&house, &lease, &Said::of("1\n", 1)).success();
        // The predecessor banned who registered ten times.
        ann.registers(&house, None).success();
    }
    let seen = house.seen("/control-plane/agents/ann");
    assert_eq!((&seen["standing"], &seen["blacklisted"]), (&json!("approved"), &json!(false)));
    assert_eq!(house.tasks("&state=completed").len(), 100);
}

#[test]
fn a_machine_that_was_away_or_drains_comes_back_and_delivers_without_a_new_registration() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 1_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    house.submit(&customer, "task-1").success();
    let lease = ann.pulls(&house).unwrap();
    let drains = json!({ "agentId": "ann", "draining": true });
    house.ask(&ann.signed("/heartbeat", &drains)).success();
    ann.brings(&house, &lease, &Said::of("1\n", 1)).success();
    house.ask(&ann.signed("/heartbeat", &json!({ "agentId": "ann" }))).success();
    house.ask(&ann.pull(0)).success();
    assert_eq!(house.seen("/control-plane/agents/ann")["online"], true);
}
