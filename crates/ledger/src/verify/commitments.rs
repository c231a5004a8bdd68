//! Do the entries fit what the log once signed?

use super::finding::{Class, Findings};
use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    note::{NoteError, VerifierKey},
    tree::Frontier,
};

/// The trustworthy checkpoints in the order of their sizes, and how far they were compared.
#[derive(Debug, Default)]
pub(super) struct Commitments {
    waiting: Vec<Checkpoint>,
    pub given: usize,
    pub verified: usize,
    pub proven_size: Option<u64>,
    mismatched: bool,
}

impl Commitments {
    /// Opens the notes; those that cannot be used become findings.
    pub fn open(origin: &str, keys: &[VerifierKey], notes: &[String], findings: &mut Findings) -> Self {
        let mut waiting = Vec::new();
        for (index, note) in notes.iter().enumerate() {
            let (class, why) = match Checkpoint::open(note.as_bytes(), keys) {
                Ok(checkpoint) if checkpoint.origin == origin => {
                    waiting.push(checkpoint);
                    continue;
                }
                Ok(checkpoint) => (Class::BadCheckpoint, format!("it is of the ledger {:?}", checkpoint.origin)),
                Err(CheckpointError::Note(error @ NoteError::BadSignature { .. })) => {
                    (Class::BadSignature, error.to_string())
                }
                Err(CheckpointError::Note(error @ NoteError::UnknownKeys)) => (Class::UnknownKey, error.to_string()),
                Err(error) => (Class::BadCheckpoint, error.to_string()),
            };
            findings.add(class, None, || format!("checkpoint {}: {why}", index.saturating_add(1)));
        }
        // The smallest is last, where it is taken from.
        waiting.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        let opened = Self { waiting, given: notes.len(), ..Self::default() };
        opened.find_forks(findings);
        opened
    }

    fn find_forks(&self, findings: &mut Findings) {
        for pair in self.waiting.windows(2) {
            if let [a, b] = pair
                && a.size == b.size
                && a.root != b.root
            {
                let (one, other) = (hex::encode(a.root), hex::encode(b.root));
                findings.add(Class::Fork, a.size.checked_sub(1), || {
                    format!("size {} was signed with root {one} and with root {other}", a.size)
                });
            }
        }
    }

    /// Compares the checkpoints of exactly the present size.
    pub fn compare(&mut self, tree: &Frontier, findings: &mut Findings) {
        while let Some(checkpoint) = self.waiting.pop_if(|checkpoint| checkpoint.size == tree.size()) {
            if checkpoint.root == tree.root() {
                self.verified = self.verified.saturating_add(1);
                self.proven_size = Some(checkpoint.size);
                if self.mismatched {
                    findings.mismatches_are_forks();
                }
            } else {
                self.mismatched = true;
                self.report_mismatch(&checkpoint, tree, findings);
            }
        }
    }

    fn report_mismatch(&self, checkpoint: &Checkpoint, tree: &Frontier, findings: &mut Findings) {
        let proven = self.proven_size.unwrap_or(0);
        findings.add_mismatch(proven, checkpoint.size, || {
            let (signed, computed) = (hex::encode(checkpoint.root), hex::encode(tree.root()));
            let size = checkpoint.size;
            format!("size {size}: signed root {signed}, computed {computed}; {proven} entries are proven")
        });
    }

    /// Names what checkpoints commit to and the ledger, which ends at `reached`, does not have.
    pub fn find_truncation(&self, reached: u64, findings: &mut Findings) {
        let Some(largest) = self.waiting.first() else { return };
        if largest.size > reached {
            findings.add(Class::Truncated, Some(reached), || {
                format!("a checkpoint commits to {} entries, the ledger ends after {reached}", largest.size)
            });
        }
    }
}
