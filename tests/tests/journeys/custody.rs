//! The ledger in an operator's care: copied while it runs, brought back, and never quietly older than what it promised.

use crate::{machine::executable, product::Product};
use serde_json::{Value, json};
use std::{fs, path::Path};

const PROGRAM: [&str; 6] = ["task", "submit", "--code", "examples/primes.py", "--tests", "examples/test_primes.py"];

/// Has a program run and waits for its end.
fn run_a_program(product: &Product, id: &str) {
    product.told(&[&PROGRAM[..], &["--id", id, "--watch"]].concat());
}

/// What the tables answer.
fn answers(product: &Product) -> Value {
    let asked: [&[&str]; 4] = [
        &["task", "list"],
        &["account", "history", "local"],
        &["account", "history", "worker-1"],
        &["task", "show", "one"],
    ];
    asked.iter().map(|words| product.json(words)).collect()
}

fn size(product: &Product) -> u64 {
    product.json(&["ledger", "stats"])["size"].as_u64().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A product whose data directory was brought back from `backup`.
fn restored(original: &Product, backup: &Path) -> Product {
    let product = original.beside();
    let answer = product.json(&["ledger", "restore", text(backup)]);
    assert_eq!((&answer["done"], &answer["from"]), (&json!("restore"), &json!(text(backup))));
    product
}

#[test]
fn a_copy_that_was_made_while_it_ran_is_a_ledger_that_goes_on() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    run_a_program(&product, "one");
    product.verifies();
    let before = answers(&product);
    let inside = product.path("backup");
    assert!(product.refused(&["ledger", "backup", text(&inside)]).contains("can not lie in the directory"));
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup");
    let copied = product.json(&["ledger", "backup", text(&backup)]);
    assert_eq!((&copied["done"], &copied["to"]), (&json!("backup"), &json!(text(&backup))));
    let rights = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&backup).unwrap().permissions());
    assert_eq!(rights & 0o777, 0o700, "the keys of all contents lie in it");
    let mut copy = restored(&product, &backup);
    copy.verifies();
    copy.start();
    assert_eq!(answers(&copy), before, "the copy answers what the original answered");
    run_a_program(&copy, "two");
    copy.stop();
    copy.verifies();
    assert!(copy.refused(&["ledger", "restore", text(&backup)]).contains("holds a ledger already"));
}

#[test]
fn an_older_ledger_is_not_served_before_an_operator_accepts_it() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    run_a_program(&product, "one");
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup");
    product.told(&["ledger", "backup", text(&backup)]);
    run_a_program(&product, "lost");
    product.stop();
    let mut older = restored(&product, &backup);
    fs::copy(product.path("checkpoint"), older.path("checkpoint")).unwrap();

    let refusal = older.refused(&[]);
    assert!(refusal.contains("older than a checkpoint"), "{refusal}");
    assert!(refusal.contains("edgecoder ledger accept-restore --reason"), "it says what to do:\n{refusal}");
    let unserved = older.refused(&["task", "list"]);
    assert!(unserved.contains("nobody serves the ledger in "), "no stranger at the usual port is asked:\n{unserved}");
    let before = size(&older);
    let accepted = older.json(&["ledger", "accept-restore", "--reason", "the disk was replaced"]);
    assert_eq!(accepted, json!({ "done": "accept-restore", "position": before }));
    assert_eq!(size(&older), before + 1, "the decision is recorded");
    older.verifies();

    older.start();
    assert!(!older.types(&["task", "show", "lost"]).status.success(), "what came after the backup is gone");
    run_a_program(&older, "two");
    older.stop();
    older.verifies();
    let refusal = older.refused(&["ledger", "accept-restore", "--reason", "again"]);
    assert!(refusal.contains("nothing to accept"), "{refusal}");
}

#[test]
fn tables_that_are_built_anew_answer_the_same() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    run_a_program(&product, "one");
    let before = answers(&product);
    let refusal = product.refused(&["ledger", "rebuild-projections"]);
    assert!(refusal.contains("only while no service uses it"), "{refusal}");
    product.stop();
    assert!(!product.path("endpoints.json").exists(), "nobody answers there any more");
    let entries = size(&product);
    let built = product.json(&["ledger", "rebuild-projections"]);
    assert!(built["projections"].as_array().is_some_and(|names| !names.is_empty()), "{built}");
    assert_eq!(built["entries"], entries);
    assert_eq!(size(&product), entries, "looking after it adds nothing");
    product.verifies();
    product.start();
    assert_eq!(answers(&product), before);
    assert_eq!((&before[0]["tasks"][0]["taskId"], &before[3]["state"]), (&json!("one"), &json!("completed")));
    assert!(before[1]["movements"][0]["position"].is_u64() && before[2]["movements"][0]["position"].is_u64());
}
