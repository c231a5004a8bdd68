//! Can credit be made, spent twice or taken? Ten tasks for the price of one, odd amounts, the faucet in production.

use super::{
    ask::Ask,
    house::{House, PROGRAM},
    machine::{Machine, Said},
};
use serde_json::{Value, json};
use std::thread;

const MICROS_PER_CREDIT: u64 = 1_000_000;

fn program(name: &str, budget: &Value) -> Value {
    json!({ "taskId": name, "files": [{ "path": "main.py", "content": PROGRAM }], "maxCostMicroCredits": budget })
}

#[test]
fn ten_tasks_at_once_with_credit_for_one_begin_one() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10);
    let address = house.address("coordinator");
    let asks: Vec<Ask> = (0..10)
        .map(|number| Ask::post("/submit", &program(&format!("t{number}"), &json!(10 * MICROS_PER_CREDIT))))
        .collect();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let send = |ask: &Ask| ask.clone().bearer(&customer).send(&address).status;
        let sent: Vec<_> = asks.iter().map(|ask| scope.spawn(move || send(ask))).collect();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 402).count(), 9, "{statuses:?}");
    assert_eq!(house.balance("carol"), (0, 10 * MICROS_PER_CREDIT));
}

#[test]
fn amounts_that_are_negative_huge_tiny_or_no_numbers_move_nothing() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10);
    let before = house.log_size();
    let wrong = [json!(-1), json!(0), json!(1), json!(1.5), json!("1000000"), json!(1e300), json!([1])];
    for (number, amount) in wrong.iter().enumerate() {
        let ask = Ask::post("/submit", &program(&format!("t{number}"), amount)).bearer(&customer);
        let answer = house.ask(&ask);
        assert_eq!(answer.problem(), (400, "invalid_field".into()), "{amount}: {answer:?}");
    }
    for amount in [json!(u64::MAX), json!(i64::MAX), json!(11 * MICROS_PER_CREDIT)] {
        let answer = house.ask(&Ask::post("/submit", &program("huge", &amount)).bearer(&customer));
        assert_eq!(answer.problem(), (402, "insufficient_credits".into()), "{amount}");
    }
    for amount in [json!(0), json!(-5), json!(10_001), json!(u64::MAX), json!(0.5)] {
        assert_eq!(house.operate("/credits/carol/faucet", &json!({ "credits": amount })).status, 400, "{amount}");
    }
    let timeout = json!({ "files": [{ "path": "a.py", "content": "1" }], "timeoutMs": u64::MAX });
    assert_eq!(house.ask(&Ask::post("/submit", &timeout).bearer(&customer)).json()["field"], "timeoutMs");
    assert_eq!((house.balance("carol"), house.log_size()), ((10 * MICROS_PER_CREDIT, 0), before));
}

#[test]
fn a_cancellation_that_races_the_result_pays_once_and_frees_the_rest() {
    let Some(house) = House::open() else { return };
    let customer = house.account("carol", 10_000);
    let mut ann = Machine::at_work(&house, "ann", 1);
    let address = house.address("coordinator");
    for number in 0..20 {
        let name = format!("task-{number}");
        house.submit(&customer, &name).success();
        let lease = ann.pulls(&house).unwrap();
        let body = ann.result(&house, &lease, &Said::of("1\n", u64::MAX));
        let (result, cancel) =
            (ann.signed("/result", &body), Ask::post(&format!("/tasks/{name}/cancel"), &Value::Null).bearer(&customer));
        thread::scope(|scope| {
            scope.spawn(|| result.send(&address));
            scope.spawn(|| cancel.send(&address));
        });
    }
    let (earned, (left, reserved)) = (house.balance("ann").0, house.balance("carol"));
    assert_eq!((earned + left, reserved), (10_000 * MICROS_PER_CREDIT, 0));
    let tasks = house.tasks("");
    let cost: u64 = tasks.iter().map(|task| task["costMicroCredits"].as_u64().unwrap()).sum();
    assert_eq!((tasks.len(), cost), (20, earned), "{tasks:?}");
}

#[test]
fn in_production_nobody_has_credit_for_nothing() {
    for mode in ["coordinator", "all-in-one"] {
        let Some(house) = House::open_with(mode, &[("EDGECODER_ENV", "production")]) else { return };
        house.account("carol", 0);
        let faucet = house.operate("/credits/carol/faucet", &json!({ "credits": 1 }));
        assert_eq!(faucet.problem(), (403, "faucet_disabled".into()), "{mode}");
        let own = Ask::get("/control-plane/credits/local/balance").bearer(&house.operator());
        let own = house.ask(&own);
        let available = if own.status == 404 { 0 } else { own.success()["availableMicroCredits"].as_u64().unwrap() };
        assert_eq!(available, 0, "the first start of {mode} gives credit away");
    }
}
