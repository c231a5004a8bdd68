//! A monitor follows a log that somebody else serves, and never forgets what it saw.

use crate::{
    exporting::{exported, rewritten, rows},
    ledger::{LOG_SEED, NEXT_LOG_SEED, Row, chain, honest, log_key, micros, note, rotated},
    program::audit,
    web::Web,
};
use edgecoder_anchoring::Network;
use edgecoder_auditor::{Alert, HeaderSource, Look, Watch, WatchWish};
use edgecoder_events::{Clock, Event, SteadyMillis, UnixMillis, credit::CreditsIssued, credit::IssueReason};
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;

pub struct At(pub u64);

impl Clock for At {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(self.now().0)
    }
}

pub fn wish(log: &str, state: &TempDir) -> WatchWish {
    WatchWish {
        address: log.parse().unwrap(),
        state: state.path().to_owned(),
        keys: vec![],
        stale_after_ms: None,
        checkpoints_only: false,
        look_within: Duration::from_mins(10),
    }
}

pub fn names(look: &Look) -> Vec<&'static str> {
    look.alerts.iter().map(Alert::name).collect()
}

async fn look(watch: &mut Watch) -> Vec<&'static str> {
    names(&watch.look(&At(1)).await.unwrap())
}

fn once(log: &str, state: &TempDir, args: &[&str]) -> (i32, String) {
    let state = state.path().to_str().unwrap();
    let output = audit(&[&["watch", log, "--state", state, "--once"], args].concat());
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn name(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

fn kept(state: &TempDir) -> String {
    fs::read_to_string(state.path().join("checkpoint")).unwrap()
}

#[tokio::test]
async fn a_log_that_grows_is_followed_without_an_alert() {
    let state = tempfile::tempdir().unwrap();
    let folders = [exported(&rows(17)).await, exported(&rows(600)).await, exported(&rows(1_300)).await];
    let web = Web::of(folders[0].path());
    let mut watch = Watch::begin(wish(&web.url(), &state), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    for (folder, size) in folders.iter().zip([17, 600, 1_300]) {
        web.show(folder.path());
        assert_eq!(look(&mut watch).await, [""; 0]);
        assert_eq!(kept(&state), note(&rows(size), LOG_SEED));
        let again = watch.look(&At(2)).await.unwrap();
        assert_eq!((again.grew, names(&again)), (false, vec![]));
    }
}

#[tokio::test]
async fn a_rewritten_history_is_a_fork_for_a_watch_that_was_restarted_meanwhile() {
    let state = tempfile::tempdir().unwrap();
    let (honest, other) = (exported(&rows(300)).await, exported(&rewritten(600, 280)).await);
    let web = Web::of(honest.path());
    assert_eq!(once(&web.url(), &state, &[]).0, 0);
    web.show(other.path());
    for args in [&[][..], &["--checkpoints-only"]] {
        let (code, said) = once(&web.url(), &state, args);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("ALERT FORK") && said.contains("fork-300-600.txt"), "{said}");
    }
    assert_eq!(kept(&state), note(&rows(300), LOG_SEED), "what was seen first stays");
    let evidence = fs::read_to_string(state.path().join("fork-300-600.txt")).unwrap();
    for rows in [rows(300), rewritten(600, 280)] {
        assert!(evidence.contains(&note(&rows, LOG_SEED)), "{evidence}");
    }
}

#[tokio::test]
async fn a_split_view_of_one_size_is_a_fork() {
    let state = tempfile::tempdir().unwrap();
    let (one, other) = (exported(&rows(300)).await, exported(&rewritten(300, 299)).await);
    let web = Web::of(one.path());
    let mut watch = Watch::begin(wish(&web.url(), &state), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    assert_eq!(look(&mut watch).await, [""; 0]);
    web.show(other.path());
    assert_eq!(look(&mut watch).await, ["FORK"]);
    assert_eq!(look(&mut watch).await, ["FORK"], "as long as it is shown");
    web.show(one.path());
    assert_eq!(look(&mut watch).await, [""; 0]);
    assert!(state.path().join("fork-300-300.txt").is_file());
}

#[tokio::test]
async fn a_log_that_became_smaller_was_rolled_back() {
    let state = tempfile::tempdir().unwrap();
    let (older, newer) = (exported(&rows(300)).await, exported(&rows(600)).await);
    assert_eq!(once(name(&newer), &state, &[]).0, 0);
    let (code, said) = once(name(&older), &state, &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("ALERT ROLLBACK: known size 600"), "{said}");
    assert!(state.path().join("rollback-600-300.txt").is_file());
}

#[tokio::test]
async fn entries_that_are_not_the_signed_ones_are_found_as_they_come() {
    let (all, state) = (rows(600), tempfile::tempdir().unwrap());
    let (older, newer) = (exported(&rows(300)).await, exported(&all).await);
    let web = Web::of(older.path());
    let mut watch = Watch::begin(wish(&web.url(), &state), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    assert_eq!(look(&mut watch).await, [""; 0]);
    let bundle = newer.path().join("tile/entries/002.p/88");
    let mut bytes = fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&bundle, bytes).unwrap();
    web.show(newer.path());
    assert_eq!(look(&mut watch).await, ["CHECKPOINT MISMATCH", "CHAIN BREAK"]);
}

#[tokio::test]
async fn a_tile_that_does_not_fit_the_root_proves_nothing_and_is_not_followed() {
    let state = tempfile::tempdir().unwrap();
    let (older, newer) = (exported(&rows(300)).await, exported(&rows(600)).await);
    assert_eq!(once(name(&older), &state, &[]).0, 0);
    let tile = newer.path().join("tile/0/002.p/88");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[3] ^= 1;
    fs::write(&tile, bytes).unwrap();
    let (code, said) = once(name(&newer), &state, &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("ALERT BAD TILE"), "{said}");
    assert_eq!(kept(&state), note(&rows(300), LOG_SEED));
}

fn with_credit_from_nowhere() -> Vec<Row> {
    let mut drafts = honest();
    let gift =
        CreditsIssued { account: crate::ledger::id("ann"), amount: micros(u64::MAX / 4), reason: IssueReason::Faucet };
    drafts.push(crate::ledger::draft(4_000, crate::ledger::wallet("ann"), &Event::from(gift)));
    chain(&drafts)
}

#[tokio::test]
async fn a_broken_rule_in_what_is_new_is_an_alert() {
    let state = tempfile::tempdir().unwrap();
    let (honest, greedy) = (exported(&rows(17)).await, exported(&with_credit_from_nowhere()).await);
    let web = Web::of(honest.path());
    let mut watch = Watch::begin(wish(&web.url(), &state), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    assert_eq!(look(&mut watch).await, [""; 0]);
    web.show(greedy.path());
    let found = watch.look(&At(1)).await.unwrap();
    assert_eq!(names(&found), ["RULE BROKEN"]);
    assert!(found.alerts[0].detail.starts_with("at 17: "), "{found:?}");
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, said) = once(name(&greedy), &elsewhere, &["--checkpoints-only"]);
    assert_eq!((code, said.contains("OK: size 18")), (0, true), "the entries were not read: {said}");
}

#[tokio::test]
async fn a_bad_signature_and_an_unknown_key_are_told_apart() {
    let state = tempfile::tempdir().unwrap();
    let folder = exported(&rows(300)).await;
    assert_eq!(once(name(&folder), &state, &[]).0, 0);
    let checkpoint = folder.path().join("checkpoint");
    fs::write(&checkpoint, note(&rows(300), NEXT_LOG_SEED)).unwrap();
    let (code, said) = once(name(&folder), &state, &[]);
    assert_eq!((code, said.contains("ALERT UNKNOWN KEY")), (2, true), "{said}");
    fs::write(&checkpoint, note(&rows(300), LOG_SEED).replacen("\n300\n", "\n301\n", 1)).unwrap();
    let (code, said) = once(name(&folder), &state, &[]);
    assert_eq!((code, said.contains("ALERT BAD SIGNATURE")), (1, true), "{said}");
    let other = log_key(NEXT_LOG_SEED).verifier_key().to_string();
    let (code, _) = once(name(&folder), &tempfile::tempdir().unwrap(), &["--key", &other]);
    assert_eq!(code, 2, "the auditor's own key counts");
}

#[tokio::test]
async fn a_watch_goes_along_with_a_change_of_the_logs_key() {
    let all = chain(&rotated());
    let (older, newer) = (exported(&all[..10]).await, exported(&all).await);
    fs::write(newer.path().join("checkpoint"), note(&all, NEXT_LOG_SEED)).unwrap();
    let (state, web) = (tempfile::tempdir().unwrap(), Web::of(older.path()));
    assert_eq!(once(&web.url(), &state, &[]).0, 0);
    web.show(newer.path());
    assert_eq!(once(&web.url(), &state, &[]).0, 0);
    let keys = fs::read_to_string(state.path().join("keys")).unwrap();
    assert_eq!(keys.lines().count(), 2, "{keys}");
    // The old key is not the log's any more.
    fs::write(newer.path().join("checkpoint"), note(&all, LOG_SEED)).unwrap();
    let (code, said) = once(&web.url(), &state, &[]);
    assert_eq!((code, said.contains("ALERT KEY EXPIRED")), (1, true), "{said}");
}

#[tokio::test]
async fn a_log_that_stands_still_is_stale_where_that_is_asked_for() {
    let (folder, state) = (exported(&rows(17)).await, tempfile::tempdir().unwrap());
    let wish = WatchWish { stale_after_ms: Some(1_000), ..wish(name(&folder), &state) };
    let mut watch = Watch::begin(wish.clone(), HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    assert_eq!(names(&watch.look(&At(50_000)).await.unwrap()), [""; 0]);
    assert_eq!(names(&watch.look(&At(51_000)).await.unwrap()), [""; 0]);
    let mut restarted = Watch::begin(wish, HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    let stale = restarted.look(&At(51_001)).await.unwrap();
    assert_eq!(names(&stale), ["STALE"]);
    assert_eq!(stale.alerts[0].exit_code(), 3);
}

#[tokio::test]
async fn a_log_that_is_gone_is_unreachable_and_nothing_is_forgotten() {
    let (folder, state) = (exported(&rows(17)).await, tempfile::tempdir().unwrap());
    assert_eq!(once(name(&folder), &state, &[]).0, 0);
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    let (code, said) = once(name(&folder), &state, &[]);
    assert_eq!((code, said.contains("ALERT UNREACHABLE")), (2, true), "{said}");
    assert_eq!(kept(&state), note(&rows(17), LOG_SEED));
}

/// Whoever serves a log must not keep its watch silent by being slow.
#[tokio::test]
async fn a_log_that_never_ends_a_file_is_an_alert_beside_what_was_found_before() {
    let (folder, state) = (exported(&rows(600)).await, tempfile::tempdir().unwrap());
    let web = Web::of(folder.path());
    assert_eq!(once(&web.url(), &state, &["--checkpoints-only"]).0, 0);
    web.hold("tile/entries/001");
    let asked =
        WatchWish { look_within: Duration::from_secs(1), stale_after_ms: Some(1_000), ..wish(&web.url(), &state) };
    let mut watch = Watch::begin(asked, HeaderSource::Supplied(Network::Bitcoin)).unwrap();
    for _ in 0..2 {
        let look = watch.look(&At(u64::MAX)).await.unwrap();
        assert_eq!(names(&look), ["UNREACHABLE", "STALE"]);
        assert!(look.alerts[0].detail.contains("not read in 1 s"), "{look:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_alert_command_is_told_what_and_where_the_evidence_is() {
    use std::os::unix::fs::PermissionsExt;
    let (state, told) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = told.path().join("tell");
    let said = told.path().join("said");
    fs::write(&program, format!("#!/bin/sh\nprintf '%s|%s' \"$1\" \"$3\" > {}\n", said.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let (one, other) = (exported(&rows(300)).await, exported(&rewritten(300, 100)).await);
    assert_eq!(once(name(&one), &state, &["--alert-command", program.to_str().unwrap()]).0, 0);
    assert!(!Path::new(&said).exists());
    assert_eq!(once(name(&other), &state, &["--alert-command", program.to_str().unwrap()]).0, 1);
    let evidence = state.path().join("fork-300-300.txt");
    assert_eq!(fs::read_to_string(said).unwrap(), format!("FORK|{}", evidence.display()));
}
