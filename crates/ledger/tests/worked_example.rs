//! Are the worked examples of docs/LEDGER.md what this crate writes? The first stands in docs/verify_ledger.py, too.

use edgecoder_ledger::{
    Checkpoint, Entry, GENESIS_PREV, Policy, Receipt, entry_hash,
    note::{LogKey, Note},
    tree::{Frontier, leaf_hash},
};

const ORIGIN: &str = "example.org/ledger";
const DOCUMENT: &str = include_str!("../../../docs/LEDGER.md");
const SCRIPT: &str = include_str!("../../../docs/verify_ledger.py");

fn entries() -> [Entry<'static>; 3] {
    let first = Entry {
        origin: ORIGIN,
        position: 0,
        stream: "ledger",
        version: 1,
        kind: "ledger.created",
        schema: 1,
        event_id: [0x10; 16],
        recorded_at_ms: 1_700_000_000_000,
        actor: "system:coordinator",
        correlation_id: [0x10; 16],
        causation_id: None,
        idempotency_key: None,
        author_key: None,
        author_signature: None,
        payload: &[0x90],
        prev_hash: GENESIS_PREV,
    };
    let second = Entry {
        position: 1,
        stream: "task-1",
        kind: "task.submitted",
        event_id: [0x11; 16],
        recorded_at_ms: 1_700_000_000_250,
        actor: "account:ann",
        correlation_id: [0x11; 16],
        idempotency_key: Some(b"order-7"),
        payload: &[0x92, 0x01, 0xa1, 0x78],
        ..first.clone()
    };
    let third = Entry {
        position: 2,
        version: 2,
        kind: "task.planned",
        event_id: [0x12; 16],
        actor: "system:planner",
        causation_id: Some([0x11; 16]),
        idempotency_key: None,
        ..second.clone()
    };
    [first, second, third]
}

/// The entries as they are stored, each chained to the one before it.
fn stored() -> Vec<Vec<u8>> {
    let mut prev_hash = GENESIS_PREV;
    let mut store = |entry: Entry<'_>| {
        let mut bytes = Vec::new();
        Entry { prev_hash, ..entry }.encode(&mut bytes).expect("within the limits");
        prev_hash = entry_hash(&bytes);
        bytes
    };
    entries().into_iter().map(&mut store).collect()
}

fn key() -> LogKey {
    let seed: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).expect("below 32"));
    LogKey::from_seed(ORIGIN, &seed).expect("a good name")
}

fn checkpoint() -> Checkpoint {
    let mut tree = Frontier::new();
    for bytes in &stored() {
        tree.append(leaf_hash(bytes));
    }
    Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() }
}

fn note() -> String {
    checkpoint().sign(&key()).expect("a good origin")
}

#[test]
fn the_worked_example_is_what_the_crate_writes() {
    let mut lines = Vec::new();
    for (position, bytes) in stored().iter().enumerate() {
        lines.push(format!("entry {position} {}", hex::encode(bytes)));
        lines.push(format!("hash  {position} {}", hex::encode(entry_hash(bytes))));
        lines.push(format!("leaf  {position} {}", hex::encode(leaf_hash(bytes))));
    }
    lines.push(format!("root    {}", hex::encode(checkpoint().root)));
    lines.push(format!("vkey    {}", key().verifier_key()));
    let block = format!("{}\n\n{}", lines.join("\n"), note());
    for (name, text) in [("LEDGER.md", DOCUMENT), ("verify_ledger.py", SCRIPT)] {
        assert!(text.contains(&block), "{name} needs this example:\n{block}");
    }
}

#[test]
fn the_receipt_of_the_example_is_what_the_crate_writes_and_opens() {
    let entries = stored();
    let receipt = Receipt {
        extra: Some(entries[1].clone()),
        index: 1,
        proof: vec![leaf_hash(&entries[0]), leaf_hash(&entries[2])],
        checkpoint: Note::parse(note().as_bytes()).expect("a signed note"),
    };
    let block = format!("\n```\n{receipt}```\n");
    assert!(DOCUMENT.contains(&block), "LEDGER.md needs this receipt:{block}");
    let policy: Policy = format!("log {}\nquorum none\n", key().verifier_key()).parse().expect("a policy");
    let proven = receipt.open(&policy).expect("it proves the entry");
    assert_eq!((proven.entry.position, proven.verdict.checkpoint.size), (1, 3));
}
