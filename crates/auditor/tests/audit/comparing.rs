//! Two auditors find out whether they were shown the same log.

use crate::{
    exporting::{exported, rewritten, rows},
    ledger::{LOG_SEED, NEXT_LOG_SEED, Row, chain, log_key, note, rotated},
    program::{audit, document},
    web::Web,
};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

fn compare(one: &str, other: &str, evidence: &Path) -> (i32, Value) {
    document(&audit(&["compare", one, other, "--json", "--evidence", evidence.to_str().unwrap()]))
}

fn name(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

fn kept(rows: &[Row]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), note(rows, LOG_SEED)).unwrap();
    file
}

#[tokio::test]
async fn a_log_that_only_grew_is_consistent() {
    let evidence = tempfile::tempdir().unwrap();
    let newer = exported(&rows(1_300)).await;
    let web = Web::of(newer.path());
    for size in [1, 17, 256, 600, 1_300] {
        let older = exported(&rows(size)).await;
        let (code, document) = compare(&web.url(), name(&older), evidence.path());
        assert_eq!((code, &document["verdict"]), (0, &"CONSISTENT".into()), "{document:#}");
        assert_eq!(document["sizes"], serde_json::json!([size, 1_300]));
        let seen = kept(&rows(size));
        assert_eq!(compare(seen.path().to_str().unwrap(), name(&newer), evidence.path()).0, 0);
    }
    assert_eq!(fs::read_dir(evidence.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn scenario_15_a_split_view_is_said_with_both_sizes_and_what_is_common() {
    let evidence = tempfile::tempdir().unwrap();
    for (size, from, problem) in [(700, 18, "consistency proof fails"), (600, 300, "two roots for one size")] {
        let (honest, other) = (exported(&rows(600)).await, exported(&rewritten(size, from)).await);
        let output = audit(&["compare", name(&honest), name(&other), "--evidence", evidence.path().to_str().unwrap()]);
        let told = String::from_utf8(output.stdout).unwrap();
        let expected = format!("INCONSISTENT sizes 600 and {size}: {problem}; common prefix length={from}\n");
        assert!(output.status.code() == Some(1) && told.contains(&expected), "{told}");
    }
}

#[tokio::test]
async fn a_history_that_its_owner_rewrote_is_a_fork_and_the_evidence_is_kept() {
    let all = rows(600);
    for (size, from) in [(600, 300), (700, 18), (1_300, 599), (520, 400)] {
        let (honest, other) = (exported(&all).await, exported(&rewritten(size, from)).await);
        let evidence = tempfile::tempdir().unwrap();
        let (code, document) = compare(name(&honest), name(&other), evidence.path());
        assert_eq!((code, &document["verdict"]), (1, &"FORK".into()), "{document:#}");
        assert_eq!(document["commonPrefix"], from, "{document:#}");
        let (small, large) = (size.min(600), size.max(600));
        let text = fs::read_to_string(evidence.path().join(format!("fork-{small}-{large}.txt"))).unwrap();
        for rows in [&all, &rewritten(size, from)] {
            assert!(text.contains(&note(rows, LOG_SEED)), "both notes are kept as they were signed");
        }
    }
}

#[tokio::test]
async fn a_checkpoint_that_was_kept_catches_a_rewritten_log() {
    let (seen, other) = (kept(&rows(300)), exported(&rewritten(600, 280)).await);
    let evidence = tempfile::tempdir().unwrap();
    let (code, document) = compare(seen.path().to_str().unwrap(), name(&other), evidence.path());
    assert_eq!((code, &document["verdict"]), (1, &"FORK".into()), "{document:#}");
    assert_eq!(document["commonPrefix"], Value::Null, "a checkpoint alone does not show where");
}

#[tokio::test]
async fn bad_tiles_are_no_fork() {
    let (older, newer) = (exported(&rows(300)).await, exported(&rows(600)).await);
    let tile = newer.path().join("tile/0/001");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    fs::write(&tile, bytes).unwrap();
    let evidence = tempfile::tempdir().unwrap();
    let (code, document) = compare(name(&older), name(&newer), evidence.path());
    assert_eq!(code, 2, "{document:#}");
    assert!(document["error"].as_str().unwrap().contains("tiles do not fit the checkpoint"), "{document:#}");
}

#[tokio::test]
async fn what_cannot_be_compared_says_why() {
    let (small, large) = (kept(&rows(300)), kept(&rows(600)));
    let [small, large] = [&small, &large].map(|file| file.path().to_str().unwrap());
    assert_eq!(audit(&["compare", small, large]).status.code(), Some(4), "whose key counts?");
    let key = log_key(LOG_SEED).verifier_key().to_string();
    assert_eq!(
        audit(&["compare", small, large, "--key", &key]).status.code(),
        Some(2),
        "nothing shows what is between"
    );
    let other_key = log_key(NEXT_LOG_SEED).verifier_key().to_string();
    let log = exported(&rows(600)).await;
    assert_eq!(audit(&["compare", small, name(&log), "--key", &other_key]).status.code(), Some(2));
    let forged = tempfile::NamedTempFile::new().unwrap();
    fs::write(forged.path(), note(&rows(300), LOG_SEED).replacen("\n300\n", "\n301\n", 1)).unwrap();
    let output = audit(&["compare", forged.path().to_str().unwrap(), name(&log)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("BAD SIGNATURE"), "{output:?}");
}

#[tokio::test]
async fn a_log_whose_key_changed_is_still_the_same_log() {
    let all = chain(&rotated());
    let newer = exported(&all).await;
    fs::write(newer.path().join("checkpoint"), note(&all, NEXT_LOG_SEED)).unwrap();
    let (seen, evidence) = (kept(&all[..9]), tempfile::tempdir().unwrap());
    let key = log_key(LOG_SEED).verifier_key().to_string();
    let output = audit(&["compare", seen.path().to_str().unwrap(), name(&newer), "--key", &key]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(compare(seen.path().to_str().unwrap(), name(&newer), evidence.path()).0, 0);
}
