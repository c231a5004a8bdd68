//! A monitor holds the anchors of a log against the log and the block chain, and notices when they stop coming.

use crate::{
    anchored::{Anchored, LATER_MS, copy_of, honest_rows, kept, of_anchor},
    ledger::{Draft, LOG_SEED, chain, draft, honest, id, note, wallet},
    program::audit,
    watching::{At, names, wish},
};
use edgecoder_anchoring::{Network, evidence::Commitment, headers::minimum_work};
use edgecoder_auditor::{ArchiveFile, HeaderSource, Watch};
use edgecoder_events::{
    AccountId, BlobRef, CheckpointDigest, Position,
    anchor::{AnchorRequested, AnchorWay},
    credit::AccountOpened,
};
use std::{fs, path::Path};
use tempfile::TempDir;

const MINUTE_MS: u64 = 60_000;

fn name(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

fn once(log: &TempDir, headers: &Path) -> (i32, String) {
    let state = tempfile::tempdir().unwrap();
    let headers = ["--network", "regtest", "--headers", headers.to_str().unwrap()];
    let output = audit(&[&["watch", name(log), "--state", name(&state), "--once"], &headers[..]].concat());
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn an_anchor_that_holds_is_no_alert_and_one_that_does_not_is_told_by_its_name() {
    let anchored = Anchored::in_own_transaction().await;
    let copy = anchored.copy().await;
    let (code, said) = once(&copy, &anchored.headers(anchored.root, 5));
    assert_eq!((code, said.contains("ALERT")), (0, false), "{said}");
    let (code, said) = once(&copy, &anchored.headers([9; 32], 5));
    assert!(code == 1 && said.contains("ALERT ANCHOR ORPHANED: the anchor of size 17"), "{code}: {said}");

    let anchored = Anchored::honest().await;
    let (copy, headers) = (anchored.copy().await, anchored.headers([5; 32], 5));
    let (code, said) = once(&copy, &headers);
    assert!(code == 1 && said.contains("ALERT ANCHOR INVALID"), "{code}: {said}");
    fs::remove_file(anchored.file_in(&copy, "ots")).unwrap();
    let (code, said) = once(&copy, &headers);
    assert!(code == 2 && said.contains("ALERT ANCHOR FILE MISSING"), "{code}: {said}");
}

#[tokio::test]
async fn an_anchor_of_another_root_than_the_logs_is_an_alert() {
    let mut rewritten = honest();
    rewritten[1] = draft(1_001, wallet("eve"), &AccountOpened { account: id::<AccountId>("eve") }.into());
    let anchored = Anchored::of(&rewritten, &note(&honest_rows(), LOG_SEED)).await;
    let (code, said) = once(&anchored.copy().await, &anchored.headers(anchored.root, 5));
    assert!(code == 1 && said.contains("ALERT ANCHOR MISMATCH") && said.contains("root anchored="), "{code}: {said}");
}

#[tokio::test]
async fn a_watch_that_goes_on_sees_a_block_go_away_and_headers_that_are_gone() {
    let anchored = Anchored::in_own_transaction().await;
    let (copy, state) = (anchored.copy().await, tempfile::tempdir().unwrap());
    let path = anchored.headers(anchored.root, 5);
    let headers = HeaderSource::Archive(Box::new(
        ArchiveFile::open(&path, Network::Regtest, minimum_work(Network::Regtest)).unwrap(),
    ));
    let mut watch = Watch::begin(wish(name(&copy), &state), headers).unwrap();
    assert_eq!(names(&watch.look(&At(1)).await.unwrap()), [""; 0]);
    anchored.headers([9; 32], 6);
    assert_eq!(names(&watch.look(&At(2)).await.unwrap()), ["ANCHOR ORPHANED"]);
    fs::remove_file(&path).unwrap();
    assert_eq!(names(&watch.look(&At(3)).await.unwrap()), ["NO HEADERS", "ANCHOR ORPHANED"], "what is known stays");
    anchored.headers(anchored.root, 5);
    assert_eq!(names(&watch.look(&At(4)).await.unwrap()), [""; 0]);
}

/// A log that asked for an anchor at these times, each of all before it, and opened an account a minute after each.
struct Cadence {
    drafts: Vec<Draft>,
    files: Vec<(BlobRef, String)>,
}

impl Cadence {
    fn of(times: &[u64]) -> Self {
        let mut it = Self { drafts: honest(), files: Vec::new() };
        for (number, at_ms) in times.iter().enumerate() {
            it.ask(*at_ms);
            it.open(&format!("account-{number}"), at_ms + MINUTE_MS);
        }
        it
    }

    fn ask(&mut self, at_ms: u64) {
        let file = note(&chain(&self.drafts), LOG_SEED);
        let checkpoint = CheckpointDigest(Commitment::to_file(file.as_bytes()).0);
        let (size, note) = (Position(self.drafts.len() as u64), BlobRef(checkpoint.0));
        let event = AnchorRequested { checkpoint, size, way: AnchorWay::OwnTransaction, note };
        self.drafts.push(Draft { at_ms, ..of_anchor(checkpoint, event) });
        self.files.push((note, file));
    }

    fn open(&mut self, account: &str, at_ms: u64) {
        self.drafts.push(draft(at_ms, wallet(account), &AccountOpened { account: id(account) }.into()));
    }

    async fn copy(&self) -> TempDir {
        let contents: Vec<(BlobRef, &[u8])> = self.files.iter().map(|(at, file)| (*at, file.as_bytes())).collect();
        let rows = chain(&self.drafts);
        copy_of(&kept(&rows, &contents).await, &rows).await
    }
}

async fn names_at(copy: &TempDir, now_ms: u64) -> Vec<&'static str> {
    let state = tempfile::tempdir().unwrap();
    let mut watch = Watch::begin(wish(name(copy), &state), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    names(&watch.look(&At(now_ms)).await.unwrap())
}

#[tokio::test]
async fn anchors_that_stop_coming_are_stale_by_the_logs_own_cadence() {
    let hour = 60 * MINUTE_MS;
    let hourly = [LATER_MS, LATER_MS + hour, LATER_MS + 2 * hour];
    let waits_since = hourly[2] + MINUTE_MS;
    let copy = Cadence::of(&hourly).copy().await;
    assert_eq!(names_at(&copy, waits_since + 2 * hour).await, [""; 0]);
    assert_eq!(names_at(&copy, waits_since + 2 * hour + 1).await, ["ANCHORS STALE"]);
    let twice = Cadence::of(&hourly[..2]).copy().await;
    assert_eq!(names_at(&twice, waits_since + 100 * hour).await, [""; 0], "two anchors tell no cadence");
    let mut idle = Cadence::of(&hourly);
    idle.drafts.pop();
    assert_eq!(names_at(&idle.copy().await, waits_since + 100 * hour).await, [""; 0], "nothing waits for an anchor");
}
