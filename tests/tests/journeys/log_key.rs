//! An operator replaces the log's key; auditors who trusted the old one lose nothing.

use crate::{machine::executable, product::Product};
use std::{fs, path::PathBuf};

/// Everything that the log's keys are kept in, by name.
fn key_files(product: &Product) -> Vec<PathBuf> {
    let files = fs::read_dir(product.path("")).unwrap().map(|entry| entry.unwrap().path());
    let mut keys: Vec<_> =
        files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("log.key")).collect();
    keys.sort();
    keys
}

fn verified_with(product: &Product, key: &str) -> serde_json::Value {
    product.json(&["audit", "verify", "--key", key, "--trust-data-dir"])
}

#[test]
fn a_rotated_log_key_signs_on_and_a_crash_between_its_files_costs_nothing() {
    let Some(executable) = executable() else { return };
    let mut product = Product::new(executable);
    product.start();
    product.kill();
    let stats = |product: &Product| String::from_utf8(product.types(&["ledger", "stats"]).stdout).unwrap();
    let key_in = |text: &str| {
        text.lines().find_map(|line| line.strip_prefix("log key ")).map(|key| key.trim().to_owned()).unwrap()
    };
    let old = key_in(&stats(&product));

    let rotated = product.json(&["ledger", "rotate-key"]);
    let new = key_in(&stats(&product));
    assert_eq!(rotated["verifierKey"], new);
    assert!(rotated["position"].is_u64(), "{rotated}");
    assert_ne!(old, new);
    let report = verified_with(&product, &old);
    assert_eq!((report["verdict"].as_str(), report["logKeys"].as_array().map(Vec::len)), (Some("OK"), Some(2)));

    // As a crash leaves them that comes after the entry and before the files have their names.
    let [present, retired] = &key_files(&product)[..] else { panic!("{:?}", key_files(&product)) };
    fs::rename(present, product.path("log.key.next")).unwrap();
    fs::rename(retired, product.path("log.key")).unwrap();
    product.start();
    product.kill();
    assert_eq!(key_in(&stats(&product)), new);
    assert_eq!(key_files(&product).len(), 2, "no key was lost and none was made");
    assert_eq!(verified_with(&product, &old)["verdict"], "OK");
}
