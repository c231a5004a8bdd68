//! An auditor outside has an address and a key, and believes nobody.

use crate::{machine::executable, product::Product};
use serde_json::Value;

fn address(product: &Product) -> String {
    let endpoints: Value = serde_json::from_str(&product.read("endpoints.json")).unwrap();
    endpoints["coordinator"].as_str().unwrap().to_owned()
}

/// Types a command of the auditor's; the exit code and the first document that it printed.
fn audit(product: &Product, words: &[&str]) -> (i32, Value) {
    let output = product.types(&[&["--json", "audit"], words].concat());
    let mut documents = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let document = documents.next().unwrap_or_else(|| panic!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), document.unwrap())
}

fn path(product: &Product, name: &str) -> String {
    product.path(name).to_str().unwrap().to_owned()
}

#[test]
fn a_stranger_verifies_copies_compares_and_watches_a_log_that_is_running() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    product.told(&["account", "create", "ann"]);
    let log = address(&product);
    let key = product.json(&["audit", "verify"])["trust"]["keys"][0].as_str().unwrap().to_owned();
    let (copy, state) = (path(&product, "public"), path(&product, "watch"));

    let (code, report) = audit(&product, &["verify", "--url", &log, "--key", &key]);
    assert_eq!((code, &report["verdict"]), (0, &"OK".into()), "{report:#}");
    let exported = product.json(&["ledger", "export-tiles", &copy]);
    let (code, report) = audit(&product, &["verify", "--url", &copy, "--key", &key]);
    assert_eq!((code, &report["coverage"]["entries"]), (0, &exported["size"]), "{report:#}");
    assert_eq!(audit(&product, &["compare", &log, &copy]).1["verdict"], "CONSISTENT");
    assert_eq!(audit(&product, &["prove", "1", "--url", &log, "--key", &key]).1["verdict"], "PROVEN");
    assert_eq!(audit(&product, &["prove", "1", "--key", &key]).1["verdict"], "PROVEN");
    let (code, look) = audit(&product, &["watch", &log, "--state", &state, "--key", &key, "--once"]);
    assert_eq!((code, &look["alerts"]), (0, &0.into()), "{look:#}");
    assert!(look["size"].as_u64() >= exported["size"].as_u64(), "{look:#}");
}

#[test]
fn an_owner_who_writes_a_second_history_with_the_logs_own_key_is_caught() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup").display().to_string();
    product.told(&["ledger", "backup", &backup]);
    product.told(&["account", "create", "ann"]);
    let mut second = product.beside();
    second.told(&["ledger", "restore", &backup]);
    second.start();
    for other in ["eve", "mallory", "trudy"] {
        second.told(&["account", "create", other]);
    }

    let (log, other, evidence) = (address(&product), address(&second), path(&product, "evidence"));
    let fork = product.wait_for("the fork", |product| {
        let (code, compared) = audit(product, &["compare", &log, &other, "--evidence", &evidence]);
        (code == 1).then_some(compared)
    });
    assert_eq!(fork["verdict"], "FORK", "{fork:#}");
    let text = std::fs::read_to_string(fork["evidence"].as_str().unwrap()).unwrap();
    assert_eq!(text.matches("BEGIN SIGNED NOTE").count(), 2, "{text}");
    for each in [&log, &other] {
        assert_eq!(audit(&product, &["verify", "--url", each]).0, 0, "each of the two is in order by itself");
    }

    let state = path(&product, "watch");
    assert_eq!(audit(&product, &["watch", &log, "--state", &state, "--once"]).0, 0);
    let (code, alert) = audit(&product, &["watch", &other, "--state", &state, "--once"]);
    assert_eq!(code, 1, "{alert:#}");
    assert!(matches!(alert["alert"].as_str(), Some("FORK" | "ROLLBACK")), "{alert:#}");
    assert_eq!(audit(&product, &["watch", &log, "--state", &state, "--once"]).0, 0, "what was seen first stays");
}
