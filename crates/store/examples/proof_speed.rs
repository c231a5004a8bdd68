//! How long does a proof take, made from tiles and checked, and how soon does a checkpoint cover an append?
//!
//! `proof_speed [FOLDER] [ENTRIES]`: the folder decides the disk. Beside each figure stands what nobody can go below: the
//! hashes that a proof is folded from, a signature check, an fdatasync.

use edgecoder_events::{
    Actor, AgentId, Clock, NewEvent, Position, SteadyMillis, StreamName, UnixMillis, node::NodeRejected,
};
use edgecoder_ledger::{
    Checkpoint,
    note::LogKey,
    tree::{leaf_hash, node_hash, verify_inclusion},
};
use edgecoder_measuring::{forget_peak, peak};
use edgecoder_store::{Append, Backend, Limits, Published, Store, StoreSettings};
use futures_util::StreamExt;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    fs::File,
    hint::black_box,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

const ORIGIN: &str = "example.org/speed";
const DEFAULT_ENTRIES: u64 = 1_000_000;
/// How many events stand in one append while the log is made.
const GROUPED: u64 = 512;
const PROOFS: usize = 5_000;
const CHECKPOINTS: usize = 20;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

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
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| ".".to_owned()));
    let entries = arguments.next().map_or(Ok(DEFAULT_ENTRIES), |number| number.parse())?;
    let dir = tempfile::tempdir_in(folder)?;
    let store = open(dir.path()).await?;
    grow(&store, entries).await?;
    latency(&store, dir.path()).await?;
    store.close().await?;

    forget_peak();
    let opening = Instant::now();
    let store = open(dir.path()).await?;
    let published = published(&store).await?;
    let size = published.checkpoint.size;
    let opened_ms = opening.elapsed().as_millis();
    println!("{size} entries; opened and published again in {opened_ms} ms; peak memory {}", peak());
    proofs(&store, &published, "first").await?;
    proofs(&store, &published, "again").await?;
    checks(&store, &published).await?;
    Ok(store.close().await?)
}

async fn open(dir: &Path) -> Outcome<Store> {
    let settings = StoreSettings {
        backend: Backend::Sqlite { dir: dir.join("data") },
        origin: ORIGIN.to_owned(),
        log_key: LogKey::from_seed(ORIGIN, &[1; 32])?,
        clock: Arc::new(Ticking(Instant::now())),
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: Some(dir.join("checkpoint")),
        limits: Limits::default(),
    };
    Ok(Store::open(settings).await?)
}

fn event(text: &str) -> NewEvent {
    let node = AgentId::new("speed").expect("a good name");
    NewEvent { stream: StreamName::agent(&node), event: NodeRejected { node, reason: text.to_owned() }.into() }
}

async fn grow(store: &Store, entries: u64) -> Outcome<()> {
    let begun = Instant::now();
    while store.head().size < entries {
        let count = GROUPED.min(entries.saturating_sub(store.head().size));
        let events = (0..count).map(|_| event("not one of ours, as far as we can tell from here")).collect();
        store.append(Append::new(Actor::operator("bench"), events)).await?;
    }
    let appended = begun.elapsed();
    published(store).await?;
    println!(
        "log made in {:.1} s, its tiles {} ms later; peak memory {}",
        appended.as_secs_f64(),
        begun.elapsed().saturating_sub(appended).as_millis(),
        peak()
    );
    Ok(())
}

async fn published(store: &Store) -> Outcome<Arc<Published>> {
    store.checkpoint_now().await?;
    Ok(store.tiles().published_with(store.head().size).await.ok_or("the store was closed")?)
}

/// From the receipt of an append until a published checkpoint covers it.
async fn latency(store: &Store, dir: &Path) -> Outcome<()> {
    forget_peak();
    let mut waits = Vec::with_capacity(CHECKPOINTS);
    for _ in 0..CHECKPOINTS {
        store.append(Append::new(Actor::operator("bench"), vec![event("x")])).await?;
        let begun = Instant::now();
        store.tiles().published_with(store.head().size).await.ok_or("the store was closed")?;
        waits.push(begun.elapsed());
    }
    let sync = middle(&mut (0..CHECKPOINTS).map(|_| sync(dir)).collect::<Result<Vec<_>, _>>()?);
    let [p50, p99] = percentiles(&mut waits);
    println!(
        "append -> published checkpoint: p50 {} ms, p99 {} ms; one fdatasync {} us; peak memory {}",
        p50.as_millis(),
        p99.as_millis(),
        sync.as_micros(),
        peak()
    );
    Ok(())
}

fn sync(dir: &Path) -> std::io::Result<Duration> {
    let mut file = File::create(dir.join("sync"))?;
    file.write_all(&[7; 4096])?;
    let begun = Instant::now();
    file.sync_data()?;
    Ok(begun.elapsed())
}

async fn proofs(store: &Store, published: &Published, title: &str) -> Outcome<()> {
    let (tiles, size) = (store.tiles(), published.checkpoint.size);
    forget_peak();
    let mut rng = StdRng::seed_from_u64(7);
    let (mut times, mut hashes) = (Vec::with_capacity(PROOFS), 0);
    for _ in 0..PROOFS {
        let index = rng.next_u64() % size;
        let begun = Instant::now();
        hashes = tiles.inclusion_proof(published, index, size).await?.len();
        times.push(begun.elapsed());
    }
    let [p50, p99] = percentiles(&mut times);
    // A level-0 tile alone is folded into eight hashes of a proof: 247 node hashes.
    let node = per_turn(|turn| black_box(node_hash(&[turn; 32], &[1; 32])));
    println!(
        "inclusion proof from tiles, {title}: p50 {:.1} us, p99 {:.1} us, {hashes} hashes; folding a tile {:.1} us; \
         peak memory {}",
        micros(p50),
        micros(p99),
        micros(node) * 247.0,
        peak()
    );
    Ok(())
}

async fn checks(store: &Store, published: &Published) -> Outcome<()> {
    let entry = Box::pin(store.read_entries(Position(7))).next().await.ok_or("the log is empty")??;
    let size = published.checkpoint.size;
    let proof = store.tiles().inclusion_proof(published, 7, size).await?;
    let key = [store.log_verifier_key()];
    forget_peak();
    let whole = per_turn(|_| {
        let checkpoint = Checkpoint::open(published.note.as_bytes(), &key).expect("our own note");
        verify_inclusion(7, size, &leaf_hash(&entry.entry), &proof, &checkpoint.root).expect("our own proof");
    });
    let note = per_turn(|_| drop(black_box(Checkpoint::open(published.note.as_bytes(), &key))));
    println!(
        "verification with one signature: {:.1} us; the signature alone {:.1} us; peak memory {}",
        micros(whole),
        micros(note),
        peak()
    );
    Ok(())
}

fn per_turn<T>(mut turn: impl FnMut(u8) -> T) -> Duration {
    let mut rounds: Vec<Duration> = (0..9)
        .map(|_| {
            let begun = Instant::now();
            (0..=u8::MAX).for_each(|number| drop(turn(number)));
            begun.elapsed() / 256
        })
        .collect();
    middle(&mut rounds)
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn percentiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100]]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
