//! Is an anchor worth what it says: of these entries, in that block, as deep as the headers reach?

use crate::{
    anchored::{Anchored, CHECKPOINT, HEIGHT, LATER_MS, NOTE, PROOF, SIZE, honest_rows, of_anchor, requested, twice},
    ledger::{Draft, LOG_SEED, Ledger, chain, draft, honest, id, note, wallet},
    program::audit,
    web::Web,
};
use edgecoder_anchoring::evidence::Commitment;
use edgecoder_events::{
    AccountId, BitcoinHash, CheckpointDigest,
    anchor::{
        AnchorAttested, AnchorBroadcast, AnchorConfirmed, AnchorIncluded, AnchorOrphaned, AnchorPromised, AnchorWay,
    },
    credit::AccountOpened,
};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fs, path::Path};

const BLOCK: BitcoinHash = BitcoinHash([8; 32]);
/// The headers of heights 0 and 1.
const FIRST_OF_BITCOIN: [&str; 2] = [
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
];

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
    let elsewhere = Draft { stream: edgecoder_events::StreamName::anchor(&second), ..own(CHECKPOINT, SIZE) };
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

#[tokio::test]
async fn an_anchor_is_confirmed_by_six_headers_and_tentative_before() {
    let anchored = Anchored::honest().await;
    let (code, told) = anchored.judged_by(&anchored.headers(anchored.commitment, 4));
    assert!(code == 3 && told.contains("TENTATIVE 5/6 confirmations, block 1 "), "{code}: {told}");
    std::fs::remove_file(anchored.ledger.dir.path().join("headers")).unwrap();
    let headers = anchored.headers(anchored.commitment, 5);
    let (code, told) = anchored.judged_by(&headers);
    assert!(code == 0 && told.contains("CONFIRMED existed no later than block 1 "), "{code}: {told}");
    assert!(told.contains("trust: header archive") && told.starts_with("network      regtest\n"), "{told}");
    assert!(told.contains("17 of 20 entries, 1 anchors, UNANCHORED TAIL 3"), "{told}");
    let (code, told) = anchored.judged(&["--json", "--headers", headers.to_str().unwrap()]);
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &document["anchoredEntries"], &document["exitCode"]), (0, &17.into(), &0.into()));
    assert_eq!(document["network"], "regtest");
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
    assert!(code == 3 && told.contains("TENTATIVE 6/6 confirmations, block 1 "), "{code}: {told}");
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
    let output = audit(&["headers", path, "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["tipHeight"], &document["exitCode"]), (&1.into(), &3.into()));
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

/// Whoever forges headers would rather have easier ones.
#[tokio::test]
async fn scenario_18_headers_with_a_difficulty_that_the_rules_do_not_give_are_named() {
    const BITS_AT: usize = 72;
    let anchored = Anchored::honest().await;
    let path = anchored.headers(anchored.commitment, 5);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 80;
    bytes[last + BITS_AT] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (code, told) = anchored.judged_by(&path);
    assert!(code == 2 && told.contains("HEADER CHAIN INVALID at 6: retarget: difficulty bits 0x207ffffe"), "{told}");
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

fn judged_at(log: &str, headers: &Path) -> (i32, String) {
    let output = audit(&["anchors", "--network", "regtest", "--headers", headers.to_str().unwrap(), "--url", log]);
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(told).unwrap())
}

#[tokio::test]
async fn anchors_of_a_served_log_and_of_a_copy_are_judged_as_those_of_the_ledger() {
    for anchored in [Anchored::honest().await, Anchored::in_own_transaction().await] {
        let (headers, copy) = (anchored.headers(anchored.root, 5), anchored.copy().await);
        let web = Web::of(copy.path());
        let told = anchored.judged_by(&headers);
        assert!(told.0 == 0 && told.1.contains("CONFIRMED existed no later than block 1 "), "{told:?}");
        for log in [&web.url(), copy.path().to_str().unwrap()] {
            assert_eq!(judged_at(log, &headers), told);
        }
    }
}

#[tokio::test]
async fn what_a_served_log_does_not_show_of_an_anchor_or_shows_wrong_is_said() {
    let anchored = Anchored::honest().await;
    let (headers, copy) = (anchored.headers(anchored.root, 5), anchored.copy().await);
    let log = copy.path().to_str().unwrap();
    let (note, proof) = (anchored.file_in(&copy, "checkpoint"), anchored.file_in(&copy, "ots"));
    let kept = fs::read(&proof).unwrap();
    fs::write(&proof, b"else").unwrap();
    let (code, told) = judged_at(log, &headers);
    assert!(code == 1 && told.contains("ANCHOR MISMATCH: its proof cannot be read"), "{code}: {told}");
    fs::write(&proof, vec![0; 128 * 1024 + 1]).unwrap();
    let (code, told) = judged_at(log, &headers);
    assert!(code == 2 && told.contains("is longer than the 131072 bytes that it may have"), "{code}: {told}");
    fs::remove_file(&proof).unwrap();
    let (code, told) = judged_at(log, &headers);
    assert!(code == 2 && told.contains("CANNOT VERIFY: its proof is not kept here"), "{code}: {told}");
    fs::write(&proof, kept).unwrap();
    fs::write(&note, b"else").unwrap();
    let (code, told) = judged_at(log, &headers);
    assert!(code == 1 && told.contains("the checkpoint's file that is kept is another one"), "{code}: {told}");
}

#[tokio::test]
async fn a_block_that_went_away_makes_an_orphan_of_an_anchor_whose_ledger_does_not_say_so() {
    let anchored = Anchored::in_own_transaction().await;
    let (headers, copy) = (anchored.headers([9; 32], 5), anchored.copy().await);
    let (code, told) = judged_at(copy.path().to_str().unwrap(), &headers);
    assert!(code == 1 && told.contains("ANCHOR ORPHANED: block "), "{code}: {told}");
}
