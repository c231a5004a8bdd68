//! What does the auditor get to know, and with which exit code?

use super::finding::{Finding, Findings};
use crate::tree::Hash;

/// The answer of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong, and a checkpoint proves it up to the permitted tail.
    Ok,
    /// The ledger was changed, or its writer broke the rules; the first such finding.
    Tampered(Finding),
    /// Something could not be checked; the first such finding.
    Corrupt(Finding),
    /// Nothing is wrong with what is there, but no checkpoint proves that it is all and unchanged.
    ValidButUnproven,
}

impl Verdict {
    /// The exit code of a program that reports this verdict.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Tampered(_) => 1,
            Self::Corrupt(_) => 2,
            Self::ValidButUnproven => 3,
        }
    }
}

/// What was checked and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// How many rows were read; each one's bytes were hashed and decoded.
    pub entries: u64,
    /// The first row's position.
    pub first: Option<u64>,
    /// The last row's position.
    pub last: Option<u64>,
    /// How many checkpoints were handed in.
    pub checkpoints_given: usize,
    /// How many of them are signed by a trusted key and fit the entries.
    pub checkpoints_verified: usize,
    /// The size of the largest verified checkpoint.
    pub proven_size: Option<u64>,
    /// Entries after the largest verified checkpoint: they could be removed or replaced without being noticed.
    pub unproven_tail: u64,
    /// The root over all rows.
    pub root: Hash,
    /// The chain hash of the last row.
    pub head_hash: Option<Hash>,
    /// Author signatures that are in the entries. They are over texts that only the product's events yield, so they
    /// are *not* checked here.
    pub author_signatures_unchecked: u64,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The answer.
    pub verdict: Verdict,
    /// What the answer rests on.
    pub coverage: Coverage,
    /// What was found, at most [`super::MAX_FINDINGS`], in the order of discovery.
    pub findings: Vec<Finding>,
    /// How many findings there were.
    pub findings_total: u64,
}

impl Report {
    pub(super) fn new(findings: Findings, coverage: Coverage, max_unproven_tail: u64) -> Self {
        let proven = coverage.proven_size.is_some() && coverage.unproven_tail <= max_unproven_tail;
        let verdict = match (findings.first_tampering(), findings.first_unchecked()) {
            (Some(tampering), _) => Verdict::Tampered(tampering.clone()),
            (None, Some(unchecked)) => Verdict::Corrupt(unchecked.clone()),
            (None, None) if proven => Verdict::Ok,
            (None, None) => Verdict::ValidButUnproven,
        };
        Self { verdict, coverage, findings_total: findings.total(), findings: findings.into_kept() }
    }
}
