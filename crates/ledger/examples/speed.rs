//! How many entries per second does one core hash, encode, decode and verify?
//!
//! Counted is the time that this thread had a core, not the time on the wall: others may use the machine meanwhile. The
//! memory is mostly the entries, which are all there before the first measurement.
//!
//! `cargo run --release -p edgecoder-ledger --example speed -- [entries]`

use edgecoder_ledger::{
    Checkpoint, Entry, GENESIS_PREV,
    chain::entry_hashes,
    entry_hash,
    note::LogKey,
    tree::{Frontier, leaf_hash},
    verify::{Columns, Expectations, StoredRow, Verifier},
};
use edgecoder_measuring::{forget_peak, peak};
use rustix::time::{ClockId, clock_gettime};
use std::{hint::black_box, time::Duration};

const ORIGIN: &str = "example.org/ledger";
const DEFAULT_ENTRIES: u64 = 1_000_000;
const EVENTS_PER_STREAM: u64 = 5;
/// How many rows come together.
const PAGE: usize = 512;
const PAYLOAD: [u8; 96] = [0x5a; 96];

struct Row {
    stream: String,
    entry: Vec<u8>,
    hash: [u8; 32],
}

fn entry<'a>(position: u64, stream: &'a str, key: &'a [u8], prev_hash: [u8; 32]) -> Entry<'a> {
    let mut event_id = [0; 16];
    event_id[..8].copy_from_slice(&position.to_be_bytes());
    Entry {
        origin: ORIGIN,
        position,
        stream,
        version: position % EVENTS_PER_STREAM + 1,
        kind: "subtask.leased",
        schema: 1,
        event_id,
        recorded_at_ms: 1_700_000_000_000 + position,
        actor: "agent:worker-1",
        correlation_id: event_id,
        causation_id: None,
        idempotency_key: Some(key),
        author_key: None,
        author_signature: None,
        payload: &PAYLOAD,
        prev_hash,
    }
}

fn ledger(entries: u64) -> (Vec<Row>, Checkpoint) {
    let (mut prev, mut tree) = (GENESIS_PREV, Frontier::new());
    let rows = (0..entries).map(|position| {
        let stream = format!("task-{:012}", position / EVENTS_PER_STREAM);
        let mut bytes = Vec::new();
        entry(position, &stream, &position.to_be_bytes(), prev).encode(&mut bytes).expect("within the limits");
        prev = entry_hash(&bytes);
        tree.append(leaf_hash(&bytes));
        Row { stream, entry: bytes, hash: prev }
    });
    let rows = rows.collect();
    (rows, Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() })
}

/// Begins a measurement: a peak of memory that was before does not count.
fn begin() -> Duration {
    forget_peak();
    core_time()
}

/// How long this thread has had a core.
fn core_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("the time of a thread is not below zero")
}

fn measure(what: &str, rows: &[Row], mut work: impl FnMut(u64, &Row)) -> Duration {
    let start = begin();
    for (position, row) in (0..).zip(rows) {
        work(position, row);
    }
    let spent = core_time().saturating_sub(start);
    print(what, rows.len(), spent);
    spent
}

fn print(what: &str, entries: usize, spent: Duration) {
    let thousands = entries as u128 * 1000 / spent.as_micros().max(1);
    let rate = format!("{}.{:02} M entries/s", thousands / 1000, thousands % 1000 / 10);
    println!("{what:<12} {rate:>18}, peak memory {}", peak());
}

fn main() {
    let entries = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_ENTRIES);
    let (rows, checkpoint) = ledger(entries);
    println!("{entries} entries of {} bytes, one core", rows.last().map_or(0, |row| row.entry.len()));
    let mut buffer = Vec::with_capacity(1024);
    measure("encode", &rows, |position, row| {
        buffer.clear();
        entry(position, &row.stream, &position.to_be_bytes(), row.hash).encode(&mut buffer).expect("within limits");
        black_box(&buffer);
    });
    measure("decode", &rows, |_, row| drop(black_box(Entry::decode(&row.entry))));
    measure("chain hash", &rows, |_, row| assert_eq!(entry_hash(black_box(&row.entry)), row.hash));
    let entries: Vec<&[u8]> = rows.iter().map(|row| row.entry.as_slice()).collect();
    let start = begin();
    for (entries, rows) in entries.chunks(PAGE).zip(rows.chunks(PAGE)) {
        assert!(entry_hashes(entries).iter().eq(rows.iter().map(|row| &row.hash)));
    }
    let side_by_side = core_time().saturating_sub(start);
    print("side by side", rows.len(), side_by_side);
    let leaves = measure("leaf hash", &rows, |_, row| {
        black_box(leaf_hash(&row.entry));
    });
    let mut tree = Frontier::new();
    let nodes = measure("tree", &rows, |_, row| tree.append(black_box(row.hash)));
    print("all hashes", rows.len(), side_by_side + leaves + nodes);

    let key = LogKey::from_seed(ORIGIN, &[1; 32]).expect("a good name");
    let mut verifier = Verifier::new(&Expectations {
        origin: ORIGIN.to_owned(),
        log_keys: vec![key.verifier_key()],
        checkpoints: vec![checkpoint.sign(&key).expect("a good origin")],
        max_unproven_tail: 0,
    });
    let stored: Vec<StoredRow<'_>> = (0..)
        .zip(&rows)
        .map(|(position, row)| {
            let version = position % EVENTS_PER_STREAM + 1;
            let (kind, recorded_at_ms) = ("subtask.leased", 1_700_000_000_000 + position);
            let columns = Some(Columns { stream: &row.stream, version, kind, recorded_at_ms });
            StoredRow { position, entry: &row.entry, hash: &row.hash, columns }
        })
        .collect();
    let start = begin();
    for rows in stored.chunks(PAGE) {
        verifier.push_all(rows);
    }
    let report = verifier.finish();
    print("full verify", rows.len(), core_time().saturating_sub(start));
    println!("verdict: {:?}", report.verdict);
}
