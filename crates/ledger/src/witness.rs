//! May a witness cosign this checkpoint? What is asked of it, and the rule by which it answers.
//!
//! *Source*: c2sp.org/tlog-witness, `add-checkpoint`.

use crate::{
    Checkpoint,
    checkpoint::CheckpointError,
    hash_line::{hash, hash_line, number},
    note::{MAX_NOTE_BYTES, Note, NoteError, VerifierKey},
    tree::{Hash, ProofError, empty_root, verify_consistency},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// The most bytes of a request: the checkpoint, and its proof of at most 63 hashes.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 4_096;
/// The most hashes of the consistency proof.
pub const MAX_PROOF_HASHES: usize = 63;

/// What a log is called in addresses: SHA-256 of its origin in lower-case hex.
pub fn log_id(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}

/// Why a body is not a request to cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Longer than [`MAX_REQUEST_BYTES`].
    #[error("the request is longer than {MAX_REQUEST_BYTES} bytes")]
    TooLong,
    /// Not UTF-8, or no blank line before the checkpoint.
    #[error("expected a text with a blank line before the checkpoint")]
    Parts,
    /// No `old` line, or not a decimal number without leading zeros in it.
    #[error("expected `old` and a decimal number without leading zeros")]
    Old,
    /// A line of the proof that is no hash.
    #[error("hash {line} of the proof is not the base64 of 32 bytes")]
    Hash {
        /// Counted from one.
        line: usize,
    },
    /// More than [`MAX_PROOF_HASHES`].
    #[error("the proof has more than {MAX_PROOF_HASHES} hashes")]
    TooManyHashes,
    /// The checkpoint is not one.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// A log's request that its checkpoint be cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last, as the log believes.
    pub old: u64,
    /// That the older tree is the beginning of the new one.
    pub proof: Vec<Hash>,
    /// The new checkpoint as the log signed it.
    pub note: Note,
    checkpoint: Checkpoint,
}

/// Why a witness does not cosign. Each has its status in the specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefusal {
    /// 404: no log of this origin is known.
    #[error("the witness knows no log {origin}")]
    UnknownLog {
        /// The checkpoint's origin.
        origin: String,
    },
    /// 403: no key that the witness trusts for the origin signed, or one of their signatures does not hold.
    #[error("the checkpoint is not signed by a key that the witness trusts: {0}")]
    Unsigned(NoteError),
    /// 400: the older size is larger than the checkpoint's.
    #[error("the old size is larger than the checkpoint's")]
    OldIsLarger,
    /// 409: the witness cosigned another size last.
    #[error("the witness cosigned size {size} last")]
    OtherSize {
        /// That size; 0 where it never cosigned.
        size: u64,
    },
    /// 422: the log signed two roots for one size.
    #[error("the witness cosigned another root for the same size")]
    OtherRoot,
    /// 422: the proof does not hold.
    #[error("the consistency proof does not hold: {0}")]
    Inconsistent(ProofError),
}

impl AddCheckpoint {
    /// Makes the request for a checkpoint.
    ///
    /// # Errors
    /// The note is no checkpoint.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Self, CheckpointError> {
        let checkpoint = note.text().parse()?;
        Ok(Self { old, proof, note, checkpoint })
    }

    /// Reads a request.
    ///
    /// # Errors
    /// The bytes are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| RequestError::Parts)?;
        let (head, note) = text.split_once("\n\n").ok_or(RequestError::Parts)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(number).ok_or(RequestError::Old)?;
        let mut proof = Vec::new();
        for (line, text) in (1_usize..).zip(lines) {
            if line > MAX_PROOF_HASHES {
                return Err(RequestError::TooManyHashes);
            }
            proof.push(hash(text).ok_or(RequestError::Hash { line })?);
        }
        let note = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        Ok(Self::new(old, proof, note)?)
    }

    /// What the log claims; not to be believed before [`AddCheckpoint::check`].
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Decides whether to cosign. `logs` are the keys that the witness trusts; `last` is what it cosigned last for the
    /// checkpoint's origin.
    ///
    /// # Errors
    /// [`WitnessRefusal`], in the order of the specification.
    pub fn check(&self, logs: &[VerifierKey], last: Option<&Checkpoint>) -> Result<(), WitnessRefusal> {
        let checkpoint = &self.checkpoint;
        let keys: Vec<VerifierKey> = logs.iter().filter(|key| key.name() == checkpoint.origin).cloned().collect();
        if keys.is_empty() {
            return Err(WitnessRefusal::UnknownLog { origin: checkpoint.origin.clone() });
        }
        self.note.verify(&keys).map_err(WitnessRefusal::Unsigned)?;
        if self.old > checkpoint.size {
            return Err(WitnessRefusal::OldIsLarger);
        }
        let size = last.map_or(0, |last| last.size);
        if self.old != size {
            return Err(WitnessRefusal::OtherSize { size });
        }
        self.check_growth(last.map_or_else(empty_root, |last| last.root))
    }

    fn check_growth(&self, old_root: Hash) -> Result<(), WitnessRefusal> {
        let checkpoint = &self.checkpoint;
        if self.old == checkpoint.size && checkpoint.root != old_root {
            return Err(WitnessRefusal::OtherRoot);
        }
        let consistent = match self.old {
            0 if self.proof.is_empty() => Ok(()),
            0 => Err(ProofError::Length),
            old => verify_consistency((old, &old_root), (checkpoint.size, &checkpoint.root), &self.proof),
        };
        consistent.map_err(WitnessRefusal::Inconsistent)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash_line(hash)))?;
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        note::LogKey,
        tree::{Frontier, MemoryTree, consistency_proof, leaf_hash},
    };
    use proptest::prelude::*;

    const ORIGIN: &str = "example.com/behind-the-sofa";
    /// The specification's own.
    const EXAMPLE: &str = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
        example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    fn key(seed: u8) -> LogKey {
        LogKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
    }

    /// A log of which every history has entries of its own.
    fn tree(history: u8) -> MemoryTree {
        let mut tree = MemoryTree::default();
        (0..20).for_each(|number| tree.append(leaf(history, number)));
        tree
    }

    fn leaf(history: u8, number: u64) -> Hash {
        leaf_hash(&[&[history][..], &number.to_be_bytes()].concat())
    }

    fn checkpoint(history: u8, size: u64) -> Checkpoint {
        let mut tree = Frontier::new();
        (0..size).for_each(|number| tree.append(leaf(history, number)));
        Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() }
    }

    fn request(old: u64, size: u64) -> AddCheckpoint {
        request_in(1, old, size)
    }

    fn request_in(history: u8, old: u64, size: u64) -> AddCheckpoint {
        let proof = consistency_proof(&tree(history), old, size).unwrap_or_default();
        let note = checkpoint(history, size).sign(&key(1)).unwrap();
        AddCheckpoint::new(old, proof, Note::parse(note.as_bytes()).unwrap()).unwrap()
    }

    fn check(request: &AddCheckpoint, last: Option<&Checkpoint>) -> Result<(), WitnessRefusal> {
        request.check(&[key(1).verifier_key()], last)
    }

    #[test]
    fn the_specifications_example_is_read_and_written() {
        let request = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!((request.old, request.proof.len(), request.checkpoint().size), (20_852_014, 4, 20_852_163));
        assert_eq!(request.to_string(), EXAMPLE);
    }

    #[test]
    fn a_log_that_grows_is_cosigned() {
        assert_eq!(check(&request(0, 7), None), Ok(()));
        assert_eq!(check(&request(7, 12), Some(&checkpoint(1, 7))), Ok(()));
        assert_eq!(check(&request(12, 12), Some(&checkpoint(1, 12))), Ok(()), "the same again");
        assert_eq!(check(&request(0, 0), None), Ok(()));
        assert_eq!(check(&request(0, 5), Some(&checkpoint(1, 0))), Ok(()));
    }

    #[test]
    fn strangers_are_refused() {
        let request = request(0, 7);
        let unknown = WitnessRefusal::UnknownLog { origin: ORIGIN.to_owned() };
        let other = LogKey::from_seed("example.com/other", &[1; 32]).unwrap();
        assert_eq!(request.check(&[other.verifier_key()], None), Err(unknown));
        let unsigned = WitnessRefusal::Unsigned(NoteError::UnknownKeys);
        assert_eq!(request.check(&[key(2).verifier_key()], None), Err(unsigned));
        assert_eq!(request.check(&[key(2).verifier_key(), key(1).verifier_key()], None), Ok(()));
        let larger = AddCheckpoint::parse(request.to_string().replace("\n7\n", "\n8\n").as_bytes()).unwrap();
        assert!(matches!(check(&larger, None), Err(WitnessRefusal::Unsigned(NoteError::BadSignature { .. }))));
    }

    #[test]
    fn sizes_must_be_those_that_were_cosigned() {
        let last = checkpoint(1, 7);
        assert_eq!(check(&request(8, 12), Some(&last)), Err(WitnessRefusal::OtherSize { size: 7 }));
        assert_eq!(check(&request(6, 12), Some(&last)), Err(WitnessRefusal::OtherSize { size: 7 }));
        assert_eq!(check(&request(7, 12), None), Err(WitnessRefusal::OtherSize { size: 0 }));
        assert_eq!(check(&request(8, 7), Some(&last)), Err(WitnessRefusal::OldIsLarger));
        let rolled_back = request(5, 6);
        assert_eq!(check(&rolled_back, Some(&last)), Err(WitnessRefusal::OtherSize { size: 7 }));
    }

    #[test]
    fn another_history_is_not_cosigned() {
        let last = checkpoint(1, 7);
        assert_eq!(check(&request_in(2, 7, 7), Some(&last)), Err(WitnessRefusal::OtherRoot));
        let forked = check(&request_in(2, 7, 12), Some(&last));
        assert_eq!(forked, Err(WitnessRefusal::Inconsistent(ProofError::Root)));
        let missing = AddCheckpoint { proof: vec![], ..request(7, 12) };
        assert_eq!(check(&missing, Some(&last)), Err(WitnessRefusal::Inconsistent(ProofError::Length)));
        let too_much = AddCheckpoint { proof: vec![[0; 32]], ..request(0, 12) };
        assert_eq!(check(&too_much, None), Err(WitnessRefusal::Inconsistent(ProofError::Length)));
        let not_empty = Checkpoint { root: [1; 32], ..checkpoint(1, 0) }.sign(&key(1)).unwrap();
        let not_empty = AddCheckpoint::new(0, vec![], Note::parse(not_empty.as_bytes()).unwrap()).unwrap();
        assert_eq!(check(&not_empty, None), Err(WitnessRefusal::OtherRoot));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let good = request(7, 12).to_string();
        let hash = good.lines().nth(1).unwrap().to_owned();
        let many = vec![hash.as_str(); MAX_PROOF_HASHES + 1].join("\n");
        for (text, error) in [
            (String::new(), RequestError::Parts),
            (good.replace("old 7", "old 07"), RequestError::Old),
            (good.replace("old 7", "7"), RequestError::Old),
            (good.replacen(&hash, &hash[1..], 1), RequestError::Hash { line: 1 }),
            (good.replacen(&hash, &many, 1), RequestError::TooManyHashes),
            (good.replace("\n12\n", "\n12\nmore\n"), RequestError::Checkpoint(CheckpointError::Lines)),
            ("x".repeat(MAX_REQUEST_BYTES + 1), RequestError::TooLong),
        ] {
            assert_eq!(AddCheckpoint::parse(text.as_bytes()), Err(error), "{text:.80}");
        }
    }

    proptest! {
        #[test]
        fn requests_are_read_as_they_were_written(old in 0_u64..20, more in 0_u64..20) {
            let request = request(old, (old + more).min(20));
            prop_assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()).unwrap(), request.clone());
            prop_assert_eq!(check(&request, (old > 0).then(|| checkpoint(1, old)).as_ref()), Ok(()));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "(old [0-9]{0,2}\n)?([A-Q]{43}=\n){0,2}\n[a-z]\n[0-9]\n[A-Q]{43}=\n\n(— [a-z] [A-D]{8}\n){0,2}") {
            if let Ok(request) = AddCheckpoint::parse(text.as_bytes()) {
                prop_assert_eq!(request.to_string(), text);
            }
        }
    }
}
