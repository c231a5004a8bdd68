//! The first day: start it, give it a program, read the wallet, prove the log.

use crate::{
    machine::{Machine, executable},
    product::Product,
};
use serde_json::Value;

fn submit(product: &Product, language: &str, code: &str, tests: &str) -> (i32, String) {
    let words = ["task", "submit", "--language", language, "--code", code, "--tests", tests, "--watch"];
    let output = product.types(&words);
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn available(product: &Product, account: &str) -> u64 {
    product.json(&["account", "balance", account])["availableMicroCredits"].as_u64().unwrap()
}

fn cost(product: &Product) -> u64 {
    let page = product.json(&["task", "list"]);
    page["tasks"].as_array().unwrap().iter().map(|task| task["costMicroCredits"].as_u64().unwrap()).sum()
}

#[test]
fn a_program_is_run_paid_and_proven() {
    let Some(executable) = executable() else { return };
    a_program_is_run_paid_and_proven_on(&mut Product::bare(executable));
}

/// The first day of a product, wherever its ledger is.
pub fn a_program_is_run_paid_and_proven_on(product: &mut Product) {
    let said = product.start();
    assert!(said.contains("coordinator    http://127.0.0.1:"), "{said}");
    assert!(said.contains("ec_op_"), "the token is shown on the first start:\n{said}");

    let (code, told) = submit(product, "python", "examples/primes.py", "examples/test_primes.py");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("4 passed, 0 failed"), "{told}");
    let (code, told) = submit(product, "javascript", "examples/primes.js", "examples/test_primes.js");
    assert_eq!(code, 0, "{told}");
    let (code, told) = submit(product, "python", "examples/broken", "examples/broken");
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("test_every_fourth_century_is_one"), "a test that fails is named:\n{told}");

    let spent = cost(product);
    assert!(spent > 0);
    assert_eq!(available(product, "worker-1"), spent, "the worker earned exactly what the tasks cost");
    assert_eq!(available(product, "local"), 10_000_000_000 - spent);
    let verified: Value = product.json(&["audit", "verify"]);
    assert_eq!(verified["verdict"], "OK", "{verified}");
}

#[test]
fn from_the_first_moment_to_the_last_a_checkpoint_proves_the_ledger() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    assert!(product.path("checkpoint").exists(), "it says that it is ready before it has signed anything");
    product.json(&["audit", "verify"]);
    product.stop();
    let at_the_end = product.json(&["audit", "verify"]);
    assert_eq!(at_the_end["coverage"]["unprovenTail"], 0, "{at_the_end}");
}

#[test]
fn an_idle_product_appends_nothing_and_a_second_start_shows_no_token() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    let online = |product: &Product| {
        let status = product.json(&["status"]);
        (status["status"]["agents"].as_u64() == Some(1)).then(|| status["status"]["ledgerSize"].as_u64().unwrap())
    };
    let before = product.wait_for("the worker", online);
    let again = product.wait_for("another look", online);
    assert_eq!(before, again, "heartbeats and looks are not events");
    product.kill();
    assert!(!product.start().contains("ec_op_"), "the token is shown once");
}

#[test]
fn a_second_process_on_the_same_directory_is_told_so() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    let output = product.types(&[]);
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(remarks.contains("a coordinator is already running with the data directory"), "{remarks}");
    assert!(remarks.contains("(pid "), "{remarks}");
}

#[test]
fn a_program_reads_which_version_it_has() {
    let Some(executable) = executable() else { return };
    let told = Machine::bare(executable).json(&["--version"]);
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
}
