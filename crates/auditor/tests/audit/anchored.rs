//! A ledger with an anchor in block 1 of a chain that nobody but a test ever saw.

use crate::ledger::{Draft, LOG_SEED, Ledger, Row, at, chain, draft, honest, note};
use edgecoder_anchoring::{
    Network,
    evidence::Commitment,
    headers::HeaderArchive,
    ots::{Attestation, DetachedTimestamp, Timestamp},
};
use edgecoder_auditor::{Place, Reader, export_tiles};
use edgecoder_events::{
    BitcoinHash, BlobRef, CheckpointDigest, Event, Position, StreamName,
    anchor::{
        AnchorAttested, AnchorBroadcast, AnchorConfirmed, AnchorIncluded, AnchorPromised, AnchorRequested, AnchorWay,
    },
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub const SIZE: u64 = at::COUNT as u64;
pub const HEIGHT: u32 = 1;
pub const NOTE: BlobRef = BlobRef([71; 32]);
pub const PROOF: BlobRef = BlobRef([72; 32]);
const EVIDENCE: BlobRef = BlobRef([73; 32]);
pub const CHECKPOINT: CheckpointDigest = CheckpointDigest([7; 32]);
/// The target of every block of regtest: one hash in two meets it.
const BITS: u32 = 0x207f_ffff;
const GENESIS_TIME: u32 = 1_296_688_602;
const TABLE: &str = "CREATE TABLE blobs (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, content BLOB NOT NULL) STRICT";

/// An hour after the first block of regtest.
pub const LATER_MS: u64 = (GENESIS_TIME as u64 + 60 * 60) * 1000;

pub fn of_anchor(checkpoint: CheckpointDigest, event: impl Into<Event>) -> Draft {
    draft(LATER_MS, StreamName::anchor(&checkpoint), &event.into())
}

pub fn requested(checkpoint: CheckpointDigest, size: u64, way: AnchorWay) -> Draft {
    of_anchor(checkpoint, AnchorRequested { checkpoint, size: Position(size), way, note: NOTE })
}

/// A ledger whose first entries are dated in block 1, with what proves it.
pub struct Anchored {
    pub ledger: Ledger,
    pub rows: Vec<Row>,
    pub commitment: [u8; 32],
    /// The root of the block that holds it.
    pub root: [u8; 32],
}

impl Anchored {
    /// Dated by calendars.
    pub async fn honest() -> Self {
        Self::of(&honest(), &note(&honest_rows(), LOG_SEED)).await
    }

    pub async fn of(first: &[Draft], file: &str) -> Self {
        Self::through(first, file, |steps| steps).await
    }

    /// Whatever is made of the entries about the anchor.
    pub async fn through(first: &[Draft], file: &str, change: impl Fn(Vec<Draft>) -> Vec<Draft>) -> Self {
        let commitment = Commitment::to_file(file.as_bytes()).0;
        let checkpoint = CheckpointDigest(commitment);
        let promised = AnchorPromised { checkpoint, proof: PROOF, calendars: vec![] };
        let steps = change(vec![
            requested(checkpoint, SIZE, AnchorWay::OpenTimestamps),
            of_anchor(checkpoint, promised),
            of_anchor(checkpoint, AnchorAttested { checkpoint, height: HEIGHT, proof: PROOF }),
        ]);
        let block = Timestamp::of(Attestation::Bitcoin { height: HEIGHT.into() });
        let proof = DetachedTimestamp::of_sha256(commitment, block).unwrap().to_bytes();
        let rows = chain(&[first.to_vec(), steps].concat());
        let ledger = kept(&rows, &[(NOTE, file.as_bytes()), (PROOF, &proof)]).await;
        Self { ledger, rows, commitment, root: commitment }
    }

    /// Dated by a transaction of its own.
    pub async fn in_own_transaction() -> Self {
        let file = note(&honest_rows(), LOG_SEED);
        let commitment = Commitment::to_file(file.as_bytes()).0;
        let checkpoint = CheckpointDigest(commitment);
        let held = Held::of(commitment);
        let block = BitcoinHash(shown(twice(&held.header)));
        let (height, proof, evidence) = (HEIGHT, PROOF, EVIDENCE);
        let transaction = BitcoinHash(shown(twice(&held.transaction)));
        let steps = vec![
            requested(checkpoint, SIZE, AnchorWay::OwnTransaction),
            of_anchor(checkpoint, AnchorBroadcast { checkpoint, transaction, fee_sat: 300 }),
            of_anchor(checkpoint, AnchorIncluded { checkpoint, height, block, proof, evidence }),
            of_anchor(checkpoint, AnchorConfirmed { checkpoint, height, block, proof, evidence }),
        ];
        let rows = chain(&[honest(), steps].concat());
        let (ots, json) = (held.proof(commitment), held.evidence(commitment));
        let contents = [(NOTE, file.as_bytes()), (PROOF, &ots), (EVIDENCE, json.as_bytes())];
        let ledger = kept(&rows, &contents).await;
        Self { ledger, rows, commitment, root: held.root }
    }

    /// A file of headers of regtest, in whose block 1 this root stands, with so many blocks after it.
    pub fn headers(&self, root: [u8; 32], after: u32) -> PathBuf {
        let path = self.ledger.dir.path().join("headers");
        let _ = std::fs::remove_file(&path);
        drop(HeaderArchive::open_or_create(&path, Network::Regtest).unwrap());
        let mut previous = genesis();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        for height in 1..=1 + after {
            let header = mined(previous, if height == HEIGHT { root } else { [0; 32] }, height);
            previous = twice(&header);
            file.write_all(&header).unwrap();
        }
        path
    }

    pub fn judged(&self, words: &[&str]) -> (i32, String) {
        let output = self.ledger.audit(&[&["anchors", "--network", "regtest"], words].concat());
        let told = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(told).unwrap())
    }

    pub fn judged_by(&self, headers: &Path) -> (i32, String) {
        self.judged(&["--headers", headers.to_str().unwrap()])
    }

    /// Signs all that is in the ledger, as this note.
    pub fn sign(&self) -> String {
        let note = note(&self.rows, LOG_SEED);
        self.ledger.put_checkpoint(&note);
        note
    }

    /// A copy of the log, as any web server may hand it out.
    pub async fn copy(&self) -> TempDir {
        copy_of(&self.ledger, &self.rows).await
    }

    /// A file of the anchor in a copy.
    pub fn file_in(&self, copy: &TempDir, extension: &str) -> PathBuf {
        copy.path().join(format!("anchors/{}.{extension}", CheckpointDigest(self.commitment)))
    }
}

/// A copy of a log, with the files of its anchors that are kept.
pub async fn copy_of(ledger: &Ledger, rows: &[Row]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut reader = Reader::open(&Place::File(ledger.file())).await.unwrap();
    export_tiles(&mut reader, &note(rows, LOG_SEED), folder.path()).await.unwrap();
    folder
}

/// A ledger with contents beside its entries.
pub async fn kept(rows: &[Row], contents: &[(BlobRef, &[u8])]) -> Ledger {
    let ledger = Ledger::of(rows).await;
    let mut db = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(ledger.file())).await.unwrap();
    sqlx::query(TABLE).execute(&mut db).await.unwrap();
    for (address, content) in contents {
        let insert = sqlx::query("INSERT INTO blobs (hash, content) VALUES (?, ?)");
        insert.bind(address.0.to_vec()).bind(*content).execute(&mut db).await.unwrap();
    }
    db.close().await.unwrap();
    ledger
}

/// A block of two transactions, the second of which carries a commitment.
struct Held {
    coinbase: Vec<u8>,
    transaction: Vec<u8>,
    root: [u8; 32],
    header: Vec<u8>,
}

impl Held {
    fn of(commitment: [u8; 32]) -> Self {
        let coinbase = transaction(&[[0; 32].as_slice(), &[0xff; 4]].concat(), &[0x51, 0x51], &[0x51]);
        let data = [&[0x6a, 35, b'E', b'C', 1][..], &commitment].concat();
        let transaction = transaction(&[[1; 32].as_slice(), &[0; 4]].concat(), &[], &data);
        let root = twice(&[twice(&coinbase), twice(&transaction)].concat());
        Self { header: mined(genesis(), root, HEIGHT), coinbase, transaction, root }
    }

    fn evidence(&self, commitment: [u8; 32]) -> String {
        let shown = |id: [u8; 32]| hex::encode(shown(id));
        let in_block = |bytes: &[u8], position: u32, sibling: &[u8]| {
            let path = serde_json::json!({ "position": position, "siblings": [shown(twice(sibling))] });
            serde_json::json!({ "transaction": hex::encode(bytes), "path": path })
        };
        let document = serde_json::json!({
            "commitment": hex::encode(commitment),
            "height": HEIGHT,
            "header": hex::encode(&self.header),
            "anchor": in_block(&self.transaction, 1, &self.coinbase),
            "coinbase": in_block(&self.coinbase, 0, &self.transaction),
        });
        document.to_string()
    }

    fn proof(&self, commitment: [u8; 32]) -> Vec<u8> {
        let evidence = serde_json::from_str(&self.evidence(commitment));
        let evidence: edgecoder_anchoring::evidence::AnchorEvidence = evidence.unwrap();
        evidence.to_ots().unwrap().to_bytes()
    }
}

/// One input, one output, no witnesses.
fn transaction(spent: &[u8], unlocks: &[u8], locks: &[u8]) -> Vec<u8> {
    let short = |bytes: &[u8]| [&[u8::try_from(bytes.len()).unwrap()][..], bytes].concat();
    let parts: [&[u8]; 9] =
        [&[1, 0, 0, 0], &[1], spent, &short(unlocks), &[0xff; 4], &[1], &[0; 8], &short(locks), &[0; 4]];
    parts.concat()
}

pub fn honest_rows() -> Vec<Row> {
    chain(&honest())
}

pub fn twice(bytes: &[u8]) -> [u8; 32] {
    Commitment::to_file(&Commitment::to_file(bytes).0).0
}

/// A hash of Bitcoin in the order in which it is shown, as events have it.
fn shown(mut hash: [u8; 32]) -> [u8; 32] {
    hash.reverse();
    hash
}

/// The hash of the first block, in the order of headers.
fn genesis() -> [u8; 32] {
    let mut bytes: Vec<u8> = hex::decode(Network::Regtest.genesis_hash().to_string()).unwrap();
    bytes.reverse();
    bytes.try_into().unwrap()
}

fn mined(previous: [u8; 32], root: [u8; 32], height: u32) -> Vec<u8> {
    let mined = (0..u32::MAX).map(|nonce| {
        let time = GENESIS_TIME + height;
        let fields = [1_u32.to_le_bytes(), time.to_le_bytes(), BITS.to_le_bytes(), nonce.to_le_bytes()];
        [&fields[0][..], &previous, &root, &fields[1], &fields[2], &fields[3]].concat()
    });
    mined.into_iter().find(|header| twice(header)[31] < 0x7f).unwrap()
}
