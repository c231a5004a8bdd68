//! Is the worked example of docs/LEDGER.md, which docs/verify_ledger.py carries too, what this crate writes?

use edgecoder_ledger::{
    Checkpoint, Entry, GENESIS_PREV, entry_hash,
    note::LogKey,
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

#[test]
fn the_worked_example_is_what_the_crate_writes() {
    let (mut prev_hash, mut tree) = (GENESIS_PREV, Frontier::new());
    let mut lines = Vec::new();
    for (position, entry) in (0..).zip(entries()) {
        let mut bytes = Vec::new();
        Entry { prev_hash, ..entry }.encode(&mut bytes).expect("within the limits");
        prev_hash = entry_hash(&bytes);
        tree.append(leaf_hash(&bytes));
        lines.push(format!("entry {position} {}", hex::encode(&bytes)));
        lines.push(format!("hash  {position} {}", hex::encode(prev_hash)));
        lines.push(format!("leaf  {position} {}", hex::encode(leaf_hash(&bytes))));
    }
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() };
    let seed: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).expect("below 32"));
    let key = LogKey::from_seed(ORIGIN, &seed).expect("a good name");
    lines.push(format!("root    {}", hex::encode(tree.root())));
    lines.push(format!("vkey    {}", key.verifier_key()));
    let block = format!("{}\n\n{}", lines.join("\n"), checkpoint.sign(&key).expect("a good origin"));
    for (name, text) in [("LEDGER.md", DOCUMENT), ("verify_ledger.py", SCRIPT)] {
        assert!(text.contains(&block), "{name} needs this example:\n{block}");
    }
}
