//! What does the log say about one task, machine or wallet, so that it can be checked without the log and without us?
//!
//! One tar file: the entries as they are stored, a proof for each that it is in the tree that was signed, the checkpoint
//! with all its signatures, keys and policy, the anchors that date the entries, and a text that says how to check all of
//! it by hand. [`check_archive`] does it by program.

mod about;
mod check;
mod dated;
mod format;
mod members;
mod readme;

pub use about::About;
pub use check::{ArchiveFinding, ArchiveReport, CheckError, CheckWish, DatedEntries, check_archive};
pub use members::ArchiveFault;

use crate::{
    HeaderSource, HeadersError, Place, Reader,
    anchors::{AllSaid, Said},
    entry_view::EntryView,
    prove::{ProveError, Signed, needed_for, tiles_of},
};
use dated::Dated;
use edgecoder_ledger::{
    note::{Note, VerifierKey},
    policy::Policy,
    tree::{Hash, TileSet, inclusion_proof, leaf_hash, verify_inclusion},
    verify::StoredRow,
};
use format::{Member, OfEntry};
use members::Members;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// The most entries of one archive: a wallet's whole life, and no more memory than a few hundred MiB at worst.
pub const MAX_ARCHIVE_ENTRIES: usize = 10_000;

/// What to archive, and under which checkpoint.
#[derive(Debug, Clone)]
pub struct ArchiveWish {
    pub place: Place,
    pub about: About,
    /// A checkpoint that was kept elsewhere, or the one beside the ledger; a served log has its own.
    pub checkpoint: Option<PathBuf>,
    /// Keys that the auditor knows; without any, the ledger's own word is taken.
    pub keys: Vec<VerifierKey>,
    /// A policy, as it is written, that names the witnesses; without it the archive's names none.
    pub policy: Option<String>,
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    pub entries: usize,
    /// The sizes of the anchors in it.
    pub anchors: Vec<u64>,
    /// What is not in it, in words.
    pub absent: Vec<String>,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error("the log says nothing about {0}")]
    Nothing(About),
    #[error("more than {MAX_ARCHIVE_ENTRIES} entries speak of {0}")]
    TooMany(About),
    /// The entry is not the one that was signed.
    #[error("MUTATED at {0}: the entry is not in the tree that was signed; audit verify says more")]
    NotSigned(u64),
    /// An anchor in the log is of something else than the log.
    #[error("ANCHOR MISMATCH: the anchor of size {size}: {what}; audit anchors says more")]
    AnchorMismatch { size: u64, what: &'static str },
    #[error("the headers cannot be read: {0}")]
    Headers(#[from] HeadersError),
    #[error("the archive cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl ArchiveError {
    /// The exit code: see `docs/auditors/exit-codes.md`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Prove(error) => error.exit_code(),
            Self::NotSigned(_) | Self::AnchorMismatch { .. } => 1,
            Self::Nothing(_) | Self::TooMany(_) | Self::Headers(_) | Self::Write(_) => 2,
        }
    }
}

/// One entry and the way from it to the root.
struct Proven {
    position: u64,
    entry: Vec<u8>,
    path: Vec<Hash>,
}

/// What the log says about something, and of its anchors.
struct Found {
    entries: Vec<(u64, Vec<u8>)>,
    said: AllSaid,
}

/// Writes the archive, and gives what is in it. Of an anchor's block as many headers are added as `headers` have.
///
/// # Errors
/// [`ArchiveError`]; what was written until then is no archive.
pub async fn archive(
    wish: &ArchiveWish,
    headers: &mut HeaderSource,
    to: &mut (dyn Write + Send),
) -> Result<Archived, ArchiveError> {
    let mut signed = Signed::open(&wish.place, wish.checkpoint.as_deref(), &wish.keys).await?;
    let Found { entries, said } = find(&mut signed.reader, &wish.about, signed.checkpoint.size).await?;
    let last = entries.last().map_or(0, |(position, _)| *position);
    let chosen = dated::covering(&said, last);
    let tiles = tiles(&mut signed, &entries, &chosen).await?;
    let proven = prove_all(&signed, &tiles, entries)?;
    let files: Vec<_> = chosen.iter().flat_map(Said::files).collect();
    let contents = signed.reader.contents(&files).await.map_err(ProveError::from)?;
    let mut dated = Dated::by(&chosen, &contents, (&tiles, &signed.checkpoint), headers).await?;
    dated.absent.extend(no_cosignatures(&signed, wish));
    let archived = Archived {
        entries: proven.len(),
        anchors: dated.anchors.iter().map(|it| it.size).collect(),
        absent: dated.absent.clone(),
    };
    members::write(&all_members(&signed, wish, &proven, dated), to)?;
    Ok(archived)
}

async fn find(reader: &mut Reader, about: &About, size: u64) -> Result<Found, ArchiveError> {
    let (mut found, mut next) = (Found { entries: Vec::new(), said: AllSaid::default() }, 0);
    loop {
        let page = reader.from(next).await.map_err(ProveError::from)?;
        for row in page.rows().take_while(|row| row.position < size) {
            found.said.take(row.entry);
            if about.concerns(row.entry) {
                found.entries.push((row.position, row.entry.to_vec()));
            }
        }
        if found.entries.len() > MAX_ARCHIVE_ENTRIES {
            return Err(ArchiveError::TooMany(about.clone()));
        }
        match page
            .last()
            .and_then(|last| last.checked_add(1))
            .filter(|next| u64::try_from(*next).is_ok_and(|it| it < size))
        {
            Some(after) => next = after,
            None if found.entries.is_empty() => return Err(ArchiveError::Nothing(about.clone())),
            None => return Ok(found),
        }
    }
}

/// What all proofs of the archive take hashes from.
async fn tiles(signed: &mut Signed, entries: &[(u64, Vec<u8>)], chosen: &[Said]) -> Result<TileSet, ArchiveError> {
    let size = signed.checkpoint.size;
    let positions: Vec<u64> = entries.iter().map(|(position, _)| *position).collect();
    let mut needed = needed_for(&positions, size)?;
    needed.extend(dated::needed(chosen, size)?);
    Ok(tiles_of(&mut signed.reader, &needed, size).await?)
}

fn prove_all(signed: &Signed, tiles: &TileSet, entries: Vec<(u64, Vec<u8>)>) -> Result<Vec<Proven>, ArchiveError> {
    let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
    let prove = |(position, entry): (u64, Vec<u8>)| {
        let path = inclusion_proof(tiles, position, size).map_err(|_| ArchiveError::NotSigned(position))?;
        let holds = verify_inclusion(position, size, &leaf_hash(&entry), &path, &root);
        holds.map_err(|_| ArchiveError::NotSigned(position))?;
        Ok(Proven { position, entry, path })
    };
    entries.into_iter().map(prove).collect()
}

/// Says so where nobody but the log signed the checkpoint, or where nobody knows whose the other signatures are.
fn no_cosignatures(signed: &Signed, wish: &ArchiveWish) -> Option<String> {
    let note = Note::parse(signed.note.as_bytes()).ok()?;
    let by_the_log = note.verify(&signed.keys).map_or(0, |signers| signers.len());
    if note.signatures().len() <= by_the_log {
        Some("no witness cosigned the checkpoint".to_owned())
    } else {
        wish.policy.is_none().then(|| "the keys of the witnesses that cosigned: export with --policy".to_owned())
    }
}

fn all_members(signed: &Signed, wish: &ArchiveWish, proven: &[Proven], dated: Dated) -> Members {
    let readme = readme::text(signed, &wish.about, proven.len(), &dated);
    let signers = signers(signed);
    let keys: String = signers.iter().fold(String::new(), |keys, key| keys + &key.to_string() + "\n");
    let policy = wish.policy.clone().unwrap_or_else(|| policy_of(&signers));
    let mut members = Members::from([
        (Member::Readme, readme.into_bytes()),
        (Member::Checkpoint, signed.note.clone().into_bytes()),
        (Member::Keys, keys.into_bytes()),
        (Member::Policy, policy.into_bytes()),
    ]);
    for it in proven {
        let of_it = |file| Member::Entry(it.position, file);
        members.insert(of_it(OfEntry::Stored), it.entry.clone());
        members.insert(of_it(OfEntry::Proof), members::hash_lines(&it.path).into_bytes());
        members.extend(words(it.position, &it.entry).map(|words| (of_it(OfEntry::Words), words)));
    }
    members.extend(dated.anchors.into_iter().flat_map(dated::DatedBy::members));
    members
}

/// Those of the keys that signed the checkpoint: before or after a change of the log's key, not all of them did.
fn signers(signed: &Signed) -> Vec<VerifierKey> {
    let note = Note::parse(signed.note.as_bytes()).ok();
    let signers = note.as_ref().and_then(|note| note.verify(&signed.keys).ok()).unwrap_or_default();
    signers.into_iter().cloned().collect()
}

/// A policy that believes the log, and asks for no witness.
fn policy_of(keys: &[VerifierKey]) -> String {
    let logs = keys.iter().fold(String::new(), |logs, key| logs + "log " + &key.to_string() + "\n");
    format!("{logs}quorum none\n")
}

/// What an entry says, for people.
fn words(position: u64, entry: &[u8]) -> Option<Vec<u8>> {
    let row = StoredRow { position, entry, hash: &[], columns: None };
    let mut words = EntryView::of(&row).ok()?.document();
    // There is no stored hash here that could fit or not.
    words.as_object_mut().map(|fields| fields.remove("storedHashFits"));
    Some(format!("{words:#}\n").into_bytes())
}

/// The policy of an archive or an auditor, read.
fn parsed(policy: &[u8]) -> Result<Policy, String> {
    Policy::parse(policy).map_err(|error| error.to_string())
}
