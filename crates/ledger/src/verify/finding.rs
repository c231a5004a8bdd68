//! What is wrong, where, and does it prove tampering?

use std::fmt;

/// The most findings that are kept; the first of each verdict is never lost.
pub const MAX_FINDINGS: usize = 64;

/// The kinds of findings. [`Class::name`] gives the word that reports and documentation use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A stored row does not fit its own entry: bytes, hash or a column were changed.
    Mutated,
    /// An entry does not name the hash of the one before it: one of the two was replaced.
    ChainBreak,
    /// Entries between two others are not there.
    Missing,
    /// The beginning of the ledger is not there.
    GenesisMissing,
    /// A row holds the entry of another place.
    Reordered,
    /// Rows that do not belong to the ledger stand among the others.
    Inserted,
    /// The end of the ledger is not there, as a checkpoint shows.
    Truncated,
    /// A checkpoint was signed over other entries than these.
    CheckpointMismatch,
    /// The log's key signed two histories.
    Fork,
    /// An entry says that it belongs to another ledger.
    WrongLedger,
    /// Time goes backwards.
    NonMonotonicTime,
    /// A stream's versions are not consecutive.
    VersionBreak,
    /// An idempotency key is used by two appends.
    DuplicateKey,
    /// A checkpoint's signature by a trusted key does not hold.
    BadSignature,
    /// No trusted key signed a checkpoint.
    UnknownKey,
    /// A checkpoint cannot be used: malformed, or of another ledger.
    BadCheckpoint,
    /// The bytes of an entry are not an entry, though their hash fits.
    Corrupt,
}

impl Class {
    /// The class as reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mutated => "MUTATED",
            Self::ChainBreak => "CHAIN BREAK",
            Self::Missing => "MISSING",
            Self::GenesisMissing => "GENESIS MISSING",
            Self::Reordered => "REORDERED",
            Self::Inserted => "INSERTED/RENUMBERED",
            Self::Truncated => "TRUNCATED",
            Self::CheckpointMismatch => "CHECKPOINT MISMATCH",
            Self::Fork => "FORK",
            Self::WrongLedger => "WRONG LEDGER",
            Self::NonMonotonicTime => "NON-MONOTONIC TIME",
            Self::VersionBreak => "VERSION BREAK",
            Self::DuplicateKey => "DUPLICATE IDEMPOTENCY KEY",
            Self::BadSignature => "BAD SIGNATURE",
            Self::UnknownKey => "UNKNOWN KEY",
            Self::BadCheckpoint => "BAD CHECKPOINT",
            Self::Corrupt => "CORRUPT",
        }
    }

    /// Whether the finding proves that the ledger was changed or that its writer broke the rules. The others say
    /// that something could not be checked.
    pub const fn proves_tampering(self) -> bool {
        !matches!(self, Self::UnknownKey | Self::BadCheckpoint | Self::Corrupt)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of wrong.
    pub class: Class,
    /// The first position that is bad, or can be: for [`Class::CheckpointMismatch`] and [`Class::Fork`] the first
    /// one that no earlier checkpoint covers. `None` where no entry is concerned.
    pub position: Option<u64>,
    /// The evidence, for people.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} at {position}: {}", self.class, self.detail),
            None => write!(f, "{}: {}", self.class, self.detail),
        }
    }
}

/// A finding and the position by which it counts as the first one.
#[derive(Debug)]
struct Ranked {
    rank: (bool, u64, bool),
    finding: Finding,
}

/// The findings so far, bounded.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    first_tampering: Option<Ranked>,
    first_unchecked: Option<Ranked>,
    total: u64,
}

impl Findings {
    /// Adds a finding about one place. The detail is only written down if the finding is kept.
    pub fn add(&mut self, class: Class, position: Option<u64>, detail: impl FnOnce() -> String) {
        // What concerns no entry comes last.
        let rank = (position.is_none(), position.unwrap_or(0), false);
        self.add_ranked(rank, class, position, detail);
    }

    /// Adds a checkpoint that does not fit: something from `first` to before `size` is bad. A finding that names a
    /// place up to there is the cause and goes before it.
    pub fn add_mismatch(&mut self, first: u64, size: u64, detail: impl FnOnce() -> String) {
        let rank = (false, size.saturating_sub(1), true);
        self.add_ranked(rank, Class::CheckpointMismatch, Some(first), detail);
    }

    fn add_ranked(
        &mut self,
        rank: (bool, u64, bool),
        class: Class,
        position: Option<u64>,
        detail: impl FnOnce() -> String,
    ) {
        self.total = self.total.saturating_add(1);
        let first = if class.proves_tampering() { &mut self.first_tampering } else { &mut self.first_unchecked };
        // A finding may concern rows before the one that brought it to light.
        let is_first = first.as_ref().is_none_or(|first| rank < first.rank);
        if !is_first && self.kept.len() >= MAX_FINDINGS {
            return;
        }
        let finding = Finding { class, position, detail: detail() };
        if is_first {
            *first = Some(Ranked { rank, finding: finding.clone() });
        }
        if self.kept.len() < MAX_FINDINGS {
            self.kept.push(finding);
        }
    }

    /// Learns that a checkpoint that did not fit was not the ledger's fault alone.
    pub fn mismatches_are_forks(&mut self) {
        let firsts = self.first_tampering.iter_mut().map(|first| &mut first.finding);
        for finding in self.kept.iter_mut().chain(firsts).filter(|f| f.class == Class::CheckpointMismatch) {
            finding.class = Class::Fork;
        }
    }

    pub fn first_tampering(&self) -> Option<&Finding> {
        self.first_tampering.as_ref().map(|first| &first.finding)
    }

    pub fn first_unchecked(&self) -> Option<&Finding> {
        self.first_unchecked.as_ref().map(|first| &first.finding)
    }

    pub const fn total(&self) -> u64 {
        self.total
    }

    pub fn into_kept(self) -> Vec<Finding> {
        self.kept
    }
}
