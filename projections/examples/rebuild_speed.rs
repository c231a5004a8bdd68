//! How many events a second does a rebuild take in? Prints one line per question, for a SQLite file of its own, beside what
//! SQLite takes in when nobody has to make the rows.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

#[path = "../tests/rules/history.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod history;
#[path = "../tests/rules/test_log.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod test_log;

use edgecoder_events::task::WorkKind;
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_projections::{Projections, Question, TablesIn};
use history::{History, Step};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use test_log::TestLog;

const TASKS: u16 = 20_000;
const LIVE_EVENTS: usize = 200;
const BATCH: usize = 1_024;
const BARE_ROWS: u128 = 200_000;
/// Rows of a hundred letters, as many as [`BARE_ROWS`].
const BARE: &str = "INSERT INTO bare WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 200000) \
    SELECT n, hex(randomblob(50)) FROM row";

fn task(n: u16) -> [Step; 4] {
    let [account, project] = [n % 200, n % 50].map(|it| u8::try_from(it).unwrap());
    let number = usize::from(n);
    [
        Step::Submit { account, project, priority: 50, model: None, work: WorkKind::Program, gpu: false, shape: 0 },
        Step::Lease { task: number, subtask: 0, agent: project },
        Step::Pass { ms: 3 },
        Step::Finish { task: number, subtask: 0, passed: true },
    ]
}

#[tokio::main]
async fn main() {
    let history = History::of(&(0..TASKS).flat_map(task).collect::<Vec<_>>());
    let (old, new) = history.events.split_at(history.events.len() - LIVE_EVENTS);
    let log = TestLog::of(old, BATCH);
    let directory = tempfile::tempdir().unwrap();
    let tables = directory.path().join("projections.db");
    forget_peak();
    let begin = Instant::now();
    let all = Projections::start(&log, TablesIn::File(&tables), &directory.path().join("search")).await.unwrap();
    all.caught_up(log.head()).await.unwrap();
    let spent = begin.elapsed();
    println!("{} events; all from nothing: {:.2} s, peak memory {}", old.len(), spent.as_secs_f64(), peak());
    for question in Question::ALL.into_iter().filter(|it| it.is_kept()) {
        forget_peak();
        let begin = Instant::now();
        all.rebuild(question, |_| {}).await.unwrap();
        let spent = begin.elapsed();
        let rate = old.len() as u128 * 1_000 / spent.as_millis().max(1);
        println!("{question:>16}: {:.2} s, {rate} events/s, peak memory {}", spent.as_secs_f64(), peak());
    }
    let bare = bare_rows_per_second(&directory.path().join("bare.db")).await;
    println!("{:>16}: {bare} rows/s", "SQLite alone");
    forget_peak();
    let mut waits: Vec<Duration> = vec![];
    for one in new {
        let begin = Instant::now();
        log.append(std::slice::from_ref(one));
        all.caught_up(log.head()).await.unwrap();
        waits.push(begin.elapsed());
    }
    waits.sort();
    let of = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let waited_for = Question::ALL.into_iter().filter(|it| it.is_waited_for()).count();
    println!(
        "appended to visible in all {waited_for} that are waited for: p50 {:?}, p99 {:?}; peak memory {}",
        of(50),
        of(99),
        peak()
    );
    all.stop().await;
}

/// In one transaction: nobody who writes rows is quicker.
async fn bare_rows_per_second(file: &Path) -> u128 {
    let options =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let made = sqlx::raw_sql("CREATE TABLE bare (n INTEGER PRIMARY KEY, words TEXT NOT NULL)");
    made.execute(&mut database).await.unwrap();
    let begin = Instant::now();
    let rows = sqlx::raw_sql(BARE).execute(&mut database).await.unwrap().rows_affected();
    let spent = begin.elapsed();
    assert_eq!(u128::from(rows), BARE_ROWS);
    database.close().await.unwrap();
    BARE_ROWS * 1_000 / spent.as_millis().max(1)
}
