//! What remains of who hangs up in the middle of a commit? Tasks that nobody can end, credit that nobody can spend.

use super::{
    ask::Ask,
    house::{House, PROGRAM},
};
use serde_json::{Value, json};
use std::time::Duration;

const MICROS_PER_CREDIT: u64 = 1_000_000;
/// How often somebody hangs up.
const TIMES: u32 = 48;
/// They bear it a little longer each time, and then begin again: some hang up at the moment that hurts.
const MOMENTS: u32 = 12;
const MOMENT: Duration = Duration::from_micros(250);

fn patience(time: u32) -> Duration {
    MOMENT * (time % MOMENTS)
}

#[test]
fn who_submits_and_hangs_up_leaves_a_task_that_can_be_cancelled_and_no_credit_set_aside() {
    let Some(house) = House::open() else { return };
    let (customer, address) = (house.account("carol", 10_000), house.address("coordinator"));
    let cancel = |name: &str| house.ask(&Ask::post(&format!("/tasks/{name}/cancel"), &Value::Null).bearer(&customer));
    for time in 0..TIMES {
        let name = format!("task-{time}");
        let body = json!({ "taskId": name, "files": [{ "path": "main.py", "content": PROGRAM }] });
        Ask::post("/submit", &body).bearer(&customer).hang_up(&address, patience(time));
        // Whether or not the task is there yet: this looks at it while it is on its way.
        cancel(&name);
    }
    house.submit(&customer, "the-last").success();
    let tasks = house.tasks("");
    assert!(tasks.len() > 1, "nobody's task came in before they hung up");
    for task in &tasks {
        let answer = cancel(task["taskId"].as_str().unwrap());
        assert_eq!(answer.status, 204, "{task}: {answer:?}");
    }
    assert_eq!(house.balance("carol"), (10_000 * MICROS_PER_CREDIT, 0));
}

#[test]
fn credit_whose_giver_hangs_up_can_be_spent() {
    let Some(house) = House::open() else { return };
    let address = house.address("coordinator");
    let work = json!({
        "files": [{ "path": "main.py", "content": PROGRAM }],
        "maxCostMicroCredits": 10 * MICROS_PER_CREDIT,
    });
    let mut given = 0;
    for time in 0..TIMES {
        let name = format!("customer-{time}");
        let customer = house.account(&name, 0);
        let faucet = Ask::post(&format!("/control-plane/credits/{name}/faucet"), &json!({ "credits": 100 }));
        faucet.bearer(&house.operator()).hang_up(&address, patience(time));
        let submit = Ask::post("/submit", &work).bearer(&customer);
        let early = house.ask(&submit);
        assert!(matches!(early.status, 200 | 402), "{early:?}");
        let (available, reserved) = house.balance(&name);
        if available + reserved > 0 {
            given += 1;
            house.ask(&submit).success();
        }
    }
    assert!(given > 0, "nobody gave anything before they hung up");
}
