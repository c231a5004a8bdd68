//! What do the commands print, and with which exit code do they end?

use crate::ledger::{LOG_SEED, Ledger, at, chain, honest, insert, note};
use serde_json::Value;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::process::{Command, Output};

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_person_reads_what_was_checked_and_what_was_not() {
    let ledger = Ledger::honest().await;
    let output = ledger.audit(&["verify"]);
    let printed = text(&output).replace(ledger.file().to_str().unwrap(), "[file]");
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(printed);
}

#[tokio::test]
async fn an_entry_is_shown_with_every_field() {
    let ledger = Ledger::honest().await;
    let output = ledger.audit(&["show", &at::FINISHED.to_string(), "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let document: Value = serde_json::from_str(&text(&output)).unwrap();
    let by_id = ledger.audit(&["show", document["eventId"].as_str().unwrap(), "--json"]);
    assert_eq!(text(&by_id), text(&output));
    insta::assert_json_snapshot!(document);
}

#[tokio::test]
async fn an_entry_that_is_not_there_cannot_be_shown() {
    let ledger = Ledger::honest().await;
    assert_eq!(ledger.audit(&["show", "17"]).status.code(), Some(2));
    assert_eq!(ledger.audit(&["show", &"ff".repeat(16)]).status.code(), Some(2));
}

#[tokio::test]
async fn a_changed_entry_is_shown_and_ends_with_one() {
    let mut rows = chain(&honest());
    rows[3].hash[0] ^= 1;
    assert_eq!(Ledger::of(&rows).await.audit(&["show", "3"]).status.code(), Some(1));
}

#[tokio::test]
async fn the_tail_is_the_newest_entries_that_are_wanted() {
    let ledger = Ledger::honest().await;
    let positions = |args: &[&str]| -> Vec<u64> {
        let printed = text(&ledger.audit(&[&["tail", "--json"], args].concat()));
        printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["position"].as_u64().unwrap()).collect()
    };
    assert_eq!(positions(&["-n", "3"]), [14, 15, 16]);
    assert_eq!(positions(&["--stream", "task-t1", "-n", "2"]), [11, 12]);
    assert_eq!(positions(&["--kind", "credit.account_opened"]), [1, 2]);
    assert_eq!(positions(&["-n", "0"]), Vec::<u64>::new());
}

#[tokio::test]
async fn a_terminal_does_not_obey_what_the_log_says() {
    let mut drafts = honest();
    drafts[16].kind = "a\u{1b}[2Jb".to_owned();
    let ledger = Ledger::of(&chain(&drafts)).await;
    for args in [&["tail"][..], &["show", "16"], &["verify"], &["verify", "--json"]] {
        let printed = text(&ledger.audit(args));
        assert!(!printed.contains('\u{1b}') && printed.contains("[2Jb"), "{printed}");
    }
}

#[tokio::test]
async fn a_ledger_that_is_being_written_can_be_read() {
    let rows = chain(&honest());
    let ledger = Ledger::of(&rows[..10]).await;
    let options = SqliteConnectOptions::new().filename(ledger.file()).journal_mode(SqliteJournalMode::Wal);
    let mut writer = SqliteConnection::connect_with(&options).await.unwrap();
    for row in &rows[10..] {
        insert(&mut writer, row).await;
    }
    sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await.unwrap();
    ledger.put_checkpoint(&note(&rows, LOG_SEED));
    let (code, document) = ledger.verify(&[]);
    assert_eq!((code, &document["coverage"]["entries"]), (0, &17.into()), "{document:#}");
}

#[test]
fn a_wrong_question_is_told_apart_from_a_wrong_ledger() {
    let program = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgecoder-audit"));
        command.env_remove("EDGECODER_DATA_DIR").args(args).output().unwrap().status.code()
    };
    assert_eq!(program(&["verify"]), Some(4));
    assert_eq!(program(&["verify", "--key", "nonsense", "--data-dir", "x"]), Some(4));
    assert_eq!(program(&["show", "--data-dir", "x", "nonsense"]), Some(4));
    assert_eq!(program(&["--help"]), Some(0));
    assert_eq!(program(&["verify", "--data-dir", "no-such-directory"]), Some(2));
}
