//! How many events per second become durable, beside what the disk itself can do in the same run?
//!
//! `append_speed [FOLDER] [POSTGRES_URL]`: the folder decides the disk.

use edgecoder_events::{
    Actor, AgentId, Clock, NewEvent, Position, SteadyMillis, StreamName, UnixMillis, Version, node::NodeRejected,
};
use edgecoder_ledger::note::LogKey;
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_store::{Append, Backend, IdempotencyKey, Limits, Store, StoreSettings};
use futures_util::{StreamExt, stream::FuturesOrdered};
use rand::{SeedableRng, rngs::StdRng};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How long each measurement lasts.
const LASTS: Duration = Duration::from_secs(5);
const CALLERS: usize = 64;

struct Ticking(Instant);

impl Clock for Ticking {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000).plus_ms(self.steady().0)
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| ".".to_owned()));
    let dir = tempfile::tempdir_in(folder)?;
    measure("SQLite", dir.path(), |name| Backend::Sqlite { dir: dir.path().join(name) }).await?;
    if let Some(url) = arguments.next() {
        let run = std::process::id();
        let schema = |name: &str| format!("speed_{run}_{name}");
        measure("PostgreSQL", dir.path(), |name| Backend::Postgres { url: url.clone(), schema: schema(name) }).await?;
    }
    Ok(())
}

async fn measure(title: &str, dir: &Path, backend: impl Fn(&str) -> Backend) -> Result<(), Box<dyn std::error::Error>> {
    println!("{title}");
    for (name, callers, in_flight, grouped) in
        [("one", 1, 1, 1), ("many", CALLERS, 1, 1), ("deep", CALLERS, 16, 1), ("groups", CALLERS, 4, 4)]
    {
        let before = syncs_per_second(dir)?;
        let store = open(backend(name), dir.join(format!("{title}-{name}.checkpoint"))).await?;
        forget_peak();
        let start = Instant::now();
        let events = load(&store, callers, in_flight, grouped).await?;
        let rate = f64::from(events) / start.elapsed().as_secs_f64();
        let held = peak();
        let closing = Instant::now();
        let size = store.head().size;
        store.close().await?;
        let closed_ms = closing.elapsed().as_millis();
        let syncs = f64::midpoint(before, syncs_per_second(dir)?);
        println!(
            "  {callers:>2} callers x {in_flight:>2} in flight x {grouped} events: {rate:>8.0} events/s; the disk: \
             {syncs:.0} fdatasync/s ({:.0} %); peak memory {held}; {size} entries, closed in {closed_ms} ms",
            rate / syncs * 100.0
        );
        if name == "deep" {
            read_all(backend(name), dir.join(format!("{title}-{name}.checkpoint"))).await?;
        }
    }
    Ok(())
}

async fn read_all(backend: Backend, checkpoint: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    forget_peak();
    let opening = Instant::now();
    let store = open(backend, checkpoint).await?;
    let opened_ms = opening.elapsed().as_millis();
    let start = Instant::now();
    let mut events = Box::pin(store.read(Position(0)));
    let mut count = 0_u32;
    while let Some(event) = events.next().await {
        event?;
        count += 1;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    println!("     opened again in {opened_ms} ms; read and decoded {rate:.0} events/s; peak memory {}", peak());
    Ok(store.close().await?)
}

fn syncs_per_second(dir: &Path) -> std::io::Result<f64> {
    let mut file = File::create(dir.join("sync"))?;
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < LASTS / 5 {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

async fn open(backend: Backend, checkpoint: PathBuf) -> Result<Store, Box<dyn std::error::Error>> {
    let settings = StoreSettings {
        backend,
        origin: "example.org/speed".to_owned(),
        log_key: LogKey::from_seed("example.org/speed", &[1; 32])?,
        clock: Arc::new(Ticking(Instant::now())),
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: Some(checkpoint),
        limits: Limits::default(),
    };
    Ok(Store::open(settings).await?)
}

async fn load(
    store: &Store,
    callers: usize,
    in_flight: usize,
    grouped: usize,
) -> Result<u32, Box<dyn std::error::Error>> {
    let mut tasks = JoinSet::new();
    let end = Instant::now() + LASTS;
    for caller in 0..callers {
        let store = store.clone();
        tasks.spawn(async move {
            let (mut answers, mut sent, mut recorded) = (FuturesOrdered::new(), 0_u64, 0_u32);
            while Instant::now() < end || !answers.is_empty() {
                while Instant::now() < end && answers.len() < in_flight {
                    let permit = store.reserve().await.expect("the store is open");
                    answers.push_back(permit.submit(work(caller, sent, grouped)));
                    sent += 1;
                }
                if let Some(answer) = answers.next().await {
                    recorded += u32::try_from(answer.expect("it is recorded").event_ids.len()).unwrap_or_default();
                }
            }
            recorded
        });
    }
    Ok(tasks.join_all().await.into_iter().sum())
}

/// Each append has its own idempotency key, and each caller a new stream every eight appends.
fn work(caller: usize, sent: u64, grouped: usize) -> Append {
    let node = AgentId::new(format!("machine-{caller}-{}", sent / 8)).expect("a short name");
    let reason = "the answer did not compile and the tests that came with it failed twice".to_owned();
    let stream = StreamName::agent(&node);
    let event = NodeRejected { node: node.clone(), reason };
    let events = vec![NewEvent { stream: stream.clone(), event: event.into() }; grouped];
    let key = blake3::hash(format!("{caller}-{sent}").as_bytes());
    let expected = Version((sent % 8) * u64::try_from(grouped).unwrap_or_default());
    Append::new(Actor::agent(&node), events)
        .expecting(stream, expected)
        .once(IdempotencyKey::new(&key.as_bytes()[..16]).expect("16 bytes"))
}
