//! What must somebody know at once?

use crate::{Class, Finding, served::ServedError};
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
}

/// One thing that is wrong with a log that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    found: Found,
    /// The evidence, for people. Texts from the log in it are not escaped yet.
    pub detail: String,
    /// Where both signed notes are kept, if it takes two to see it.
    pub evidence: Option<PathBuf>,
}

impl Alert {
    pub(super) const fn new(found: Found, detail: String) -> Self {
        Self { found, detail, evidence: None }
    }

    pub(super) fn with_evidence(self, file: PathBuf) -> Self {
        Self { evidence: Some(file), ..self }
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
        }
    }

    /// The exit code of a look that found only this: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self.found {
            Found::Finding(class) if class.proves_tampering() => 1,
            Found::Rollback => 1,
            Found::Finding(_) | Found::Unreachable => 2,
            Found::Stale => 3,
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
