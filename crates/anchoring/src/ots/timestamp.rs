//! By which paths does a message reach its attestations? The tree of a timestamp.

use super::{
    attestation::Attestation,
    bytes::{OtsError, Reader},
    op::{Op, within},
};
use std::collections::{BTreeMap, BTreeSet};

/// No path has more operations.
pub(super) const MAX_DEPTH: usize = 256;

const FORK: u8 = 0xff;
const ATTESTATION: u8 = 0x00;

/// What is said about one message: directly, and about what operations make of it.
///
/// Messages are not kept in the tree but computed on the way, so a small file cannot take much memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timestamp {
    attestations: BTreeSet<Attestation>,
    branches: BTreeMap<Op, Timestamp>,
}

/// An attestation, and the message that it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    pub message: Vec<u8>,
    pub attestation: Attestation,
}

impl Timestamp {
    /// An attestation at the end of a chain of operations.
    pub fn along(path: impl IntoIterator<Item = Op, IntoIter: DoubleEndedIterator>, end: Self) -> Self {
        path.into_iter()
            .rev()
            .fold(end, |below, op| Self { attestations: BTreeSet::new(), branches: BTreeMap::from([(op, below)]) })
    }

    /// Nothing but one attestation.
    pub fn of(attestation: Attestation) -> Self {
        Self { attestations: BTreeSet::from([attestation]), branches: BTreeMap::new() }
    }

    /// Reads the tree of `message`, as a calendar answers it, executing every operation.
    ///
    /// # Errors
    /// The bytes are not a tree, or exceed a limit of the format.
    pub fn parse(bytes: &[u8], message: &[u8]) -> Result<Self, OtsError> {
        let mut from = Reader::new(bytes);
        let read = Self::read(&mut from, message, MAX_DEPTH)?;
        from.end()?;
        Ok(read)
    }

    pub(super) fn read(from: &mut Reader<'_>, message: &[u8], depth_left: usize) -> Result<Self, OtsError> {
        within("a message", message)?;
        if depth_left == 0 {
            return Err(OtsError::TooDeep(MAX_DEPTH));
        }
        let mut node = Self::default();
        loop {
            let tag = from.byte()?;
            let (tag, last) = if tag == FORK { (from.byte()?, false) } else { (tag, true) };
            if tag == ATTESTATION {
                node.attestations.insert(Attestation::read(from)?);
            } else {
                let op = Op::read(tag, from)?;
                let below = Self::read(from, &op.apply(message)?, depth_left - 1)?;
                node.branches.entry(op).or_default().merge(below);
            }
            if last {
                return Ok(node);
            }
        }
    }

    /// The written form; `parse` takes it back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut left = self.attestations.len() + self.branches.len();
        let mut mark = |out: &mut Vec<u8>| {
            left -= 1;
            if left > 0 {
                out.push(FORK);
            }
        };
        for attestation in &self.attestations {
            mark(out);
            out.push(ATTESTATION);
            attestation.write(out);
        }
        for (op, below) in &self.branches {
            mark(out);
            op.write(out);
            below.write(out);
        }
    }

    /// Whether nothing is said at all; such a tree has no written form.
    pub(super) fn is_empty(&self) -> bool {
        self.attestations.is_empty() && self.branches.is_empty()
    }

    /// Takes in what another timestamp of the same message says.
    pub fn merge(&mut self, other: Self) {
        self.attestations.extend(other.attestations);
        for (op, below) in other.branches {
            self.branches.entry(op).or_default().merge(below);
        }
    }

    /// Every attestation under this node, with its message.
    pub(super) fn attested(&self, message: &[u8]) -> Result<Vec<Attested>, OtsError> {
        let here = self.attestations.iter().cloned();
        let mut found: Vec<_> = here.map(|attestation| Attested { message: message.to_vec(), attestation }).collect();
        for (op, below) in &self.branches {
            found.extend(below.attested(&op.apply(message)?)?);
        }
        Ok(found)
    }

    /// Whether a path leads to a block, rather than to promises only.
    pub(crate) fn is_complete(&self) -> bool {
        let at_a_block = |end: &Attestation| matches!(end, Attestation::Bitcoin { .. });
        self.attestations.iter().any(at_a_block) || self.branches.values().any(Self::is_complete)
    }

    /// Puts what a calendar answered where its promise stood; whether the promise was found.
    ///
    /// The promise goes away: what it promised is there now.
    pub(super) fn upgrade(&mut self, message: &[u8], promise: &Attested, kept: &Self) -> Result<bool, OtsError> {
        let mut upgraded = false;
        if message == promise.message && self.attestations.remove(&promise.attestation) {
            self.merge(kept.clone());
            upgraded = true;
        }
        for (op, below) in &mut self.branches {
            upgraded |= below.upgrade(&op.apply(message)?, promise, kept)?;
        }
        Ok(upgraded)
    }
}
