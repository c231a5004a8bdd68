//! How long does it take to start on a large log? `start_speed [EVENTS]`: opening the store, then reading all of it into
//! the projections in memory, while those in tables hold their position.
//!
//! Core time is the time that the process had a core: others may use the machine meanwhile.
#![expect(clippy::unwrap_used, reason = "an example stops at the first thing that does not hold")]

#[path = "../tests/rules/history.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod history;

use edgecoder_events::{Actor, Clock, NewEvent, Position, SteadyMillis, UnixMillis, task::WorkKind};
use edgecoder_ledger::note::LogKey;
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_projections::{Projections, TablesIn};
use edgecoder_store::{Append, Backend, Limits, Store, StoreSettings};
use history::{History, Step};
use rand::{SeedableRng, rngs::StdRng};
use rustix::time::{ClockId, clock_gettime};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const DEFAULT_EVENTS: u64 = 1_000_000;
const ORIGIN: &str = "example.org/start";

/// The time of the log stands still: nothing here depends on it.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis::default()
    }
}

/// A task from its submission to its payment.
fn steps(number: usize) -> [Step; 4] {
    let [account, project] = [number % 200, number % 50].map(|it| u8::try_from(it).unwrap());
    [
        Step::Submit { account, project, priority: 50, model: None, work: WorkKind::Program, gpu: false, shape: 0 },
        Step::Lease { task: number, subtask: 0, agent: project },
        Step::Pass { ms: 3 },
        Step::Finish { task: number, subtask: 0, passed: true },
    ]
}

async fn open(dir: &Path) -> Store {
    let settings = StoreSettings {
        backend: Backend::Sqlite { dir: dir.to_owned() },
        origin: ORIGIN.to_owned(),
        log_key: LogKey::from_seed(ORIGIN, &[1; 32]).unwrap(),
        clock: Arc::new(Noon),
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: Some(dir.join("checkpoint")),
        limits: Limits::default(),
    };
    Store::open(settings).await.unwrap()
}

async fn fill(store: &Store, events: u64) {
    let mut history = History::default();
    let most = Limits::default().append_events;
    let mut waiting: Vec<NewEvent> = vec![];
    for number in 0.. {
        for step in &steps(number) {
            history.step(step);
        }
        let new = history.events.drain(..).map(|it| NewEvent { stream: it.stream, event: it.event });
        waiting.extend(new);
        if waiting.len() >= most {
            let rest = waiting.split_off(most);
            store.append(Append::new(Actor::system("example"), waiting)).await.unwrap();
            waiting = rest;
        }
        if store.head().size >= events {
            return;
        }
    }
}

async fn project(store: &Store, dir: &Path) -> Projections {
    let all =
        Projections::start(store, TablesIn::File(&dir.join("projections.db")), &dir.join("search")).await.unwrap();
    all.caught_up(Position(store.head().size)).await.unwrap();
    all
}

async fn read(store: &Store) {
    let mut follower = store.follow(Position(0));
    while follower.position().0 < store.head().size {
        follower.next_batch().await.unwrap();
    }
}

fn core_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().expect("the time of a process is not below zero")
}

async fn measure<T>(what: &str, events: u64, doing: impl Future<Output = T>) -> T {
    forget_peak();
    let (core, wall) = (core_time(), Instant::now());
    let done = doing.await;
    let (core, wall) = (core_time().saturating_sub(core), wall.elapsed());
    let rate = u128::from(events) * 1_000 / core.as_micros().max(1);
    println!(
        "  {what:<44} {:>6} ms of core time ({rate} k events/s), {:>6} ms on the wall, peak memory {}",
        core.as_millis(),
        wall.as_millis(),
        peak()
    );
    done
}

#[tokio::main]
async fn main() {
    let events = std::env::args().nth(1).map_or(DEFAULT_EVENTS, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    fill(&store, events).await;
    let events = store.head().size;
    println!("{events} events");
    measure("all projections from nothing", events, Box::pin(project(&store, dir.path()))).await.stop().await;
    store.close().await.unwrap();
    drop(store);
    let store = measure("opening the store", events, open(dir.path())).await;
    measure("reading and decoding", events, read(&store)).await;
    measure("starting the projections", events, Box::pin(project(&store, dir.path()))).await.stop().await;
    store.close().await.unwrap();
    std::fs::remove_file(dir.path().join("index.db")).unwrap();
    drop(store);
    measure("opening the store without its index", events, open(dir.path())).await.close().await.unwrap();
}
