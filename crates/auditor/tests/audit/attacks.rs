//! What is done to the bytes of a ledger by one who can write the database.

use crate::{
    damage::wish,
    ledger::{self, Draft, LOG_SEED, Ledger, NEXT_LOG_SEED, Row, at, chain, honest, log_key, note, rotated, row},
};
use edgecoder_auditor::verify;

/// The rows after an attack, beside the honest checkpoint.
async fn attacked(attack: impl FnOnce(&mut Vec<Row>)) -> Ledger {
    let mut rows = chain(&honest());
    let checkpoint = note(&rows, LOG_SEED);
    attack(&mut rows);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&checkpoint);
    ledger
}

fn renumber(rows: &mut [Row]) {
    for (row, position) in rows.iter_mut().zip(0..) {
        row.position = position;
    }
}

fn forged(position: usize, prev: &[u8]) -> Row {
    let draft = Draft { key: None, ..ledger::draft(1_005, ledger::wallet("mallory"), &ledger::spent(1)) };
    row(position.try_into().unwrap(), 1, prev.try_into().unwrap(), &draft)
}

/// Every later entry chained anew, as one with write access and no key does it.
fn rewritten(from: usize) -> Vec<Row> {
    let mut drafts = honest();
    drafts[from].at_ms += 1;
    for draft in &mut drafts[from..] {
        draft.at_ms = draft.at_ms.max(1_004);
    }
    chain(&drafts)
}

#[tokio::test]
async fn an_honest_ledger_is_ok_and_says_on_whose_word() {
    let ledger = Ledger::honest().await;
    let (code, document) = ledger.verify(&[]);
    assert_eq!(code, 0, "{document:#}");
    let place = std::path::Path::new(document["ledger"]["place"].as_str().unwrap());
    assert_eq!(place, ledger.file());
    insta::assert_json_snapshot!(document, { ".ledger.place" => "[file]" });
}

#[tokio::test]
async fn scenario_1_a_changed_payload_is_a_mutation() {
    let change = |rows: &mut Vec<Row>| {
        let middle = rows[5].entry.len() - 40;
        rows[5].entry[middle] ^= 1;
    };
    attacked(change).await.expect(1, "MUTATED", Some(5));
    attacked(|rows| rows[5].stream.push('x')).await.expect(1, "MUTATED", Some(5));
    attacked(|rows| rows[5].version = -1).await.expect(1, "MUTATED", Some(5));
}

#[tokio::test]
async fn scenario_2_a_replaced_entry_breaks_the_chain() {
    let ledger = attacked(|rows| {
        let draft = Draft { at_ms: 1_006, ..honest()[7].clone() };
        rows[7] = row(7, 1, rows[6].hash[..].try_into().unwrap(), &draft);
    });
    ledger.await.expect(1, "CHAIN BREAK", Some(8));
}

#[tokio::test]
async fn scenario_3_a_rewritten_history_does_not_fit_the_checkpoint() {
    attacked(|rows| *rows = rewritten(3)).await.expect(1, "CHECKPOINT MISMATCH", Some(0));
}

#[tokio::test]
async fn scenario_5_a_shortened_ledger_is_truncated_and_without_a_checkpoint_unproven() {
    attacked(|rows| rows.truncate(10)).await.expect(1, "TRUNCATED", Some(10));
    let emptied = attacked(|rows| rows.truncate(0)).await;
    assert_eq!(emptied.verify(&[]).0, 2, "without a key nobody's signature counts");
    let (code, document) = emptied.verify(&["--key", &log_key(LOG_SEED).verifier_key().to_string()]);
    assert_eq!((code, &document["first"]["class"]), (1, &"TRUNCATED".into()), "{document:#}");
    let alone = Ledger::of(&chain(&honest())[..at::FINISHED]).await;
    let (code, document) = alone.verify(&[]);
    assert_eq!((code, &document["verdict"]), (3, &"VALID BUT UNPROVEN".into()));
    assert_eq!(document["coverage"]["unprovenTail"], at::FINISHED);
}

#[tokio::test]
async fn scenario_6_and_7_deleted_rows_are_missing() {
    attacked(|rows| drop(rows.remove(5))).await.expect(1, "MISSING", Some(5));
    attacked(|rows| drop(rows.drain(..4))).await.expect(1, "GENESIS MISSING", Some(0));
    let renumbered = attacked(|rows| {
        rows.remove(5);
        renumber(rows);
    });
    renumbered.await.expect(1, "MISSING", Some(5));
}

#[tokio::test]
async fn what_stands_after_a_gap_wider_than_any_page_is_read_too() {
    let ledger = attacked(|rows| rows[at::BLACKLISTED].position = 100_000).await;
    ledger.expect(1, "MISSING", Some(16));
    assert_eq!(ledger.verify(&[]).1["coverage"]["entries"], at::COUNT);
}

#[tokio::test]
async fn scenario_8_and_9_exchanged_and_inserted_rows_are_named() {
    let exchanged = attacked(|rows| {
        rows.swap(3, 7);
        renumber(rows);
    });
    exchanged.await.expect(1, "REORDERED", Some(3));
    let inserted = attacked(|rows| {
        let new = forged(6, &rows[5].hash);
        rows.insert(6, new);
        renumber(rows);
    });
    inserted.await.expect(1, "INSERTED/RENUMBERED", Some(6));
}

#[tokio::test]
async fn a_row_below_zero_is_never_overlooked() {
    let ledger = attacked(|rows| {
        let below = Row { position: -5, ..rows[3].clone() };
        rows.push(below);
    })
    .await;
    ledger.expect(2, "CORRUPT", Some(0));
    let detail = &ledger.verify(&[]).1["first"]["detail"];
    assert!(detail.as_str().unwrap().contains("row -5 "), "{detail}");
}

#[tokio::test]
async fn scenario_10_a_checkpoint_of_another_key_or_with_another_text_counts_for_nothing() {
    let rows = chain(&honest());
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, [99; 32]));
    ledger.expect(2, "UNKNOWN KEY", None);
    ledger.put_checkpoint(&note(&rows, LOG_SEED).replacen("\n17\n", "\n16\n", 1));
    ledger.expect(1, "BAD SIGNATURE", None);
    ledger.put_checkpoint("no note");
    ledger.expect(2, "BAD CHECKPOINT", None);
}

#[tokio::test]
async fn a_ledger_that_another_key_made_from_the_start_is_found_by_who_knows_the_key() {
    let ledger = Ledger::honest().await;
    let good = log_key(LOG_SEED).verifier_key().to_string();
    assert_eq!(ledger.verify(&["--key", &good]).0, 0);
    let other = log_key([99; 32]).verifier_key().to_string();
    let (code, document) = ledger.verify(&["--key", &other]);
    assert_eq!((code, &document["first"]["class"]), (1, &"WRONG KEY".into()), "{document:#}");
}

#[tokio::test]
async fn scenario_11_a_rotated_key_signs_on() {
    let rows = chain(&rotated());
    let ledger = Ledger::of(&rows).await;
    for (seed, size) in [(LOG_SEED, 18), (NEXT_LOG_SEED, 18), (NEXT_LOG_SEED, 19)] {
        ledger.put_checkpoint(&note(&rows[..size], seed));
        let (code, document) = ledger.verify(&["--allow-unproven", "1"]);
        assert_eq!(code, 0, "{document:#}");
        assert_eq!(document["logKeys"][1]["fromSize"], 18);
    }
    let first_key = log_key(LOG_SEED).verifier_key().to_string();
    assert_eq!(ledger.verify(&["--key", &first_key]).0, 0, "the key that is trusted handed over");
}

#[tokio::test]
async fn scenario_12_a_replaced_key_no_longer_signs() {
    let rows = chain(&rotated());
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger.expect(1, "KEY EXPIRED", Some(17));
}

#[tokio::test]
async fn scenario_13_a_change_that_the_old_key_did_not_sign_is_unauthorised() {
    let mut drafts = rotated();
    let rotation = &mut drafts[at::COUNT].payload;
    let middle = rotation.len() - 100;
    rotation[middle] ^= 1;
    let rows = chain(&drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger.expect(1, "UNAUTHORISED ROTATION", Some(17));
}

/// What a writer with the log's key does against the rules, committed to by an honest checkpoint.
async fn written(change: impl FnOnce(&mut Vec<Draft>)) -> Ledger {
    let mut drafts = honest();
    change(&mut drafts);
    let rows = chain(&drafts);
    let ledger = Ledger::of(&rows).await;
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    ledger
}

#[tokio::test]
async fn scenario_14_time_never_runs_backwards() {
    written(|drafts| drafts[4].at_ms = 5).await.expect(1, "NON-MONOTONIC TIME", Some(4));
}

/// The auditor's own clock may be the one that is wrong: he is told, and nobody is accused.
#[tokio::test]
async fn scenario_14_an_entry_of_the_future_is_named_and_proves_nothing() {
    const YEAR_2100_MS: u64 = 4_102_444_800_000;
    let ledger = written(|drafts| drafts[at::BLACKLISTED].at_ms = YEAR_2100_MS).await;
    let (code, document) = ledger.verify(&[]);
    assert_eq!((code, &document["verdict"]), (0, &"OK".into()), "{document:#}");
    let warning = &document["warnings"][0];
    assert_eq!((&warning["class"], &warning["position"]), (&"FUTURE TIME".into(), &16.into()), "{document:#}");
    let told = String::from_utf8(ledger.audit(&["verify"]).stdout).unwrap();
    assert!(told.contains("\nwarning      FUTURE TIME at 16: ts 2100-01-01T00:00:00.000Z is more than"), "{told}");
    assert_eq!(Ledger::honest().await.verify(&[]).1["warnings"], serde_json::json!([]));
}

#[tokio::test]
async fn scenario_14_clocks_may_differ_by_two_hours() {
    const TWO_HOURS_MS: u64 = 2 * 60 * 60 * 1000;
    for (at_ms, expected) in [(TWO_HOURS_MS, None), (TWO_HOURS_MS + 1, Some((16, TWO_HOURS_MS + 1)))] {
        let ledger = written(|drafts| drafts[at::BLACKLISTED].at_ms = at_ms).await;
        let report = verify(&wish(&ledger), &|_, _| {}).await.unwrap();
        assert_eq!(report.events.first_ahead, expected, "now is 0");
    }
}

#[tokio::test]
async fn scenario_19_a_damaged_file_is_corrupt_and_never_ok() {
    let ledger = Ledger::honest().await;
    let whole = std::fs::read(ledger.file()).unwrap();
    for cut in [0, 10, 100, 4096, 5000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(ledger.file(), &whole[..cut]).unwrap();
        let (code, document) = ledger.verify(&[]);
        assert!(code == 2 || code == 1, "cut at {cut}: {document:#}");
    }
    std::fs::remove_file(ledger.file()).unwrap();
    assert_eq!(ledger.verify(&[]).0, 2);
}

#[tokio::test]
async fn scenario_20_a_replayed_append_and_an_entry_of_another_ledger_are_named() {
    let again = written(|drafts| drafts[at::BLACKLISTED].key = Some(b"append-3".to_vec()));
    again.await.expect(1, "DUPLICATE IDEMPOTENCY KEY", Some(16));
    let moved = written(|drafts| drafts[5].origin = "example.org/other".to_owned());
    moved.await.expect(1, "WRONG LEDGER", Some(5));
}

#[tokio::test]
async fn an_older_checkpoint_from_elsewhere_leaves_a_tail_unless_the_directory_is_trusted() {
    let ledger = Ledger::honest().await;
    let kept = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(kept.path(), note(&chain(&honest())[..9], LOG_SEED)).unwrap();
    let kept = kept.path().to_str().unwrap();
    assert_eq!(ledger.verify(&["--checkpoint", kept]).0, 3);
    assert_eq!(ledger.verify(&["--checkpoint", kept, "--allow-unproven", "4"]).0, 3);
    assert_eq!(ledger.verify(&["--checkpoint", kept, "--allow-unproven", "8"]).0, 0);
    assert_eq!(ledger.verify(&["--checkpoint", kept, "--trust-data-dir"]).0, 0);
    // A ledger that was rolled back together with its own checkpoint is found by the one that was kept.
    let older = Ledger::of(&chain(&honest())[..7]).await;
    older.put_checkpoint(&note(&chain(&honest())[..7], LOG_SEED));
    assert_eq!(older.verify(&[]).0, 0);
    assert_eq!(older.verify(&["--checkpoint", kept]).1["first"]["class"], "TRUNCATED");
}
