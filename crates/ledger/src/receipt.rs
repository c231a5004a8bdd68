//! Is this entry in the log, years later and without asking anyone? Receipts: an inclusion proof with its checkpoint.
//!
//! *Source*: c2sp.org/tlog-proof. The `extra` line of our receipts carries the entry's own bytes: the specification does
//! not let anybody trust it, and nobody does, for the proof is over the hash of exactly these bytes.

use crate::{
    entry::{Entry, EntryError, MAX_ENTRY_BYTES},
    hash_line::{hash, hash_line, number},
    note::{MAX_NOTE_BYTES, Note, NoteError},
    policy::{JudgeError, Policy, Verdict},
    tree::{Hash, ProofError, leaf_hash, verify_inclusion},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::fmt;

/// The most bytes of a receipt: a checkpoint with many signatures, an entry in base64, and the proof.
pub const MAX_RECEIPT_BYTES: usize = MAX_NOTE_BYTES + MAX_ENTRY_BYTES * 2;
/// The most hashes of an inclusion proof.
pub const MAX_PROOF_HASHES: usize = 63;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Why a text is not a receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than [`MAX_RECEIPT_BYTES`].
    #[error("the receipt is longer than {MAX_RECEIPT_BYTES} bytes")]
    TooLong,
    /// Not UTF-8, or no blank line between the proof and the checkpoint.
    #[error("expected a text with a blank line between the proof and the checkpoint")]
    Parts,
    /// Something else, or a later version.
    #[error("the first line is not {FIRST_LINE}")]
    FirstLine,
    /// The `extra` line is not base64.
    #[error("the extra line is not base64")]
    Extra,
    /// No `index` line, or not a decimal number without leading zeros in it.
    #[error("expected `index` and a decimal number without leading zeros")]
    Index,
    /// A line of the proof that is no hash.
    #[error("hash {line} of the proof is not the base64 of 32 bytes")]
    Hash {
        /// Counted from one.
        line: usize,
    },
    /// More than [`MAX_PROOF_HASHES`].
    #[error("the proof has more than {MAX_PROOF_HASHES} hashes")]
    TooManyHashes,
    /// The checkpoint is not a signed note.
    #[error("the checkpoint: {0}")]
    Note(#[from] NoteError),
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// There is no `extra` line, so nobody knows what was proven.
    #[error("the receipt does not carry its entry")]
    NoEntry,
    /// What the `extra` line carries is not an entry.
    #[error("the receipt's entry: {0}")]
    NotAnEntry(#[from] EntryError),
    /// The entry says of itself that it stands elsewhere.
    #[error("the entry says that it is number {position} of {origin}")]
    Elsewhere {
        /// The position in the entry.
        position: u64,
        /// The origin in the entry.
        origin: String,
    },
    /// Its checkpoint is not to be believed.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] JudgeError),
    /// The entry is not at this place under the checkpoint.
    #[error("entry {index} is not proven: {error}")]
    Entry {
        /// The place.
        index: u64,
        /// What is wrong with the proof.
        error: ProofError,
    },
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven<'r, 'p> {
    /// The entry.
    pub entry: Entry<'r>,
    /// The checkpoint that it is under, and who signed that.
    pub verdict: Verdict<'p>,
}

/// A proof that an entry is in a log, and that its checkpoint was seen by witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's bytes, in receipts that need no other file.
    pub extra: Option<Vec<u8>>,
    /// The entry's position in the log.
    pub index: u64,
    /// The inclusion proof, from the leaf upwards.
    pub proof: Vec<Hash>,
    /// The checkpoint with all its signatures.
    pub checkpoint: Note,
}

impl Receipt {
    /// Reads a receipt, without judging it.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(ReceiptError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Parts)?;
        let (head, note) = text.split_once("\n\n").ok_or(ReceiptError::Parts)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ReceiptError::FirstLine);
        }
        let extra =
            lines.next_if(|line| line.starts_with("extra ")).map(|line| STANDARD.decode(&line["extra ".len()..]));
        let extra = extra.transpose().map_err(|_| ReceiptError::Extra)?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(number);
        let index = index.ok_or(ReceiptError::Index)?;
        let proof = proof(lines)?;
        Ok(Self { extra, index, proof, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// Holds the receipt for `entry` against a policy. Too few cosignatures are no error: the verdict says it.
    ///
    /// # Errors
    /// [`Unproven`].
    pub fn verify<'p>(&self, entry: &[u8], policy: &'p Policy) -> Result<Verdict<'p>, Unproven> {
        let verdict = policy.judge(&self.checkpoint)?;
        let (index, checkpoint) = (self.index, &verdict.checkpoint);
        verify_inclusion(index, checkpoint.size, &leaf_hash(entry), &self.proof, &checkpoint.root)
            .map_err(|error| Unproven::Entry { index, error })?;
        Ok(verdict)
    }

    /// Holds a receipt that carries its entry against a policy, and reads the entry.
    ///
    /// # Errors
    /// [`Unproven`].
    pub fn open<'p>(&self, policy: &'p Policy) -> Result<Proven<'_, 'p>, Unproven> {
        let bytes = self.extra.as_deref().ok_or(Unproven::NoEntry)?;
        let verdict = self.verify(bytes, policy)?;
        let entry = Entry::decode(bytes)?;
        if entry.position != self.index || entry.origin != verdict.checkpoint.origin {
            return Err(Unproven::Elsewhere { position: entry.position, origin: entry.origin.to_owned() });
        }
        Ok(Proven { entry, verdict })
    }
}

fn proof<'l>(lines: impl Iterator<Item = &'l str>) -> Result<Vec<Hash>, ReceiptError> {
    let mut proof = Vec::new();
    for (line, text) in (1_usize..).zip(lines) {
        if line > MAX_PROOF_HASHES {
            return Err(ReceiptError::TooManyHashes);
        }
        proof.push(hash(text).ok_or(ReceiptError::Hash { line })?);
    }
    Ok(proof)
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash_line(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Checkpoint,
        cosignature::WitnessKey,
        note::LogKey,
        tree::{Frontier, MemoryTree, inclusion_proof},
    };
    use proptest::prelude::*;

    fn log() -> LogKey {
        LogKey::from_seed("example.org/ledger", &[1; 32]).unwrap()
    }

    fn witness() -> WitnessKey {
        WitnessKey::from_seed("witness.example/w1", &[2; 32]).unwrap()
    }

    fn policy() -> Policy {
        let (log, witness) = (log().verifier_key(), witness().cosigner_key().to_string());
        format!("log {log}\nwitness w1 {witness}\nquorum w1\n").parse().unwrap()
    }

    fn entry(number: u64) -> Vec<u8> {
        entry_that_says(number, "example.org/ledger")
    }

    fn entry_that_says(position: u64, origin: &str) -> Vec<u8> {
        let entry = Entry {
            origin,
            position,
            stream: "task-1",
            version: position + 1,
            kind: "task.planned",
            schema: 1,
            event_id: [1; 16],
            recorded_at_ms: 9,
            actor: "account:ann",
            correlation_id: [1; 16],
            causation_id: None,
            idempotency_key: None,
            author_key: None,
            author_signature: None,
            payload: &[],
            prev_hash: [0; 32],
        };
        let mut bytes = Vec::new();
        entry.encode(&mut bytes).unwrap();
        bytes
    }

    fn receipt(index: u64, size: u64) -> Receipt {
        let (mut tree, mut frontier) = (MemoryTree::default(), Frontier::new());
        for leaf in (0..size).map(|number| leaf_hash(&entry(number))) {
            tree.append(leaf);
            frontier.append(leaf);
        }
        let root = frontier.root();
        let checkpoint = Checkpoint { origin: "example.org/ledger".to_owned(), size, root };
        let mut note = Note::parse(checkpoint.sign(&log()).unwrap().as_bytes()).unwrap();
        note.add(witness().cosign(&checkpoint.to_string(), 77)).unwrap();
        let proof = inclusion_proof(&tree, index, size).unwrap();
        Receipt { extra: Some(entry(index)), index, proof, checkpoint: note }
    }

    #[test]
    fn a_receipt_needs_nothing_but_itself_and_a_policy() {
        let read = Receipt::parse(receipt(5, 12).to_string().as_bytes()).unwrap();
        let policy = policy();
        let Proven { entry, verdict } = read.open(&policy).unwrap();
        assert!(verdict.has_quorum);
        assert_eq!((entry.position, verdict.checkpoint.size, verdict.cosigned[0].at), (5, 12, 77));
    }

    #[test]
    fn what_a_receipt_carries_must_be_the_entry_of_its_place() {
        let policy = policy();
        let bare = Receipt { extra: None, ..receipt(5, 12) };
        assert_eq!(bare.open(&policy), Err(Unproven::NoEntry));
        let (here, log) = ("example.org/ledger", [1; 32]);
        for (bytes, origin) in [(entry_that_says(3, here), here), (entry_that_says(0, "elsewhere"), here)] {
            let checkpoint = Checkpoint { origin: origin.to_owned(), size: 1, root: leaf_hash(&bytes) };
            let note = checkpoint.sign(&LogKey::from_seed(origin, &log).unwrap()).unwrap();
            let checkpoint = Note::parse(note.as_bytes()).unwrap();
            let moved = Receipt { extra: Some(bytes), index: 0, proof: vec![], checkpoint };
            assert!(matches!(moved.open(&policy), Err(Unproven::Elsewhere { .. })));
        }
    }

    #[test]
    fn another_entry_place_or_checkpoint_is_not_proven() {
        let (good, policy) = (receipt(5, 12), policy());
        let fails = |receipt: &Receipt, entry: &[u8]| receipt.verify(entry, &policy).unwrap_err();
        assert!(matches!(fails(&good, &entry(6)), Unproven::Entry { index: 5, error: ProofError::Root }));
        let moved = Receipt { index: 4, ..good.clone() };
        assert!(matches!(fails(&moved, &entry(5)), Unproven::Entry { .. }));
        let cut = Receipt { proof: good.proof[1..].to_vec(), ..good.clone() };
        assert!(matches!(fails(&cut, &entry(5)), Unproven::Entry { error: ProofError::Length, .. }));
        let larger = good.to_string().replacen("\n12\n", "\n13\n", 1);
        let larger = Receipt::parse(larger.as_bytes()).unwrap();
        assert!(matches!(fails(&larger, &entry(5)), Unproven::Checkpoint(_)));
    }

    #[test]
    fn the_form_is_that_of_the_specification() {
        let text = Receipt { extra: None, ..receipt(0, 1) }.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.org/ledger\n1\n"), "{text}");
        let text = receipt(1, 2).to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra 3AARAbJl"), "{text}");
        assert_eq!(text.split_once("\n\n").unwrap().0.lines().count(), 4);
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        let good = receipt(1, 2).to_string();
        let hash = good.lines().nth(3).unwrap();
        let many = format!("{hash}\n{}", format!("{hash}\n").repeat(MAX_PROOF_HASHES));
        for (text, error) in [
            (String::new(), ReceiptError::Parts),
            (good.replace("\n\n", "\n"), ReceiptError::Parts),
            (good.replace("@v1", "@v2"), ReceiptError::FirstLine),
            (good.replace("extra 3", "extra -"), ReceiptError::Extra),
            (good.replace("index 1", "index 01"), ReceiptError::Index),
            (good.replace("index 1", "index +1"), ReceiptError::Index),
            (good.replace("index 1\n", ""), ReceiptError::Index),
            (good.replace(hash, &hash[1..]), ReceiptError::Hash { line: 1 }),
            (good.replace(hash, many.trim_end()), ReceiptError::TooManyHashes),
            (good.trim_end().to_owned(), ReceiptError::Note(NoteError::NoSignatures)),
            ("x".repeat(MAX_RECEIPT_BYTES + 1), ReceiptError::TooLong),
        ] {
            assert_eq!(Receipt::parse(text.as_bytes()), Err(error), "{text:.80}");
        }
    }

    proptest! {
        #[test]
        fn every_receipt_is_read_as_it_was_written_and_holds(size in 1_u64..200, at: prop::sample::Index, has_extra: bool) {
            let index = at.index(usize::try_from(size).unwrap()) as u64;
            let mut receipt = receipt(index, size);
            receipt.extra.take_if(|_| !has_extra);
            let read = Receipt::parse(receipt.to_string().as_bytes()).unwrap();
            prop_assert_eq!(&read, &receipt);
            prop_assert!(read.verify(&entry(index), &policy()).is_ok());
        }

        #[test]
        fn whatever_is_read_is_written_alike(
            head in "(extra [A-D]{4}\n)?index [0-9]{1,3}\n([A-Q]{43}=\n){0,2}", note in "[a-z]{1,3}\n\n(— [a-z] [A-D]{8}\n){1,2}",
        ) {
            let text = format!("c2sp.org/tlog-proof@v1\n{head}\n{note}");
            if let Ok(receipt) = Receipt::parse(text.as_bytes()) {
                prop_assert_eq!(receipt.to_string(), text);
            }
        }
    }
}
