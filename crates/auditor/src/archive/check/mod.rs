//! Does an archive prove what it says? Every member is held against what signs it, commits to it, or repeats it.

mod anchors;
mod entries;
mod report;
mod signatures;

pub use report::{ArchiveFinding, ArchiveReport, DatedEntries};

use super::{
    format::{MAX_ANCHORS, Member},
    members::{self, ArchiveFault, MAX_MEMBERS, Members, Unpacked},
};
use crate::{HeaderSource, HeadersError};
use edgecoder_ledger::{Checkpoint, note::Note, note::VerifierKey, policy::Policy};
use report::Class;
use std::{collections::BTreeSet, fs::File, io::BufReader, path::PathBuf};

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

/// Checks an archive. `headers` say which blocks are in the best chain.
///
/// # Errors
/// [`CheckError`]; what is wrong with a member stands in the report.
pub async fn check_archive(wish: &CheckWish, headers: &mut HeaderSource) -> Result<ArchiveReport, CheckError> {
    let fault = |fault| CheckError::Archive { file: wish.file.clone(), fault };
    let file = File::open(&wish.file).map_err(|error| fault(error.into()))?;
    let Unpacked { members, strays } = members::read(BufReader::new(file)).map_err(fault)?;
    let mut report = ArchiveReport::of(wish);
    report.network = headers.network();
    for stray in strays {
        report.find(Class::Added, &stray.name, stray.why);
    }
    check_belonging(&members, &mut report);
    check_anchor_count(&members, &mut report);
    check_sums(&members, &mut report);
    let is_word = |member: &&Member| member.is_for_people() || (**member == Member::Policy && wish.policy.is_none());
    report.not_evidence.extend(members.keys().filter(is_word).map(ToString::to_string));
    if let Some(signed) = signatures::check(&members, wish, &mut report) {
        let last = entries::check(&members, &signed, &mut report);
        anchors::check(&members, (&signed, last), headers, &mut report).await?;
    }
    report.rest_on(headers.knows_the_chain());
    Ok(report)
}

/// Whether what a member speaks of is there: words and proofs of no entry prove nothing, and are read all the same.
fn check_belonging(members: &Members, report: &mut ArchiveReport) {
    for member in members.keys() {
        if let Some(other) = member.belongs_to().filter(|other| !members.contains_key(other)) {
            report.find(Class::Added, member, format!("there is no {other} that it could be of"));
        }
    }
}

/// Whether there are no more anchors than the format has: each costs its reader the time of a judgement.
fn check_anchor_count(members: &Members, report: &mut ArchiveReport) {
    let sizes: BTreeSet<u64> = members.keys().filter_map(|member| member.anchor()).collect();
    let Some(first) = sizes.into_iter().nth(MAX_ANCHORS) else { return };
    for member in members.keys().filter(|member| member.anchor().is_some_and(|size| size >= first)) {
        report.find(Class::Added, member, format!("an archive has at most {MAX_ANCHORS} anchors"));
    }
}

/// Every member is one of those whose digests are there, and every one of these is there.
fn check_sums(members: &Members, report: &mut ArchiveReport) {
    let Some(sums) = members.get(&Member::Sums) else { return report.miss(Member::Sums) };
    let sums = String::from_utf8_lossy(sums);
    let mut unnamed: BTreeSet<Member> = members.keys().copied().filter(|member| *member != Member::Sums).collect();
    if sums.lines().count() > MAX_MEMBERS {
        return report.find(Class::Damaged, Member::Sums, format!("it has more than {MAX_MEMBERS} lines"));
    }
    for line in sums.lines() {
        let Some((sum, name)) = line.split_once("  ") else {
            report.find(Class::Damaged, Member::Sums, "a line of it is no digest and name");
            continue;
        };
        match Member::named(name).and_then(|member| Some((member, members.get(&member)?))) {
            None => report.miss(name),
            // Each is hashed once, however often it is named.
            Some((member, _)) if !unnamed.remove(&member) => {
                report.find(Class::Damaged, Member::Sums, format!("it names {member} a second time, or itself"));
                return;
            }
            Some((_, bytes)) if members::sha256(bytes) != sum => {
                report.find(Class::Damaged, name, "its SHA-256 is not that of SHA256SUMS");
            }
            Some(_) => {}
        }
    }
    for member in unnamed {
        report.find(Class::Added, member, "SHA256SUMS does not name it");
    }
    if report.findings.is_empty() && sums != members::sums_of(members) {
        report.find(Class::Damaged, Member::Sums, "its lines are not one for each member, in the order of the format");
    }
}

/// What a checkpoint says, whoever signed it.
fn read_checkpoint(note: &[u8]) -> Option<Checkpoint> {
    Note::parse(note).ok()?.text().parse().ok()
}

/// The checkpoint of the archive; nothing where there is none that could be read.
fn checkpoint_of(members: &Members, report: &mut ArchiveReport) -> Option<(Note, Checkpoint)> {
    let Some(bytes) = members.get(&Member::Checkpoint) else {
        report.miss(Member::Checkpoint);
        return None;
    };
    let read = Note::parse(bytes).ok().zip(read_checkpoint(bytes));
    if read.is_none() {
        report.find(Class::BadCheckpoint, Member::Checkpoint, "it is no checkpoint");
    }
    read
}
