//! One entry is proven against the signed tree, from a served log and from a database.

use crate::{
    exporting::{exported, rewritten, rows},
    ledger::{LOG_SEED, Ledger, NEXT_LOG_SEED, log_key, note},
    program::{audit, document},
};
use edgecoder_ledger::tree::verify_inclusion;
use serde_json::Value;
use std::fs;

fn hash(value: &Value) -> [u8; 32] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

/// Checks the proof that is printed as a stranger would.
fn check(proof: &Value, position: u64, size: u64) {
    let path: Vec<_> = proof["path"].as_array().unwrap().iter().map(hash).collect();
    let (leaf, root) = (hash(&proof["leafHash"]), hash(&proof["checkpoint"]["root"]));
    assert_eq!(proof["entry"]["position"], position, "{proof:#}");
    assert_eq!(verify_inclusion(position, size, &leaf, &path, &root), Ok(()), "{proof:#}");
}

#[tokio::test]
async fn any_entry_is_proven_alike_from_a_served_log_and_from_a_database() {
    for size in [1, 17, 256, 600, 1_300] {
        let rows = rows(size);
        let (folder, ledger) = (exported(&rows).await, Ledger::of(&rows).await);
        ledger.put_checkpoint(&note(&rows, LOG_SEED));
        for position in [0, size / 3, size - 1] {
            let position = position.to_string();
            let served = document(&audit(&["prove", &position, "--json", "--url", folder.path().to_str().unwrap()]));
            let stored = document(&ledger.audit(&["prove", &position, "--json"]));
            assert_eq!((served.0, served.1["verdict"].as_str()), (0, Some("PROVEN")));
            assert_eq!(served, stored);
            check(&served.1, position.parse().unwrap(), size as u64);
        }
    }
}

#[tokio::test]
async fn a_person_can_follow_the_proof_to_the_signed_root() {
    let folder = exported(&rows(600)).await;
    let output = audit(&["prove", "300", "--url", folder.path().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("event.account            account-300"), "{text}");
    assert!(text.ends_with("PROVEN: entry 300 is one of the 600 entries that the log signed\n"), "{text}");
    assert!(text.contains(&note(&rows(600), LOG_SEED)), "the note is part of it: {text}");
    let root = text.lines().find(|line| line.ends_with("as the root of 600 entries")).unwrap();
    let steps = text.lines().filter(|line| line.contains(" on the ")).count();
    let last = text.lines().rfind(|line| line.contains(" on the ")).unwrap();
    assert_eq!((steps, &last[..66]), (10, &root[..66]), "{text}");
}

#[tokio::test]
async fn an_entry_that_was_exchanged_is_not_proven() {
    let (folder, other) = (exported(&rows(600)).await, exported(&rewritten(600, 300)).await);
    fs::copy(other.path().join("tile/entries/001"), folder.path().join("tile/entries/001")).unwrap();
    let log = folder.path().to_str().unwrap();
    let output = audit(&["prove", "300", "--url", log]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("NOT PROVEN: MUTATED at 300"), "{text}");
    assert_eq!(audit(&["prove", "299", "--url", log]).status.code(), Some(0), "the entries beside it are");
    let ledger = Ledger::of(&rewritten(600, 300)).await;
    ledger.put_checkpoint(&note(&rows(600), LOG_SEED));
    assert_eq!(ledger.audit(&["prove", "17"]).status.code(), Some(1));
}

#[tokio::test]
async fn a_proof_from_a_bad_tile_or_under_an_unknown_key_is_refused() {
    let folder = exported(&rows(600)).await;
    let log = folder.path().to_str().unwrap();
    assert_eq!(audit(&["prove", "600", "--url", log]).status.code(), Some(3), "not covered yet");
    let other = log_key(NEXT_LOG_SEED).verifier_key().to_string();
    assert_eq!(audit(&["prove", "17", "--url", log, "--key", &other]).status.code(), Some(2));
    let tile = folder.path().join("tile/0/000");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    fs::write(&tile, bytes).unwrap();
    assert_eq!(audit(&["prove", "17", "--url", log]).status.code(), Some(2), "the tile is another");
    assert_eq!(audit(&["prove", "300", "--url", log]).status.code(), Some(0), "and this proof does not need it");
}

#[tokio::test]
async fn an_entry_is_proven_under_a_checkpoint_that_was_kept() {
    let (folder, kept) = (exported(&rows(600)).await, tempfile::NamedTempFile::new().unwrap());
    fs::write(kept.path(), note(&rows(512), LOG_SEED)).unwrap();
    let args = ["--checkpoint", kept.path().to_str().unwrap(), "--json"];
    let log = folder.path().to_str().unwrap();
    let (code, proof) = document(&audit(&[&["prove", "300", "--url", log], &args[..]].concat()));
    assert_eq!(code, 0, "{proof:#}");
    check(&proof, 300, 512);
    let ledger = Ledger::of(&rows(600)).await;
    assert_eq!(document(&ledger.audit(&[&["prove", "300"], &args[..]].concat())), (0, proof));
}
