//! What must somebody know at once?

use crate::{Class, Finding, served::ServedError};
use edgecoder_events::CheckpointDigest;
use edgecoder_ledger::verify::Class as ByteClass;
use std::path::PathBuf;

/// What a look can find beyond what an audit can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Finding(Class),
    /// The log is smaller than it was.
    Rollback,
    /// The log has not moved for too long.
    Stale,
    /// The log cannot be had.
    Unreachable,
    /// The block that an anchor claims is not in the best chain.
    OrphanedAnchor,
    /// What is given as the proof of an anchor proves nothing.
    InvalidAnchor,
    /// An anchor is of another root than the log's, or its proof of something else.
    AnchorMismatch,
    /// An anchor's block contradicts the time of an entry.
    MisdatedAnchor,
    /// A file of an anchor is not served.
    NoAnchorFile,
    /// Nobody can say which blocks are in the best chain.
    NoHeaders,
    /// No anchor came for longer than it ever took.
    StaleAnchors,
}

/// One thing that is wrong with a log that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    found: Found,
    /// The evidence, for people. Texts from the log in it are not escaped yet.
    pub detail: String,
    /// Where both signed notes are kept, if it takes two to see it.
    pub evidence: Option<PathBuf>,
    /// Of which anchor, where it is of one.
    pub anchor: Option<CheckpointDigest>,
}

impl Alert {
    pub(super) const fn new(found: Found, detail: String) -> Self {
        Self { found, detail, evidence: None, anchor: None }
    }

    pub(super) fn with_evidence(self, file: PathBuf) -> Self {
        Self { evidence: Some(file), ..self }
    }

    pub(super) fn about(self, anchor: CheckpointDigest) -> Self {
        Self { anchor: Some(anchor), ..self }
    }

    /// What it means that the log, or a part of it, could not be read.
    pub(super) fn of_reading(error: &ServedError) -> Self {
        let found = match error {
            ServedError::Source(_) | ServedError::NoCheckpoint(_) => Found::Unreachable,
            ServedError::Checkpoint(_) => Found::Finding(Class::Bytes(ByteClass::BadCheckpoint)),
            ServedError::Missing(_) | ServedError::Damaged { .. } | ServedError::NotAuthentic { .. } => {
                Found::Finding(Class::BadTile)
            }
        };
        Self::new(found, error.to_string())
    }

    /// What kind of wrong, as reports write it.
    pub const fn name(&self) -> &'static str {
        match self.found {
            Found::Finding(class) => class.name(),
            Found::Rollback => "ROLLBACK",
            Found::Stale => "STALE",
            Found::Unreachable => "UNREACHABLE",
            Found::OrphanedAnchor => "ANCHOR ORPHANED",
            Found::InvalidAnchor => "ANCHOR INVALID",
            Found::AnchorMismatch => "ANCHOR MISMATCH",
            Found::MisdatedAnchor => "MISDATED",
            Found::NoAnchorFile => "ANCHOR FILE MISSING",
            Found::NoHeaders => "NO HEADERS",
            Found::StaleAnchors => "ANCHORS STALE",
        }
    }

    /// The exit code of a look that found only this: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self.found {
            Found::Finding(class) if class.proves_tampering() => 1,
            Found::Rollback
            | Found::OrphanedAnchor
            | Found::InvalidAnchor
            | Found::AnchorMismatch
            | Found::MisdatedAnchor => 1,
            Found::Finding(_) | Found::Unreachable | Found::NoAnchorFile | Found::NoHeaders => 2,
            Found::Stale | Found::StaleAnchors => 3,
        }
    }
}

impl From<&Finding> for Alert {
    fn from(finding: &Finding) -> Self {
        let detail = match finding.position {
            Some(position) => format!("at {position}: {}", finding.detail),
            None => finding.detail.clone(),
        };
        Self::new(Found::Finding(finding.class), detail)
    }
}
