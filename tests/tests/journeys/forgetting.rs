//! A person is forgotten, and the books stay: what was sealed opens for nobody, what was paid is proven as before.

use crate::{machine::executable, product::Product};
use serde_json::Value;

fn run_a_program(product: &Product, id: &str) {
    let program = ["task", "submit", "--code", "examples/primes.py", "--tests", "examples/test_primes.py"];
    product.told(&[&program[..], &["--id", id, "--watch"]].concat());
}

fn history(product: &Product, account: &str) -> Vec<Value> {
    product.json(&["account", "history", account])["movements"].as_array().unwrap().clone()
}

/// The sums of all movements of a wallet: available and reserved.
fn sums(product: &Product, account: &str) -> (u64, u64) {
    let history = history(product, account);
    let sum = |delta: &str| history.iter().map(|it| it[delta].as_i64().unwrap()).sum::<i64>().try_into().unwrap();
    (sum("availableDelta"), sum("reservedDelta"))
}

#[test]
fn of_a_forgotten_account_nothing_opens_and_every_proof_and_sum_stays() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    run_a_program(&product, "old");
    assert!(product.told(&["task", "show", "old"]).contains("passed"), "it opens before");
    let books = ["local", "worker-1"].map(|account| (product.wallet(account), history(&product, account)));

    product.told(&["account", "forget", "local", "--yes"]);
    let refusal = product.refused(&["task", "show", "old"]);
    assert!(refusal.contains("the key of its owner was destroyed"), "{refusal}");
    product.verifies();
    let after = ["local", "worker-1"].map(|account| (product.wallet(account), history(&product, account)));
    assert_eq!(after, books);
    for account in ["local", "worker-1"] {
        assert_eq!(sums(&product, account), product.wallet(account), "{account}");
    }

    run_a_program(&product, "new");
    assert!(product.told(&["task", "show", "new"]).contains("passed"), "it is sealed with a new key");
    product.refused(&["task", "show", "old"]);
    product.stop();
    product.verifies();
    product.start();
    product.refused(&["task", "show", "old"]);
}
