//! Is everything that was acknowledged still there after the process was killed at any moment?
//!
//! The test runs itself again as a child that appends and prints what was acknowledged, and kills it.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use edgecoder_events::{
    Actor, AgentId, Clock, NewEvent, Position, SteadyMillis, StreamName, UnixMillis, node::NodeApproved,
};
use edgecoder_ledger::{GENESIS_PREV, entry_hash, note::LogKey};
use edgecoder_store::{Append, Backend, Limits, Standing, Store, StoreSettings, StoredEntry};
use futures_util::TryStreamExt;
use rand::{SeedableRng, rngs::StdRng};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

/// How many acknowledgements are waited for before each kill: another moment every time.
const KILLS_AFTER: [usize; 4] = [1, 40, 333, 1500];
const CHILD: &str = "--append-until-killed";

struct Counting;

impl Clock for Counting {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis::default()
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == CHILD) {
        Some(place) => append_until_killed(Path::new(&arguments[place + 1])).await,
        None => Box::pin(every_acknowledged_event_survives_kill_9()).await,
    }
}

async fn open(dir: &Path) -> Store {
    let settings = StoreSettings {
        backend: Backend::Sqlite { dir: dir.join("data") },
        origin: "example.org/crash".to_owned(),
        log_key: LogKey::from_seed("example.org/crash", &[1; 32]).unwrap(),
        clock: Arc::new(Counting),
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: Some(dir.join("checkpoint")),
        limits: Limits::default(),
    };
    Store::open(settings).await.unwrap()
}

async fn append_until_killed(dir: &Path) {
    let store = open(dir).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..16 {
        let (store, node) = (store.clone(), AgentId::new(format!("machine-{caller}")).unwrap());
        callers.spawn(async move {
            loop {
                let event = NodeApproved { node: node.clone() }.into();
                let events = vec![NewEvent { stream: StreamName::agent(&node), event }];
                let receipt = store.append(Append::new(Actor::system("crash"), events)).await.unwrap();
                let line = format!("{} {}\n", receipt.last.0, blake3::Hash::from(receipt.hash).to_hex());
                std::io::stdout().write_all(line.as_bytes()).unwrap();
            }
        });
    }
    callers.join_next().await;
}

async fn every_acknowledged_event_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<(usize, String)> = Vec::new();
    for kill_after in KILLS_AFTER {
        acknowledged.extend(run_and_kill(dir.path(), kill_after));
        let store = open(dir.path()).await;
        assert_eq!(store.standing(), Standing::Leading);
        let entries: Vec<StoredEntry> = store.read_entries(Position(0)).try_collect().await.unwrap();
        verify(&entries);
        for (position, hash) in &acknowledged {
            let stored = entries.get(*position).map(|entry| blake3::Hash::from(entry.hash).to_hex().to_string());
            assert_eq!(stored.as_deref(), Some(hash.as_str()), "acknowledged entry {position} is not there");
        }
        store.close().await.unwrap();
    }
    println!("every one of {} acknowledged events survived {} kills", acknowledged.len(), KILLS_AFTER.len());
}

fn run_and_kill(dir: &Path, kill_after: usize) -> Vec<(usize, String)> {
    let mut child =
        Command::new(std::env::current_exe().unwrap()).arg(CHILD).arg(dir).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut printed: Vec<String> = lines.by_ref().take(kill_after).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    printed.extend(lines);
    assert!(printed.len() >= kill_after, "the child died by itself");
    printed.iter().filter_map(|line| parse(line)).collect()
}

/// The last line may have been cut off by the kill.
fn parse(line: &str) -> Option<(usize, String)> {
    let (position, hash) = line.split_once(' ')?;
    (hash.len() == 64).then(|| (position.parse().unwrap(), hash.to_owned()))
}

fn verify(entries: &[StoredEntry]) {
    let mut prev = GENESIS_PREV;
    for (place, stored) in entries.iter().enumerate() {
        let entry = stored.decode().unwrap();
        assert_eq!((entry.position, entry.prev_hash), (place as u64, prev));
        assert_eq!(entry_hash(&stored.entry), stored.hash);
        prev = stored.hash;
    }
}
