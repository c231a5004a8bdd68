//! A log that is served is verified like one in a database, and its tiles too.

use crate::{
    exporting::{exported, rows},
    ledger::{LOG_SEED, Row, log_key, note},
    program::{audit, document},
    web::Web,
};
use serde_json::Value;
use std::{fs, path::Path};

/// Where an entry's bytes begin in a bundle, after its length.
fn place_in_bundle(rows: &[Row], position: usize) -> usize {
    let first = position / 256 * 256;
    rows[first..position].iter().map(|row| row.entry.len() + 2).sum::<usize>() + 2
}

fn verify(log: &str, args: &[&str]) -> (i32, Value) {
    document(&audit(&[&["verify", "--json", "--url", log], args].concat()))
}

fn flip(folder: &Path, file: &str, byte: usize) {
    let file = folder.join(file);
    let mut bytes = fs::read(&file).unwrap();
    bytes[byte] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[track_caller]
fn expect(folder: &Path, code: i32, class: &str, position: u64) -> Value {
    let (got, document) = verify(folder.to_str().unwrap(), &[]);
    assert_eq!((got, &document["first"]["class"]), (code, &class.into()), "{document:#}");
    assert_eq!(document["first"]["position"], position, "{document:#}");
    document
}

#[tokio::test]
async fn a_served_log_is_verified_from_the_web_and_from_a_folder() {
    for size in [17, 256, 600, 1_300] {
        let folder = exported(&rows(size)).await;
        let web = Web::of(folder.path());
        let key = log_key(LOG_SEED).verifier_key().to_string();
        for log in [&web.url(), folder.path().to_str().unwrap()] {
            let (code, document) = verify(log, &["--key", &key]);
            assert_eq!((code, &document["coverage"]["entries"]), (0, &size.into()), "{document:#}");
            assert_eq!(document["coverage"]["authorSignaturesChecked"], 3);
        }
    }
}

#[tokio::test]
async fn a_flipped_byte_of_an_entry_is_found_at_its_place_by_the_signed_tree() {
    let rows = rows(600);
    // The last byte of an entry is one of the hash of the entry before; the last entry has no follower that would tell.
    for position in [3, 300, 599] {
        let folder = exported(&rows).await;
        let at = place_in_bundle(&rows, position) + rows[position].entry.len() - 1;
        let file = ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"][position / 256];
        flip(folder.path(), file, at);
        expect(folder.path(), 1, "MUTATED", position as u64);
    }
}

#[tokio::test]
async fn a_flipped_byte_of_a_tile_is_found_and_is_no_tampering() {
    for (file, position) in [("tile/0/001", 256), ("tile/0/002.p/88", 512), ("tile/1/000.p/2", 0)] {
        let folder = exported(&rows(600)).await;
        flip(folder.path(), file, 7);
        let document = expect(folder.path(), 2, "BAD TILE", position);
        assert_eq!(document["coverage"]["lastGoodCheckpoint"], 600, "the entries are those that were signed");
    }
}

#[tokio::test]
async fn what_is_not_served_cannot_be_verified() {
    let folder = exported(&rows(600)).await;
    fs::remove_file(folder.path().join("tile/entries/001")).unwrap();
    expect(folder.path(), 2, "CORRUPT", 256);
    assert_eq!(audit(&["verify", "--url", "no-such-folder"]).status.code(), Some(2));
    assert_eq!(audit(&["verify", "--url", "http://127.0.0.1:1"]).status.code(), Some(2));
    assert_eq!(audit(&["verify", "--url", "gopher://127.0.0.1"]).status.code(), Some(4));
}

#[tokio::test]
async fn a_log_that_shows_less_than_it_signed_is_truncated() {
    let (folder, all) = (exported(&rows(300)).await, rows(600));
    let kept = tempfile::NamedTempFile::new().unwrap();
    fs::write(kept.path(), note(&all, LOG_SEED)).unwrap();
    let log = folder.path().to_str().unwrap();
    let (code, document) = verify(log, &["--checkpoint", kept.path().to_str().unwrap()]);
    assert_eq!((code, &document["first"]["class"]), (1, &"TRUNCATED".into()), "{document:#}");
}

#[tokio::test]
async fn a_part_of_a_tile_may_be_forgotten_once_there_is_more_of_it() {
    let (folder, older) = (exported(&rows(600)).await, rows(520));
    for file in ["tile/entries/002.p/88", "tile/0/002.p/88"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let newer = exported(&rows(768)).await;
    for file in ["tile/entries/002", "tile/0/002"] {
        fs::copy(newer.path().join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("checkpoint"), note(&older, LOG_SEED)).unwrap();
    let (code, document) = verify(folder.path().to_str().unwrap(), &[]);
    assert_eq!((code, &document["coverage"]["entries"]), (0, &520.into()), "{document:#}");
}

#[tokio::test]
async fn a_server_that_stumbles_is_asked_again_and_one_that_lies_down_is_named() {
    let folder = exported(&rows(17)).await;
    let web = Web::of(folder.path());
    web.refuse("checkpoint", 2);
    assert_eq!(verify(&web.url(), &[]).0, 0);
    web.refuse("checkpoint", u32::MAX);
    let output = audit(&["verify", "--url", &web.url()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("checkpoint answers 503"), "{output:?}");
}

#[tokio::test]
async fn entries_of_a_served_log_are_shown_and_followed() {
    let folder = exported(&rows(600)).await;
    let log = folder.path().to_str().unwrap();
    let (code, shown) = document(&audit(&["show", "300", "--json", "--url", log]));
    assert_eq!((code, &shown["event"]["account"]), (0, &"account-300".into()));
    let newest = audit(&["tail", "-n", "90", "--json", "--url", log]);
    let lines = String::from_utf8(newest.stdout).unwrap();
    let positions: Vec<_> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (510..600).collect::<Vec<_>>());
}
