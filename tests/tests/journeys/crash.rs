//! The process dies in the middle of its work: nothing that was acknowledged is lost or doubled.

use crate::{machine::executable, product::Product};
use std::collections::BTreeSet;

const TASKS: usize = 40;
const CRASHES: usize = 3;

fn submitted(product: &Product, name: &str) -> bool {
    let words = ["task", "submit", "--id", name, "--code", "examples/primes.py", "--tests", "examples/test_primes.py"];
    product.types(&words).status.success()
}

#[test]
fn every_acknowledged_task_ends_and_is_paid_once_whenever_the_process_is_killed() {
    let Some(executable) = executable() else { return };
    every_task_survives_on(&mut Product::new(executable));
}

/// Crashes, and what must be there after them, wherever the ledger is.
pub fn every_task_survives_on(product: &mut Product) {
    product.start();
    let mut acknowledged = BTreeSet::new();
    for crash in 0..CRASHES {
        for number in 0..TASKS / CRASHES {
            let name = format!("task-{crash}-{number}");
            if submitted(product, &name) {
                acknowledged.insert(name);
            }
        }
        product.kill();
        product.start();
    }
    let ended = product.wait_for("the end of every task", |product| {
        let page = product.json(&["task", "list", "--limit", "200"]);
        let tasks = page["tasks"].as_array().unwrap().clone();
        let over = |state: &str| matches!(state, "completed" | "failed" | "cancelled");
        tasks.iter().all(|task| over(task["state"].as_str().unwrap())).then_some(tasks)
    });
    let names: BTreeSet<String> = ended.iter().map(|task| task["taskId"].as_str().unwrap().to_owned()).collect();
    assert!(acknowledged.is_subset(&names), "acknowledged, but not there: {:?}", acknowledged.difference(&names));
    assert!(ended.iter().all(|task| task["state"] == "completed"), "{ended:?}");
    let cost: u64 = ended.iter().map(|task| task["costMicroCredits"].as_u64().unwrap()).sum();
    let balance = |account| product.json(&["account", "balance", account]);
    assert_eq!(balance("worker-1")["availableMicroCredits"].as_u64(), Some(cost));
    assert_eq!(balance("local")["availableMicroCredits"].as_u64(), Some(10_000_000_000 - cost));
    assert_eq!(balance("local")["reservedMicroCredits"].as_u64(), Some(0));
    assert_eq!(product.json(&["audit", "verify"])["verdict"], "OK");
}
