//! Does an archive prove what it says? Every member is held against what signs it, commits to it, or repeats it.

mod anchors;
mod entries;
mod report;
mod signatures;

pub use report::{ArchiveFinding, ArchiveReport, DatedEntries};

use super::members::{self, ArchiveFault, CHECKPOINT, SUMS};
use crate::{HeaderSource, HeadersError};
use edgecoder_ledger::{Checkpoint, note::Note, note::VerifierKey, policy::Policy};
use report::Class;
use std::{collections::BTreeMap, fs::File, io::BufReader, path::PathBuf};

/// What to check, and what the auditor brings along.
#[derive(Debug, Clone)]
pub struct CheckWish {
    pub file: PathBuf,
    /// Keys that the auditor knows; without any, those of the archive itself.
    pub keys: Vec<VerifierKey>,
    /// The ledger that this should be of.
    pub origin: Option<String>,
    /// Whose cosignatures must be there; without it the archive's own policy counts.
    pub policy: Option<Policy>,
}

/// Why nothing could be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("the archive {}: {fault}", file.display())]
    Archive { file: PathBuf, fault: ArchiveFault },
    #[error("the headers cannot be read: {0}")]
    Headers(#[from] HeadersError),
}

/// The members of an archive, by their names.
type Members = BTreeMap<String, Vec<u8>>;

/// Checks an archive. `headers` say which blocks are in the best chain.
///
/// # Errors
/// [`CheckError`]; what is wrong with a member stands in the report.
pub async fn check_archive(wish: &CheckWish, headers: &mut HeaderSource) -> Result<ArchiveReport, CheckError> {
    let fault = |fault| CheckError::Archive { file: wish.file.clone(), fault };
    let file = File::open(&wish.file).map_err(|error| fault(error.into()))?;
    let members = members::read(BufReader::new(file)).map_err(fault)?;
    let mut report = ArchiveReport::of(wish);
    check_sums(&members, &mut report);
    if let Some(signed) = signatures::check(&members, wish, &mut report) {
        let last = entries::check(&members, &signed, &mut report);
        anchors::check(&members, (&signed, last), headers, &mut report).await?;
    }
    report.rest_on(headers.knows_the_chain());
    Ok(report)
}

/// Every member is one of those whose digests are there, and every one of these is there.
fn check_sums(members: &Members, report: &mut ArchiveReport) {
    let Some(sums) = members.get(SUMS) else { return report.miss(SUMS) };
    let mut unnamed: Vec<&str> = members.keys().map(String::as_str).filter(|name| *name != SUMS).collect();
    for line in String::from_utf8_lossy(sums).lines() {
        let Some((sum, name)) = line.split_once("  ") else {
            report.find(Class::Damaged, SUMS, "a line of it is no digest and name");
            continue;
        };
        unnamed.retain(|it| *it != name);
        match members.get(name) {
            None => report.miss(name),
            Some(bytes) if members::sha256(bytes) != sum => {
                report.find(Class::Damaged, name, "its SHA-256 is not that of SHA256SUMS");
            }
            Some(_) => {}
        }
    }
    for name in unnamed {
        report.find(Class::Added, name, "SHA256SUMS does not name it");
    }
}

/// What a checkpoint says, whoever signed it.
fn read_checkpoint(note: &[u8]) -> Option<Checkpoint> {
    Note::parse(note).ok()?.text().parse().ok()
}

/// The checkpoint of the archive; nothing where there is none that could be read.
fn checkpoint_of(members: &Members, report: &mut ArchiveReport) -> Option<(Note, Checkpoint)> {
    let Some(bytes) = members.get(CHECKPOINT) else {
        report.miss(CHECKPOINT);
        return None;
    };
    let read = Note::parse(bytes).ok().zip(read_checkpoint(bytes));
    if read.is_none() {
        report.find(Class::BadCheckpoint, CHECKPOINT, "it is no checkpoint");
    }
    read
}
