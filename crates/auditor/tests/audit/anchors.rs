//! Is an anchor worth what it says: of these entries, in that block, as deep as the headers reach?

use crate::{
    ledger::{Draft, LOG_SEED, Ledger, Row, at, chain, draft, honest, id, note, wallet},
    program::audit,
};
use edgecoder_anchoring::{
    Network,
    evidence::Commitment,
    headers::HeaderArchive,
    ots::{Attestation, DetachedTimestamp, Timestamp},
};
use edgecoder_events::{
    AccountId, BitcoinHash, BlobRef, CheckpointDigest, Event, Position, StreamName,
    anchor::{
        AnchorAttested, AnchorBroadcast, AnchorConfirmed, AnchorIncluded, AnchorOrphaned, AnchorPromised,
        AnchorRequested, AnchorWay,
    },
    credit::AccountOpened,
};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

const SIZE: u64 = at::COUNT as u64;
const HEIGHT: u32 = 1;
const NOTE: BlobRef = BlobRef([71; 32]);
const PROOF: BlobRef = BlobRef([72; 32]);
const CHECKPOINT: CheckpointDigest = CheckpointDigest([7; 32]);
const BLOCK: BitcoinHash = BitcoinHash([8; 32]);
/// The target of every block of regtest: one hash in two meets it.
const BITS: u32 = 0x207f_ffff;
const GENESIS_TIME: u32 = 1_296_688_602;
/// The headers of heights 0 and 1.
const FIRST_OF_BITCOIN: [&str; 2] = [
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
];
const TABLE: &str = "CREATE TABLE blobs (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, content BLOB NOT NULL) STRICT";

/// An hour after the first block of regtest.
const LATER_MS: u64 = (GENESIS_TIME as u64 + 60 * 60) * 1000;

fn of_anchor(checkpoint: CheckpointDigest, event: impl Into<Event>) -> Draft {
    draft(LATER_MS, StreamName::anchor(&checkpoint), &event.into())
}

fn requested(checkpoint: CheckpointDigest, size: u64, way: AnchorWay) -> Draft {
    of_anchor(checkpoint, AnchorRequested { checkpoint, size: Position(size), way, note: NOTE })
}

fn promised() -> Draft {
    of_anchor(
        CHECKPOINT,
        AnchorPromised { checkpoint: CHECKPOINT, proof: PROOF, calendars: vec!["calendar.example".into()] },
    )
}

fn included(block: BitcoinHash) -> Draft {
    let event = AnchorIncluded { checkpoint: CHECKPOINT, height: HEIGHT, block, proof: PROOF, evidence: PROOF };
    of_anchor(CHECKPOINT, event)
}

fn confirmed(block: BitcoinHash) -> Draft {
    let event = AnchorConfirmed { checkpoint: CHECKPOINT, height: HEIGHT, block, proof: PROOF, evidence: PROOF };
    of_anchor(CHECKPOINT, event)
}

fn orphaned(block: BitcoinHash) -> Draft {
    of_anchor(CHECKPOINT, AnchorOrphaned { checkpoint: CHECKPOINT, height: HEIGHT, block })
}

fn attested() -> Draft {
    of_anchor(CHECKPOINT, AnchorAttested { checkpoint: CHECKPOINT, height: HEIGHT, proof: PROOF })
}

/// The verdict on the honest ledger with these entries behind it.
async fn verified_with(more: &[Draft]) -> (i32, Value) {
    let rows = chain(&[honest(), more.to_vec()].concat());
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger.verify(&[])
}

async fn broken_at_the_end(steps: &[Draft]) {
    let (_, before) = verified_with(&steps[..steps.len() - 1]).await;
    assert_eq!(before["verdict"], "OK", "what comes before is in order: {before:#}");
    let (code, document) = verified_with(steps).await;
    assert_eq!((code, &document["first"]["class"]), (1, &"RULE BROKEN".into()), "{document:#}");
    assert_eq!(document["first"]["position"], SIZE + steps.len() as u64 - 1, "{document:#}");
}

#[tokio::test]
async fn an_anchor_commits_to_what_stood_there_and_to_more_than_the_one_before() {
    let own = |checkpoint, size| requested(checkpoint, size, AnchorWay::OwnTransaction);
    let second = CheckpointDigest([9; 32]);
    broken_at_the_end(&[own(CHECKPOINT, SIZE + 1)]).await;
    broken_at_the_end(&[own(CHECKPOINT, SIZE), own(second, SIZE)]).await;
    broken_at_the_end(&[own(CHECKPOINT, SIZE), own(CHECKPOINT, SIZE + 1)]).await;
    let elsewhere = Draft { stream: StreamName::anchor(&second), ..own(CHECKPOINT, SIZE) };
    broken_at_the_end(&[elsewhere]).await;
}

#[tokio::test]
async fn nobody_but_the_program_says_how_far_an_anchor_has_come() {
    let own = requested(CHECKPOINT, SIZE, AnchorWay::OwnTransaction);
    let by = |actor, draft: &Draft| Draft { actor, ..draft.clone() };
    broken_at_the_end(&[by("account:ann", &own)]).await;
    broken_at_the_end(&[own, by("operator:admin", &included(BLOCK))]).await;
}

#[tokio::test]
async fn each_step_of_an_anchor_follows_the_one_that_it_needs() {
    let own = requested(CHECKPOINT, SIZE, AnchorWay::OwnTransaction);
    let calendars = requested(CHECKPOINT, SIZE, AnchorWay::OpenTimestamps);
    let broadcast = of_anchor(
        CHECKPOINT,
        AnchorBroadcast { checkpoint: CHECKPOINT, transaction: BitcoinHash([1; 32]), fee_sat: 300 },
    );
    let other = BitcoinHash([9; 32]);
    broken_at_the_end(std::slice::from_ref(&broadcast)).await;
    broken_at_the_end(&[own.clone(), promised()]).await;
    broken_at_the_end(&[calendars.clone(), broadcast.clone()]).await;
    broken_at_the_end(&[calendars, attested()]).await;
    let held = [own, broadcast, included(BLOCK)];
    for wrong in [included(other), confirmed(other), orphaned(other)] {
        broken_at_the_end(&[&held[..], &[wrong]].concat()).await;
    }
    let again = [&held[..], &[orphaned(BLOCK), included(other), confirmed(BLOCK)]].concat();
    broken_at_the_end(&again).await;
}

/// A ledger whose first entries are dated by calendars in block 1, with what proves it.
struct Anchored {
    ledger: Ledger,
    commitment: [u8; 32],
}

impl Anchored {
    async fn of(first: &[Draft], file: &str) -> Self {
        Self::through(first, file, |steps| steps).await
    }

    /// Whatever is made of the entries about the anchor.
    async fn through(first: &[Draft], file: &str, change: impl Fn(Vec<Draft>) -> Vec<Draft>) -> Self {
        let commitment = Commitment::to_file(file.as_bytes()).0;
        let checkpoint = CheckpointDigest(commitment);
        let promised = AnchorPromised { checkpoint, proof: PROOF, calendars: vec![] };
        let steps = vec![
            requested(checkpoint, SIZE, AnchorWay::OpenTimestamps),
            of_anchor(checkpoint, promised),
            of_anchor(checkpoint, AnchorAttested { checkpoint, height: HEIGHT, proof: PROOF }),
        ];
        let ledger = Ledger::of(&chain(&[first.to_vec(), change(steps)].concat())).await;
        let block = Timestamp::of(Attestation::Bitcoin { height: HEIGHT.into() });
        let proof = DetachedTimestamp::of_sha256(commitment, block).unwrap().to_bytes();
        let mut db =
            SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(ledger.file())).await.unwrap();
        sqlx::query(TABLE).execute(&mut db).await.unwrap();
        for (address, content) in [(NOTE, file.as_bytes()), (PROOF, &proof)] {
            let insert = sqlx::query("INSERT INTO blobs (hash, content) VALUES (?, ?)");
            insert.bind(address.0.to_vec()).bind(content).execute(&mut db).await.unwrap();
        }
        db.close().await.unwrap();
        Self { ledger, commitment }
    }

    async fn honest() -> Self {
        Self::of(&honest(), &note(&honest_rows(), LOG_SEED)).await
    }

    /// A file of headers of regtest, in whose block 1 this root stands, with so many blocks after it.
    fn headers(&self, root: [u8; 32], after: u32) -> PathBuf {
        let path = self.ledger.dir.path().join("headers");
        let archive = HeaderArchive::open_or_create(&path, Network::Regtest).unwrap();
        let mut previous = digest(archive.tip().hash);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        for height in 1..=1 + after {
            let header = mined(previous, if height == HEIGHT { root } else { [0; 32] }, height);
            previous = twice(&header);
            file.write_all(&header).unwrap();
        }
        path
    }

    fn judged(&self, words: &[&str]) -> (i32, String) {
        let output = self.ledger.audit(&[&["anchors", "--network", "regtest"], words].concat());
        let told = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(told).unwrap())
    }

    fn judged_by(&self, headers: &Path) -> (i32, String) {
        self.judged(&["--headers", headers.to_str().unwrap()])
    }
}

fn honest_rows() -> Vec<Row> {
    chain(&honest())
}

fn twice(bytes: &[u8]) -> [u8; 32] {
    Commitment::to_file(&Commitment::to_file(bytes).0).0
}

/// The bytes of a hash in the order of headers.
fn digest(hash: edgecoder_anchoring::BlockHash) -> [u8; 32] {
    let mut bytes: Vec<u8> = hex::decode(hash.to_string()).unwrap();
    bytes.reverse();
    bytes.try_into().unwrap()
}

fn mined(previous: [u8; 32], root: [u8; 32], height: u32) -> Vec<u8> {
    let mined = (0..u32::MAX).map(|nonce| {
        let time = GENESIS_TIME + height;
        let fields = [1_u32.to_le_bytes(), time.to_le_bytes(), BITS.to_le_bytes(), nonce.to_le_bytes()];
        [&fields[0][..], &previous, &root, &fields[1], &fields[2], &fields[3]].concat()
    });
    mined.into_iter().find(|header| twice(header)[31] < 0x7f).unwrap()
}

#[tokio::test]
async fn an_anchor_is_confirmed_by_six_headers_and_tentative_before() {
    let anchored = Anchored::honest().await;
    let (code, told) = anchored.judged_by(&anchored.headers(anchored.commitment, 4));
    assert!(code == 3 && told.contains("TENTATIVE 5/6 confirmations, block 1 "), "{code}: {told}");
    std::fs::remove_file(anchored.ledger.dir.path().join("headers")).unwrap();
    let headers = anchored.headers(anchored.commitment, 5);
    let (code, told) = anchored.judged_by(&headers);
    assert!(code == 0 && told.contains("CONFIRMED existed no later than block 1 "), "{code}: {told}");
    assert!(told.contains("trust: header archive"), "{told}");
    assert!(told.contains("17 of 20 entries, 1 anchors, UNANCHORED TAIL 3"), "{told}");
    let (code, told) = anchored.judged(&["--json", "--headers", headers.to_str().unwrap()]);
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &document["anchoredEntries"], &document["exitCode"]), (0, &17.into(), &0.into()));
}

#[tokio::test]
async fn a_file_that_shows_less_work_than_is_asked_for_confirms_nothing() {
    let anchored = Anchored::honest().await;
    let headers = anchored.headers(anchored.commitment, 5);
    let headers = headers.to_str().unwrap();
    // Seven blocks of regtest, of two hashes each.
    let (code, told) = anchored.judged(&["--headers", headers, "--minimum-chain-work", "e"]);
    assert!(code == 0 && told.contains(", work 0xe\n"), "{code}: {told}");
    let asked = ["--headers", headers, "--minimum-chain-work", "0xf"];
    let (code, told) = anchored.judged(&asked);
    assert!(code == 3 && told.contains("TENTATIVE 1/6 confirmations, block 1 "), "{code}: {told}");
    assert!(told.contains("trust: supplied header only") && !told.contains("CONFIRMED"), "{told}");
    assert!(told.contains("work 0xe: TOO LITTLE WORK, at least 0xf is asked for"), "{told}");
    let (code, told) = anchored.judged(&[&asked[..], &["--json"]].concat());
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &document["anchors"][0]["confirmed"]), (3, &false.into()));
    let reach = &document["headers"];
    assert_eq!((&reach["trust"], &reach["tipHeight"]), (&"supplied header only".into(), &6.into()));
    assert_eq!(reach["chainWork"], format!("{:064x}", 14));
    std::fs::remove_file(headers).unwrap();
    let other = anchored.headers([5; 32], 5);
    let (code, told) = anchored.judged(&["--headers", other.to_str().unwrap(), "--minimum-chain-work", "f"]);
    assert!(code == 3 && told.contains("UNKNOWN BLOCK 1: the headers have another one there"), "{code}: {told}");
}

/// Real headers of January 2009, which anybody could make anew today: they stand for a forged file of as few.
#[tokio::test]
async fn the_easy_first_blocks_of_the_main_network_confirm_nothing() {
    let ledger = Anchored::honest().await.ledger;
    let path = ledger.dir.path().join("easy");
    std::fs::write(&path, hex::decode(FIRST_OF_BITCOIN.concat()).unwrap()).unwrap();
    let told = |words: &[&str]| {
        let output = ledger.audit(words);
        (output.status.code().unwrap(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let path = path.to_str().unwrap();
    let (code, said) = told(&["anchors", "--headers", path]);
    assert!(code == 3 && said.contains("of 2009-01-09T02:54:25.000Z, work 0x200020002: TOO LITTLE WORK"), "{said}");
    assert!(!said.contains("CONFIRMED") && !said.contains("ANCHOR INVALID"), "{said}");
    assert_eq!(audit(&["headers", path]).status.code(), Some(3));
    assert_eq!(audit(&["headers", path, "--minimum-chain-work", "200020002"]).status.code(), Some(0));
}

#[tokio::test]
async fn without_headers_an_anchor_proves_nothing_yet() {
    let (code, told) = Anchored::honest().await.judged(&[]);
    assert!(code == 3 && told.contains("UNKNOWN BLOCK 1: the headers end at 0"), "{code}: {told}");
}

#[tokio::test]
async fn a_history_that_its_own_key_rewrote_does_not_fit_its_anchor() {
    let mut rewritten = honest();
    rewritten[1] = draft(1_001, wallet("eve"), &AccountOpened { account: id::<AccountId>("eve") }.into());
    let anchored = Anchored::of(&rewritten, &note(&honest_rows(), LOG_SEED)).await;
    let (code, told) = anchored.judged_by(&anchored.headers(anchored.commitment, 5));
    assert!(code == 1 && told.contains("ANCHOR MISMATCH: size=17 root anchored="), "{code}: {told}");
}

#[tokio::test]
async fn a_block_that_the_ledger_names_and_its_proof_does_not_is_a_mismatch() {
    let file = note(&honest_rows(), LOG_SEED);
    let checkpoint = CheckpointDigest(Commitment::to_file(file.as_bytes()).0);
    let elsewhere = AnchorAttested { checkpoint, height: HEIGHT + 1, proof: PROOF };
    let change = |steps: Vec<Draft>| [&steps[..2], &[of_anchor(checkpoint, elsewhere.clone())]].concat();
    let anchored = Anchored::through(&honest(), &file, change).await;
    let (code, told) = anchored.judged_by(&anchored.headers(anchored.commitment, 5));
    assert!(code == 1 && told.contains("ANCHOR MISMATCH: its proof does not lead to block said=2"), "{code}: {told}");
}

#[tokio::test]
async fn a_block_that_holds_something_else_and_headers_without_work_are_named() {
    let anchored = Anchored::honest().await;
    let (code, told) = anchored.judged_by(&anchored.headers([5; 32], 5));
    assert!(code == 1 && told.contains("ANCHOR INVALID: merkle root != header(1)"), "{code}: {told}");
    let path = anchored.ledger.dir.path().join("headers");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    // The highest byte of the nonce: a few tries reach a hash above the target.
    let broken = (0..=u8::MAX).find(|byte| {
        bytes[last] = *byte;
        twice(&bytes[bytes.len() - 80..])[31] > 0x7f
    });
    assert!(broken.is_some());
    std::fs::write(&path, &bytes).unwrap();
    let (code, told) = anchored.judged_by(&path);
    assert!(code == 2 && told.contains("HEADER CHAIN INVALID at 6: pow"), "{code}: {told}");
}

#[tokio::test]
async fn a_file_that_is_gone_or_another_one_is_no_proof() {
    let anchored = Anchored::honest().await;
    let mut db =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(anchored.ledger.file())).await.unwrap();
    let change = sqlx::query("UPDATE blobs SET content = ? WHERE hash = ?").bind(b"else".as_slice());
    change.bind(NOTE.0.to_vec()).execute(&mut db).await.unwrap();
    let (code, told) = anchored.judged(&[]);
    assert!(code == 1 && told.contains("the checkpoint's file that is kept is another one"), "{code}: {told}");
    sqlx::query("DELETE FROM blobs").execute(&mut db).await.unwrap();
    let (code, told) = anchored.judged(&[]);
    assert!(code == 2 && told.contains("CANNOT VERIFY: the checkpoint's file"), "{code}: {told}");
}

#[tokio::test]
async fn an_entry_that_names_a_block_before_its_time_or_stands_in_one_before_its_own_is_misdated() {
    let file = note(&honest_rows(), LOG_SEED);
    let early = |steps: Vec<Draft>| steps.into_iter().map(|it| Draft { at_ms: 4_000, ..it }).collect();
    let backdated = Anchored::through(&honest(), &file, early).await;
    let (code, told) = backdated.judged_by(&backdated.headers(backdated.commitment, 5));
    assert!(code == 1 && told.contains("MISDATED: ts of 19 (1970-01-01T00:00:04.000Z) earlier than block 1"), "{told}");

    let three_hours_ms = 3 * 60 * 60 * 1000;
    let mut first = honest();
    first[16].at_ms = LATER_MS + three_hours_ms;
    let file = note(&chain(&first), LOG_SEED);
    let late =
        |steps: Vec<Draft>| steps.into_iter().map(|it| Draft { at_ms: LATER_MS + three_hours_ms, ..it }).collect();
    let ahead = Anchored::through(&first, &file, late).await;
    let (code, told) = ahead.judged_by(&ahead.headers(ahead.commitment, 5));
    assert!(code == 1 && told.contains("MISDATED: ts of 16 (2011-02-03T03:16:42.000Z) later than block 1"), "{told}");
}
